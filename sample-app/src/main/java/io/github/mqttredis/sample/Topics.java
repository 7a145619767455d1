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

/**
 * The MQTT topics of the sample.
 *
 * @since 0.1.0
 */
public final class Topics {

	/**
	 * Readings of the sensors, QoS 1 unless asked otherwise.
	 */
	public static final String TELEMETRY = "sample/telemetry";

	/**
	 * Commands to the plant, QoS 2: a command must not be carried out twice.
	 */
	public static final String COMMANDS = "sample/commands";

	/**
	 * What the demo of a long outage publishes, with the number of a topic behind it.
	 */
	public static final String OUTAGE = "sample/outage/";

	private Topics() {
	}

}
