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

package io.github.mqttredis.soak;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.mqttredis.soak.Episode.Outcome;
import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.soak.Violation.Rule;
import io.github.mqttredis.testing.MachineClock;
import io.github.mqttredis.testing.MosquittoBroker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A short episode, and what the soak itself is made of.
 */
class EpisodeTests {

	@Tag("thorough")
	@Test
	void whenApplicationAndRedisAreKilledThenAllIsAsPromised() throws Exception {
		Settings settings = new Settings(Settings.Broker.ARTEMIS, false, false, true, false, List.of("v3-0", "v5-0"),
				20, false, Settings.Redis.ALONE);
		List<Fault> faults = List.of(new Fault(Kind.REDIS_KILLED, 500, 500, 0),
				new Fault(Kind.BROKER_FLAPPING, 600, 1000, 10), new Fault(Kind.APPLICATION_KILLED, 1500, 100, 0));
		Outcome outcome = new Episode(new Schedule(1, settings, 2000, faults), System.getProperty("java.class.path"),
				Path.of("target/soak/short"))
			.run();
		assertThat(outcome.violations()).isEmpty();
		assertThat(outcome.faults()).hasSize(3);
		assertThat(outcome.processes()).isEqualTo(2);
		assertThat(outcome.accepted()).isPositive();
		assertThat(outcome.delivered()).isGreaterThanOrEqualTo(outcome.accepted());
	}

	@Test
	void whenMuchIsNotAsPromisedThenTheRestIsCounted() {
		List<Violation> violations = Stream.of(Rule.ORDER, Rule.LOST, Rule.ORDER)
			.flatMap((rule) -> Stream.generate(() -> new Violation(rule, 0, 0, "message")).limit(15))
			.toList();
		Outcome outcome = new Outcome(Soak.schedule(1), 0, Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, violations,
				new Journal());
		assertThat(outcome.toString().lines().skip(1)).hasSize(21)
			.endsWith("    and further ones: {LOST=10, ORDER=15}");
	}

	@Test
	void whenASeedIsGivenAgainThenAllIsDrawnAgain() {
		Schedule schedule = Soak.schedule(42);
		assertThat(Soak.schedule(42)).isEqualTo(schedule);
		assertThat(Soak.schedule(43)).isNotEqualTo(schedule);
		assertThat(schedule.faults()).isNotEmpty()
			.allSatisfy((fault) -> assertThat(Fault.parse(fault.toString())).isEqualTo(fault));
	}

	@Test
	void whenManySeedsAreDrawnThenEachKindOfFaultComes() {
		EnumSet<Kind> missing = EnumSet.allOf(Kind.class);
		for (long seed = 0; seed < 100; seed++) {
			Soak.schedule(seed).faults().forEach((fault) -> missing.remove(fault.kind()));
		}
		if (!MosquittoBroker.isInstalled()) {
			missing.removeAll(EnumSet.of(Kind.BROKER_KILLED, Kind.BROKER_PAUSED));
		}
		if (!MachineClock.isAvailable()) {
			missing.remove(Kind.CLOCK_SET);
		}
		assertThat(missing).isEmpty();
	}

	@Test
	void whenTroublesOverlapThenAllIsWellAfterTheLast() {
		Troubles troubles = new Troubles();
		troubles.begin(100).at(300);
		troubles.begin(200).at(500);
		Troubles.End open = troubles.begin(2000);
		assertThat(troubles.wellFor(0, 50)).isEqualTo(50);
		assertThat(troubles.wellFor(60, 50)).isEqualTo(550);
		assertThat(troubles.wellFor(600, 1000)).isEqualTo(1600);
		assertThat(troubles.wellFor(1500, 1000)).isEqualTo(Long.MAX_VALUE);
		open.at(2100);
		assertThat(troubles.wellFor(1500, 1000)).isEqualTo(3100);
		Troubles others = new Troubles();
		others.begin(2900).at(3200);
		others.begin(510).at(520);
		assertThat(troubles.wellFor(0, 50, others)).isEqualTo(50);
		assertThat(troubles.wellFor(60, 50, others)).isEqualTo(570);
		assertThat(troubles.wellFor(1500, 1000, others)).isEqualTo(4200);
	}

}
