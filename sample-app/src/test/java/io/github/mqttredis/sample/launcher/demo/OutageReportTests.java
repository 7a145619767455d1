/*
 * Copyright 2026 the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.mqttredis.sample.launcher.demo;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.sample.launcher.demo.OutageLedger.Totals;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutageReportTests {

	@Test
	void whenAllIsWellThenTheTableNamesTheExpired() {
		List<Integer> many = IntStream.rangeClosed(1, 12).mapToObj((number) -> number * 20).toList();
		OutageReport report = new OutageReport(
				List.of(new Totals(250, 238, many, List.of(), List.of(), 1, 0, List.of()),
						new Totals(250, 249, List.of(20), List.of(), List.of(), 0, 0, List.of())));
		assertThat(report.isFlawless()).isTrue();
		assertThat(lines(report)).containsExactly("topic accepted delivered expired lost repeated out of order",
				"sample/outage/1 250 238 12 0 0 0", "sample/outage/2 250 249 1 0 0 0", "all 500 487 13 0 0 0",
				"expired: sample/outage/1 #20 to #240 by 20 (12)", "expired: sample/outage/2 #20 (1)",
				"outcome unknown: 1 (a kill interrupted publish: they may arrive, once)",
				"lost 0, repeated 0, out of order 0, late 0");
	}

	@Test
	void whenMessagesAreMissingRepeatedOrLateThenTheyAreNamedAndTheVerdictSaysSo() {
		OutageReport report = new OutageReport(
				List.of(new Totals(100, 97, List.of(20), List.of(7, 9), List.of(40), 0, 3, List.of(3, 4))));
		assertThat(report.isFlawless()).isFalse();
		assertThat(lines(report)).contains("LOST: sample/outage/1 #7 #9 (2)",
				"OUT OF ORDER (delivered behind a newer one): sample/outage/1 #3 #4 (2)",
				"LATE (delivered although the time-to-live was over): sample/outage/1 #40 (1)",
				"lost 2, repeated 3, out of order 2, late 1");
	}

	@Test
	void whenNumbersAreNamedThenNoneIsLeftOutAndSeriesAreShort() {
		List<Integer> expired = List.of(20, 40, 80, 100, 120, 140, 200, 220, 225, 226, 227, 400);
		OutageReport report = new OutageReport(
				List.of(new Totals(500, 488, expired, List.of(), List.of(), 0, 0, List.of())));
		assertThat(lines(report))
			.contains("expired: sample/outage/1 #20 #40 #80 to #140 by 20 #200 #220 #225 to #227 #400 (12)");
	}

	private static Stream<String> lines(OutageReport report) {
		return report.format().lines().map((line) -> line.trim().replaceAll(" +", " "));
	}

}
