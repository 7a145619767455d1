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

package io.github.mqttredis.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

import io.github.mqttredis.benchmarks.Variant;

/**
 * The targets of this project, as ratios of medians of one run: 256 bytes, 500 messages
 * in flight, one publisher, Lettuce over TCP unless said otherwise.
 *
 * @param results what was measured
 */
record Targets(Results results) {

	private static final String MEMORY = "memory";

	private static final String DIRECT = "direct";

	private static final String BEFORE_SEND = "before-send";

	private static final String BEFORE_RETURN = "before-return";

	String table() {
		List<Target> targets = new ArrayList<>(throughput());
		targets.addAll(manySessions());
		targets.addAll(longOutage());
		targets.addAll(cost());
		StringBuilder table = new StringBuilder(
				"| figure | target | stretch | measured | |\n| --- | ---: | ---: | ---: | --- |\n");
		targets.forEach((target) -> table.append(target.row()).append('\n'));
		return table.toString();
	}

	private List<Target> throughput() {
		List<Target> targets = new ArrayList<>();
		targets.add(Target.atLeast("before-send / memory, QoS 1", 0.85, 0.95, sendTo(MEMORY, Variant.NONE, 1)));
		targets.add(Target.atLeast("before-send / memory, QoS 2", 0.9, 0.95, sendTo(MEMORY, Variant.NONE, 2)));
		targets.add(Target.atLeast("before-send / direct, QoS 1", 8, 15, sendTo(DIRECT, Variant.LETTUCE, 1)));
		targets.add(Target.atLeast("before-send / direct, QoS 2", 6, 10, sendTo(DIRECT, Variant.LETTUCE, 2)));
		targets.add(Target.atLeast("before-send / file, QoS 1", 20, 30, sendTo("file", Variant.NONE, 1)));
		for (String driver : List.of(Variant.LETTUCE, Variant.JEDIS)) {
			String name = "before-return / direct, both with " + driver + ", QoS ";
			targets.add(Target.atLeast(name + 1, 1.4, 2.5, returnToDirect(driver, 1)));
			targets.add(Target.atLeast(name + 2, 1.1, 1.8, returnToDirect(driver, 2)));
		}
		targets.addAll(
				List.of(returnToMemory(Variant.LETTUCE, 1, 0.14, 0.25), returnToMemory(Variant.JEDIS, 1, 0.22, 0.25),
						returnToMemory(Variant.LETTUCE, 8, 0.5, 0.7), returnToMemory(Variant.JEDIS, 8, 0.6, 0.7)));
		return targets;
	}

	private Target returnToMemory(String driver, int publishers, double goal, double stretch) {
		return Target.atLeast(
				"before-return / memory, " + publishers
						+ ((publishers > 1) ? " publishers on one client" : " publisher") + ", QoS 1, " + driver,
				goal, stretch, ratio(this.results.publish(BEFORE_RETURN, driver, 1, publishers),
						this.results.publish(MEMORY, Variant.NONE, 1, publishers)));
	}

	private List<Target> manySessions() {
		return List.of(
				Target.atLeast("100 clients, 8 publishers: before-return / direct", 2, 4,
						clientsRatio(100, DIRECT, Variant.LETTUCE)),
				Target.atLeast("1,000 clients, 8 publishers: before-return / direct", 1.5, 3,
						clientsRatio(1_000, DIRECT, Variant.LETTUCE)),
				Target.atLeast("1,000 clients, 8 publishers: before-return / memory", 0.5, 0.7,
						clientsRatio(1_000, MEMORY, Variant.NONE)),
				Target.atMost("99 of 100 publishes of a session: beside a busy one / alone", 2, 1.3,
						ratio(sessions("many-sessions", 2, "p99BesideMicros"),
								sessions("many-sessions", 2, "p99AloneMicros"))),
				Target.atMost("a session of 300 MiB is written back while publishing, in milliseconds", 10_000, 5_000.0,
						sessions("many-sessions", 2, "writeBackMillis")),
				Target.atMost("a millisecond from Redis, 4,000 idle sessions: longest publish, in milliseconds", 50,
						10.0, sessions("far-redis", 4_000, "worstPutMillis")),
				Target.atMost("a millisecond from Redis: opening 4,000 sessions one after the other, in milliseconds",
						6_667, null, sessions("far-redis", 4_000, "openMillis")),
				Target.atMost("a millisecond from Redis: opening 3,000 sessions with 16 threads, in milliseconds",
						5_000, null, sessions("far-redis", 4_000, "openTogetherMillis")));
	}

