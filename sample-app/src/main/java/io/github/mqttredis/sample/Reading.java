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

/**
 * What a sensor measured.
 *
 * @param id tells this reading from every other
 * @param sensor the sensor
 * @param value the value, in degrees Celsius
 * @param at when it was measured
 * @since 0.1.0
 */
public record Reading(String id, String sensor, double value, Instant at) {

	private static final double TOO_WARM = 80;

	boolean tooWarm() {
		return this.value > TOO_WARM;
	}

}
