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

import java.time.Duration;
import java.util.stream.Stream;

import io.github.mqttredis.sample.launcher.InflightRecords;
import io.github.mqttredis.sample.launcher.LauncherOptions;
import io.github.mqttredis.sample.launcher.LauncherOptions.Store;
import io.github.mqttredis.sample.launcher.LauncherOptions.Task;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SoakReportTests {

	private static final LauncherOptions OPTIONS = new LauncherOptions(Task.SOAK, Store.REDIS, 10, -7, 200_000, 3);

	private final Ledger ledger = new Ledger();

	private final SoakReport report = new SoakReport(this.ledger);

	@Test
	void whenAllIsWellThenTheExitCodeIsZeroAndWhatIsPermittedIsCountedApart() {
		deliver("a", 1, 3);
		deliver("b", 2, 1);
		this.ledger.attempted("c", 2, 1);
		this.report.struck(SoakFault.REDIS_SLOW);
		this.report.struck(SoakFault.REDIS_SLOW);
		this.report.struck(SoakFault.GATEWAY_KILLED);
		this.report.endedByItself();
		this.report.recovered(Duration.ofMillis(12_340));
		this.report.recovered(Duration.ofMillis(2100));
		assertThat(this.report.exitCode()).isZero();
		assertThat(lines()).containsExactly("fault times", "gateway: SIGKILL 1", "gateway: SIGSTOP 0",
				"gateway: SIGTERM 0", "Redis: SIGKILL 0", "Redis: SIGSTOP 0", "Redis: slow link 2", "broker: off 0",
				"broker: slow link 0", "messages", "accepted 2", "delivered 2", "lost 0", "QoS 2 duplicates 0",
				"longest recovery after a round: 12.3 s",
				"outcome unknown: 1 (publishing failed or never returned); QoS 1 repeats: 2 (allowed)",
				"the gateway ended by itself: 1 (it was started again)",
				"the same faults again: ./mvnw -pl sample-app -am spring-boot:run"
						+ " -Dspring-boot.run.arguments=\"--soak --minutes=3 --seed=-7\"",
				"lost 0, duplicates 0");
	}

	@Test
	void whenAMessageIsLostThenItIsNamedAndTheExitCodeIsOne() {
		deliver("a", 1, 1);
		deliver("round-1-2", 1, 0);
		assertThat(this.report.exitCode()).isEqualTo(1);
		assertThat(lines()).contains("LOST: round-1-2", "lost 1, duplicates 0");
	}

	@Test
	void whenAQos2MessageIsRepeatedThenItIsNamedAndTheExitCodeIsOne() {
		deliver("round-1-1", 2, 2);
		assertThat(this.report.exitCode()).isEqualTo(1);
		assertThat(lines()).contains("DELIVERED TWICE: round-1-1", "lost 0, duplicates 1");
	}

	@Test
	void whenARecordStaysInRedisThenTheReportSaysSoAndTheExitCodeIsOne() {
		deliver("a", 2, 1);
		this.report.notRecovered(Duration.ofSeconds(300), new InflightRecords(0, 1, 0, 0));
		assertThat(this.report.exitCode()).isEqualTo(1);
		assertThat(lines()).contains("NOT RECOVERED within 300.0 s; in Redis 1 (s 0, sc 1, r 0)");
	}

	private void deliver(String id, int qos, int times) {
		this.ledger.attempted(id, qos, 1);
		this.ledger.accepted(id);
		for (int i = 0; i < times; i++) {
			this.ledger.delivered(id);
		}
	}

	private Stream<String> lines() {
		return this.report.format(OPTIONS).lines().map((line) -> line.trim().replaceAll(" +", " "));
	}

}
