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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;

import io.github.mqttredis.sample.launcher.page.Rates.Rate;
import io.github.mqttredis.sample.launcher.page.Tally.Counts;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RatesTests {

	private final Rates rates = new Rates();

	@Test
	void whenNothingIsKnownYetThenTheRateIsNought() {
		assertThat(look(0, 10, 5)).isEqualTo(new Rate(0, 0));
	}

	@Test
	void whenReadingsComeInABurstThenTheRateIsTheAverageOfTwoSeconds() {
		look(0, 0, 0);
		assertThat(look(500, 100, 50)).isEqualTo(new Rate(200, 100));
		look(1000, 100, 50);
		look(1500, 100, 50);
		assertThat(look(2000, 100, 50)).isEqualTo(new Rate(50, 25));
		assertThat(look(2500, 100, 60)).isEqualTo(new Rate(0, 5));
	}

	@Test
	void whenLooksAreRareThenTheRateIsThatSinceTheLastOne() {
		look(0, 0, 0);
		assertThat(look(4000, 400, 40)).isEqualTo(new Rate(100, 10));
		assertThat(look(8000, 400, 80)).isEqualTo(new Rate(0, 10));
	}

	private Rate look(long millis, long published, long delivered) {
		return this.rates.add(new Counts(published, delivered, 0, 0, 0, 0), Duration.ofMillis(millis).toNanos());
	}

}
