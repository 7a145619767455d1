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

package io.github.mqttredis.sample;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * A simulated thermometer: a random walk around 70 degrees.
 */
class Sensor implements Supplier<Reading> {

	private static final double MEAN = 70;

	private double value = MEAN;

	@Override
	public synchronized Reading get() {
		this.value += (MEAN - this.value) * 0.1 + ThreadLocalRandom.current().nextGaussian() * 3;
		return new Reading(UUID.randomUUID().toString(), "boiler", Math.round(this.value * 10) / 10.0, Instant.now());
	}

}
