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

package io.github.mqttredis.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;

/**
 * The meters of some sessions: sums over what was done for them, and over what they hold.
 *
 * @param activity what was done for them
 * @param statuses how they stand
 */
record SessionMeters(Supplier<Collection<SessionActivity>> activity, Supplier<Collection<SessionStatus>> statuses) {

	private static final String PREFIX = "mqtt.persistence.";

	void bindTo(MeterRegistry registry, Tags tags) {
		bindGauges(registry, tags);
		bindTimers(registry, tags);
		bindCounters(registry, tags);
	}

	private void bindGauges(MeterRegistry registry, Tags tags) {
		for (RecordKind kind : RecordKind.values()) {
			Gauge.builder(PREFIX + "records", () -> sumStatuses((session) -> session.records().getOrDefault(kind, 0)))
				.description("Records that are stored, by kind")
				.baseUnit("records")
				.tags(tags.and("kind", lowerCase(kind)))
				.register(registry);
		}
		for (SessionState state : SessionState.values()) {
			Gauge.builder(PREFIX + "sessions", () -> sumStatuses((session) -> (session.state() == state) ? 1 : 0))
				.description("Sessions of this process, by state")
				.baseUnit("sessions")
				.tags(tags.and("state", lowerCase(state)))
				.register(registry);
		}
		for (LinkStatus.State state : LinkStatus.State.values()) {
			Gauge
				.builder(PREFIX + "links",
						() -> sumStatuses(
								(session) -> (session.link() != null && session.link().state() == state) ? 1 : 0))
				.description("Links of clients to their brokers, by state")
				.baseUnit("links")
				.tags(tags.and("state", lowerCase(state)))
				.register(registry);
		}
		Gauge.builder(PREFIX + "size", () -> sumStatuses(SessionStatus::bytes))
			.description("Bytes of all records")
			.baseUnit("bytes")
			.tags(tags)
			.register(registry);
		TimeGauge.builder(PREFIX + "oldest.age", this::oldestMillis, TimeUnit.MILLISECONDS)
			.description("Time since the oldest record was stored or restored, 0 if there is none")
			.tags(tags)
			.register(registry);
	}

	private void bindTimers(MeterRegistry registry, Tags tags) {
		timers(registry, tags, "open", Operation.OPEN, "Opening sessions: waiting for the lease, and loading");
		timers(registry, tags, "put", Operation.PUT, "Calls of clients that store a record");
		timer(registry, tags, "remove", Operation.REMOVE, true, "Calls of clients that remove a record");
		timers(registry, tags, "publish.wait", Operation.PUBLISH_WAIT,
				"Waits of publishers until their message is stored");
		timers(registry, tags, "barrier.wait", Operation.BARRIER_WAIT,
				"Waits of packets until what they depend on is stored");
		timers(registry, tags, "batch", Operation.BATCH, "Round trips that ship records to Redis");
	}

	private void timers(MeterRegistry registry, Tags tags, String name, Operation operation, String description) {
		timer(registry, tags, name, operation, true, description);
		timer(registry, tags, name, operation, false, description);
	}

	private void timer(MeterRegistry registry, Tags tags, String name, Operation operation, boolean success,
			String description) {
		FunctionTimer
			.builder(PREFIX + name, this, (meters) -> meters.sum((activity) -> activity.count(operation, success)),
					(meters) -> meters.sum((activity) -> activity.nanos(operation, success)), TimeUnit.NANOSECONDS)
			.description(description)
			.tags(tags.and("outcome", success ? "SUCCESS" : "ERROR"))
			.register(registry);
	}

	private void bindCounters(MeterRegistry registry, Tags tags) {
		counter(registry, tags, "batch.records", null, of(Event.BATCH_RECORD),
				"Records that batches have put or removed");
		String lease = "What happened to leases; batches renew them as well and are not counted";
		counter(registry, tags.and("event", "taken"), "leases", null, of(Event.LEASE_TAKEN), lease);
		counter(registry, tags.and("event", "renewed"), "leases", null, of(Event.LEASE_RENEWED), lease);
		counter(registry, tags.and("event", "lost"), "leases", null, of(Event.LEASE_LOST), lease);
		counter(registry, tags, "events.dropped", null, of(Event.EVENT_DROPPED),
				"Events that were not told, because a listener did not keep up");
		counter(registry, tags, "resyncs", null, of(Event.RESYNC),
				"How often Redis had lost data and a session was written back");
		counter(registry, tags, "restored", "records", of(Event.RECORD_RESTORED),
				"Records that were read when sessions were opened");
		counter(registry, tags, "quarantined", "records", of(Event.RECORD_QUARANTINED),
				"Records that were put aside: they cannot be read or delivered, or Redis does not take them");
		counter(registry, tags, "undeliverable", "messages", of(Event.MESSAGE_UNDELIVERABLE),
				"Messages that were set aside: the broker does not take them");
		counter(registry, tags, "links.made", null, of(Event.LINK_MADE), "How often a broker has accepted a client");
		counter(registry, tags, "links.failed", null, of(Event.LINK_FAILED),
				"How often a link was lost, or could not be made");
		counter(registry, tags, "rejected", "records", (activity) -> activity.count(Operation.PUT, false),
				"Records that were refused: the client was told that they are not stored");
	}

	private void counter(MeterRegistry registry, Tags tags, String name, @Nullable String unit,
			ToLongFunction<SessionActivity> value, String description) {
		FunctionCounter.builder(PREFIX + name, this, (meters) -> meters.sum(value))
			.description(description)
			.baseUnit(unit)
			.tags(tags)
			.register(registry);
	}

	private static ToLongFunction<SessionActivity> of(Event event) {
		return (activity) -> activity.count(event);
	}

	private long sum(ToLongFunction<SessionActivity> value) {
		return this.activity.get().stream().mapToLong(value).sum();
	}

	private long sumStatuses(ToLongFunction<SessionStatus> value) {
		return this.statuses.get().stream().mapToLong(value).sum();
	}

	private long oldestMillis() {
		return this.statuses.get()
			.stream()
			.map((session) -> session.contents().oldest())
			.filter(Objects::nonNull)
			.max(Comparator.naturalOrder())
			.map(Duration::toMillis)
			.orElse(0L);
	}

	private static String lowerCase(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
