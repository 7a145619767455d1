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

package io.github.mqttredis.benchmarks.run;

import java.util.List;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Scenario;
import io.github.mqttredis.benchmarks.StoreKind;
import io.github.mqttredis.benchmarks.Variant;

/**
 * What is measured of which store.
 */
final class Rules {

	private Rules() {
	}

	static boolean applies(Round round, Variant variant) {
		if (variant.store() == StoreKind.ENCRYPTED) {
			return round.scenario() == Scenario.PUBLISH && round.inflight() == Round.INFLIGHT;
		}
		return switch (round.scenario()) {
			// Paho's memory has nothing to restore.
			case RESTORE -> variant.store() != StoreKind.MEMORY;
			case REDIS_CPU -> variant.store().usesRedis();
			case MANY_SESSIONS, FAR_REDIS ->
				variant.store() == StoreKind.BEFORE_RETURN && variant.transport().equals(Variant.TCP);
			case LONG_OUTAGE -> variant.store() == StoreKind.FILE
					|| (variant.store() == StoreKind.BEFORE_SEND && variant.transport().equals(Variant.TCP));
			case CLIENTS -> !variant.transport().equals(Variant.UNIX);
			case PUBLISH -> !variant.transport().equals(Variant.UNIX)
					|| (round.payload() == Round.PAYLOAD && round.inflight() == Round.INFLIGHT);
			default -> true;
		};
	}

	/**
	 * Return whether a first round is not counted. That takes long with many records or
	 * clients, and those with fewer have been before.
	 * @param round what is measured
	 * @return whether
	 */
	static boolean warmsUp(Round round) {
		return switch (round.scenario()) {
			case RESTORE -> round.size() <= 1_000;
			case CLIENTS -> round.size() <= 1;
			case MANY_SESSIONS, FAR_REDIS, LONG_OUTAGE -> false;
			default -> true;
		};
	}

	/**
	 * Return how much heap the JVMs have. What waits for a broker must not need it.
	 * @param scenario what is measured
	 * @return the size
	 */
	static String heap(Scenario scenario) {
		return (scenario == Scenario.LONG_OUTAGE) ? "256m" : Java.HEAP;
	}

	static boolean isMeasuredByJmh(Variant variant, boolean quick) {
		return variant.store().isOurs() && variant.transport().equals(Variant.TCP)
				&& !(quick && variant.driver().equals(Variant.JEDIS));
	}

	static List<String> figures(Scenario scenario) {
		return switch (scenario) {
			case LATENCY -> List.of("p50Micros", "p99Micros", "p999Micros", "atMsgPerSec");
			case RESTORE -> List.of("totalMillis", "storeMillis");
			case CLIENTS -> List.of("msgPerSec", "heapBytesPerSession", "threads", "redisConnections");
			case REDIS_CPU -> List.of("redisCpuMicrosPerMsg");
			case MANY_SESSIONS -> List.of("p99AloneMicros", "p99BesideMicros", "writeBackMillis");
			case LONG_OUTAGE -> List.of("fillMsgPerSec", "drainMsgPerSec", "onlineMsgPerSec", "drainToOnline",
					"connectMillis", "heapMiB", "redisBytesPerMsg");
			case FAR_REDIS -> List.of("openMillis", "openTogetherMillis", "worstPutMillis");
			default -> List.of("msgPerSec");
		};
	}

}
