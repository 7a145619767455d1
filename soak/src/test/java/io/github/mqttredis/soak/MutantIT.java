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
import java.util.List;

import io.github.mqttredis.soak.Episode.Outcome;
import io.github.mqttredis.testing.MosquittoBroker;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shows that the soak notices a broken store within a minute.
 */
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[1-9]\\d*")
class MutantIT {

	private static final long SEED = 7;

	private static final int MILLIS = 40_000;

	@ParameterizedTest
	@EnumSource
	void whenAStoreIsBrokenThenTheSoakNotices(Mutant mutant, @TempDir Path directory) throws Exception {
		Settings settings = new Settings(
				MosquittoBroker.isInstalled() ? Settings.Broker.MOSQUITTO : Settings.Broker.ARTEMIS, false, false,
				false, false, List.of("v3-0", "v5-0"), 30, false, Settings.Redis.ALONE);
		Schedule schedule = Schedule.draw(SEED, settings, MILLIS, mutant.faults());
		assertThat(schedule.faults()).isNotEmpty();
		Outcome outcome = new Episode(schedule, mutant.classPath(directory),
				Path.of("target/soak/mutants", mutant.name()))
			.run();
		System.out.println(outcome);
		assertThat(outcome.violations()).isNotEmpty();
	}

}
