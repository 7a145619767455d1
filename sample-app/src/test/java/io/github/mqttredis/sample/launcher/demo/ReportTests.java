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

import io.github.mqttredis.sample.launcher.InflightRecords;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTests {

	@Test
	void whenMessagesWereLostAndRepeatedThenTheTableAndTheVerdictSaySo() {
		Ledger ledger = new Ledger();
		ledger.attempted("a", 1, 1);
		ledger.accepted("a");
		ledger.attempted("b", 2, 2);
		ledger.accepted("b");
		ledger.delivered("b");
		ledger.delivered("b");
		Report report = new Report();
		report.killed(new InflightRecords(300, 20, 0, 0));
		report.killed(new InflightRecords(400, 30, 0, 0));
		assertThat(report.format(ledger).lines().map((line) -> line.trim().replaceAll(" +", " "))).containsExactly(
				"kill accepted in Redis at the kill delivered lost QoS 2 duplicates",
				"1 1 320 (s 300, sc 20, r 0) 0 1 0", "2 1 430 (s 400, sc 30, r 0) 1 0 1", "all 2 1 1 1",
				"outcome unknown: 0 (publishing failed or never returned); QoS 1 repeats: 0 (allowed)",
				"lost 1, duplicates 1");
	}

}