	private List<Target> longOutage() {
		return List.of(
				Target.atLeast("a long outage: taking 50,000 messages, before-send / Paho's file buffer", 20, 50,
						ratio(outage(BEFORE_SEND, Variant.LETTUCE, 50_000, "fillMsgPerSec"),
								outage("file", Variant.NONE, 50_000, "fillMsgPerSec"))),
				Target.atLeast("a long outage: sending 1,000,000 messages that waited / before-send online", 0.8, 0.95,
						outage(BEFORE_SEND, Variant.LETTUCE, 1_000_000, "drainToOnline")),
				Target.atMost("a restart with 1,000,000 messages that wait: connected, in milliseconds", 2_000, null,
						outage(BEFORE_SEND, Variant.LETTUCE, 1_000_000, "connectMillis")),
				Target.atMost("1,000,000 messages that wait: heap beyond an empty application's, in MiB", 64, null,
						outage(BEFORE_SEND, Variant.LETTUCE, 1_000_000, "heapMiB")));
	}

	private OptionalDouble outage(String store, String driver, int size, String figure) {
		return this.results.sized("long-outage", store, driver, size, figure);
	}

	private OptionalDouble clientsRatio(int size, String store, String driver) {
		return ratio(this.results.sized("clients", BEFORE_RETURN, Variant.LETTUCE, size, "msgPerSec"),
				this.results.sized("clients", store, driver, size, "msgPerSec"));
	}

	private OptionalDouble sessions(String scenario, int size, String figure) {
		return this.results.sized(scenario, BEFORE_RETURN, Variant.LETTUCE, size, figure);
	}

	private List<Target> cost() {
		return List.of(
				Target.atLeast("restore of 60,000 records, time in the store: direct / before-return", 20, 50,
						ratio(restore(DIRECT), restore(BEFORE_RETURN))),
				Target.atMost("1,000 clients, before-send: bytes of heap of a resting session beyond Paho's own", 4_096,
						null, beyondMemory("heapBytesPerSession")),
				Target.atMost("1,000 clients, before-send: threads beyond Paho's own", 3, null,
						beyondMemory("threads")),
				Target.atMost("1,000 clients, before-send: connections to Redis", 2, null,
						clients(BEFORE_SEND, Variant.LETTUCE, "redisConnections")),
				Target.atMost("one put, before-send: bytes allocated beyond the record's", 400, 200.0,
						this.results.operation("put", BEFORE_SEND, Variant.LETTUCE, "allocatedBytesPerOp")));
	}

	private OptionalDouble sendTo(String store, String driver, int qos) {
		return ratio(this.results.publish(BEFORE_SEND, Variant.LETTUCE, qos, 1),
				this.results.publish(store, driver, qos, 1));
	}

	private OptionalDouble returnToDirect(String driver, int qos) {
		return ratio(this.results.publish(BEFORE_RETURN, driver, qos, 1), this.results.publish(DIRECT, driver, qos, 1));
	}

	private OptionalDouble restore(String store) {
		return this.results.sized("restore", store, Variant.LETTUCE, 60_000, "storeMillis");
	}

	private OptionalDouble clients(String store, String driver, String figure) {
		return this.results.sized("clients", store, driver, 1_000, figure);
	}

	private OptionalDouble beyondMemory(String figure) {
		OptionalDouble ours = clients(BEFORE_SEND, Variant.LETTUCE, figure);
		OptionalDouble memory = clients(MEMORY, Variant.NONE, figure);
		return (ours.isPresent() && memory.isPresent()) ? OptionalDouble.of(ours.getAsDouble() - memory.getAsDouble())
				: OptionalDouble.empty();
	}

	private static OptionalDouble ratio(OptionalDouble ours, OptionalDouble theirs) {
		return (ours.isPresent() && theirs.isPresent()) ? OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble())
				: OptionalDouble.empty();
	}

}
