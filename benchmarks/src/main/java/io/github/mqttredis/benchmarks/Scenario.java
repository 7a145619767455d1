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

package io.github.mqttredis.benchmarks;

/**
 * What is measured.
 */
public enum Scenario {

	/** How many messages are published and acknowledged in a second. */
	PUBLISH("publish"),

	/** How many messages that wait at the broker are received in a second. */
	RECEIVE("receive"),

	/** What comes before {@link #RECEIVE}: a session at the broker. */
	SUBSCRIBE("subscribe"),

	/** How long it takes from publishing to the acknowledgement, at half load. */
	LATENCY("latency"),

	/** How long a client with stored records takes to be connected. */
	RESTORE("restore"),

	/** What many clients in one JVM cost. */
	CLIENTS("clients"),

	/** What one session's publisher feels of another one, and of a loss. */
	MANY_SESSIONS("many-sessions"),

	/** The same of many idle sessions, where Redis is a millisecond away. */
	FAR_REDIS("far-redis"),

	/** What waits while the broker is away, and how it is sent afterwards. */
	LONG_OUTAGE("long-outage"),

	/** How much processor time Redis takes for a message. */
	REDIS_CPU("redis-cpu"),

	/** The store's operations under JMH. */
	OPERATIONS("operations");

	private final String label;

	Scenario(String label) {
		this.label = label;
	}

	public String label() {
		return this.label;
	}

	public static Scenario parse(String label) {
		for (Scenario scenario : values()) {
			if (scenario.label.equals(label) && scenario != SUBSCRIBE) {
				return scenario;
			}
		}
		throw new IllegalArgumentException("No such scenario: " + label);
	}

}
