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
import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The soak: {@code ./mvnw -Psoak verify -Dsoak.minutes=N -Dsoak.seed=S}.
 */
@EnabledIfSystemProperty(named = "soak.minutes", matches = "[1-9]\\d*")
class SoakIT {

	private static final int MINUTES = Integer.getInteger("soak.minutes", 0);

	private static final String SEED = System.getProperty("soak.seed", "");

	private final Soak soak = new Soak(Path.of(System.getProperty("soak.directory", "target/soak")));

	@Test
	void whenFaultsOverlapThenAllIsAsPromised() throws Exception {
		long seed = SEED.isEmpty() ? ThreadLocalRandom.current().nextInt(1_000_000) * 1000L : Long.parseLong(SEED);
		System.out.println("Soak of " + MINUTES + " minutes, seed " + seed);
		List<String> failures = this.soak.run(seed, MINUTES);
		assertThat(failures).as("episodes that failed").isEmpty();
	}

	@Test
	@EnabledIfSystemProperty(named = "soak.shrink", matches = "[1-9]\\d*")
	void whenAnEpisodeFailsThenFaultsAreLeftOut() throws Exception {
		System.out
			.println("What is needed: " + this.soak.shrink(Long.parseLong(SEED), Integer.getInteger("soak.shrink")));
	}

}
