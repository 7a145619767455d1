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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SessionStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the stored sessions. The registry reads all of them from memory; storing a
 * record only increments counters.
 *
 * @since 0.1.0
 */
public final class MqttPersistenceMetrics implements MeterBinder, SessionListener {

	/** For so long all meters may show the same look at the sessions. */
	private static final long SAME_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final Supplier<SessionStore> store;

	private final boolean clientIdTag;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Set<SessionId> bound = ConcurrentHashMap.newKeySet();

	private volatile @Nullable Look last;

	/**
	 * Create the meters.
	 * @param store where the sessions are kept
	 * @param clientIdTag whether each session has meters of its own, with the client id
	 * as a tag
	 */
	public MqttPersistenceMetrics(Supplier<SessionStore> store, boolean clientIdTag) {
		this.store = store;
		this.clientIdTag = clientIdTag;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		if (!this.clientIdTag) {
			new SessionMeters(registry, Tags.empty(), () -> this.store.get().activity().values(), () -> look().values())
				.bind();
			return;
		}
		this.store.get().activity().keySet().forEach(this::bind);
		this.bound.forEach((id) -> bind(registry, id));
	}

	@Override
	public void onEvent(SessionEvent event) {
		if (this.clientIdTag) {
			// All, because an event may have been dropped.
			Set<SessionId> counted = this.store.get().activity().keySet();
			counted.forEach(this::bind);
			this.bound.stream().filter((id) -> !counted.contains(id)).forEach(this::unbind);
		}
	}

	private void bind(SessionId id) {
		if (this.bound.add(id)) {
			this.registries.forEach((registry) -> bind(registry, id));
		}
	}

	/** Its counts are part of those of others now. */
	private void unbind(SessionId id) {
		if (this.bound.remove(id)) {
			List<Tag> tags = tags(id).stream().toList();
			this.registries.forEach((registry) -> registry.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith(SessionMeters.PREFIX)
						&& meter.getId().getTags().containsAll(tags))
				.forEach(registry::remove));
		}
	}

	private static Tags tags(SessionId id) {
		return Tags.of("client.id", id.clientId(), "broker", id.broker(), "version", id.version().suffix());
	}

	private void bind(MeterRegistry registry, SessionId id) {
		new SessionMeters(registry, tags(id), () -> only(this.store.get().activity(), id), () -> only(look(), id))
			.bind();
	}

	private static <T> Collection<T> only(Map<SessionId, T> all, SessionId id) {
		T found = all.get(id);
		return (found != null) ? List.of(found) : List.of();
	}

	private Map<SessionId, SessionStatus> look() {
		Look look = this.last;
		if (look == null || System.nanoTime() - look.at() > SAME_NANOS) {
			look = new Look(System.nanoTime(),
					this.store.get()
						.sessions()
						.stream()
						.collect(Collectors.toMap(SessionStatus::id, Function.identity())));
			this.last = look;
		}
		return Objects.requireNonNull(look).sessions();
	}

	private record Look(long at, Map<SessionId, SessionStatus> sessions) {

	}

	// Sums over what was done for some sessions, and over what they hold.
	private record SessionMeters(MeterRegistry registry, Tags tags, Supplier<Collection<SessionActivity>> activity,
			Supplier<Collection<SessionStatus>> statuses) {

		private static final String PREFIX = "mqtt.persistence.";

		void bind() {
			bindGauges();
			bindTimers();
			bindCounters();
		}

		private void bindGauges() {
			for (RecordKind kind : RecordKind.values()) {
				gauge("records", "records", with("kind", kind), (session) -> session.records().getOrDefault(kind, 0),
						"Stored records");
			}
			for (SessionState state : SessionState.values()) {
				gauge("sessions", "sessions", with("state", state), (session) -> (session.state() == state) ? 1 : 0,
						"Sessions of this process");
			}
			for (LinkStatus.State state : LinkStatus.State.values()) {
				gauge("links", "links", with("state", state),
						(session) -> (session.link() != null && session.link().state() == state) ? 1 : 0,
						"Links of clients to their brokers");
			}
			gauge("size", "bytes", this.tags, SessionStatus::bytes, "Stored records, with the offline buffer");
			age("oldest.age", Contents::oldest,
					"Time since the oldest record was stored, restored or queued, 0 if there is none");
			gauge("queue.size", "bytes", this.tags, (session) -> session.contents().queue().bytes(),
					"Waiting messages");
			gauge("queue.rate", null, this.tags, (session) -> session.contents().queue().perSecond(),
					"Waiting messages sent a second, lately");
			age("queue.age", (contents) -> contents.queue().oldest(),
					"How long the oldest message has waited, 0 if none waits");
			age("queue.drain.time", (contents) -> contents.queue().timeToDrain(),
					"Time to send all waiting messages at the present rate, 0 if none was sent lately");
		}

		private Tags with(String key, Enum<?> value) {
			return this.tags.and(key, value.name().toLowerCase(Locale.ROOT));
		}

		private void gauge(String name, @Nullable String unit, Tags all, ToDoubleFunction<SessionStatus> value,
				String description) {
			Gauge.builder(PREFIX + name, () -> this.statuses.get().stream().mapToDouble(value).sum())
				.description(description)
				.baseUnit(unit)
				.tags(all)
				.register(this.registry);
		}

		private void age(String name, Function<Contents, @Nullable Duration> age, String description) {
			TimeGauge.builder(PREFIX + name, () -> longest(age), TimeUnit.MILLISECONDS)
				.description(description)
				.tags(this.tags)
				.register(this.registry);
		}

		private void bindTimers() {
			timers("open", Operation.OPEN, "Opening a session, with the wait for its lease");
			timers("put", Operation.PUT, "Client calls that store a record");
			timer("remove", Operation.REMOVE, true, "Client calls that remove a record");
			timers("publish.wait", Operation.PUBLISH_WAIT, "Publishers waiting until their message is stored");
			timers("barrier.wait", Operation.BARRIER_WAIT, "Packets waiting until their records are stored");
			timers("batch", Operation.BATCH, "Round trips that write records to Redis");
		}

		private void timers(String name, Operation operation, String description) {
			timer(name, operation, true, description);
			timer(name, operation, false, description);
		}

		private void timer(String name, Operation operation, boolean success, String description) {
			FunctionTimer
				.builder(PREFIX + name, this, (meters) -> meters.sum((activity) -> activity.count(operation, success)),
						(meters) -> meters.sum((activity) -> activity.nanos(operation, success)), TimeUnit.NANOSECONDS)
				.description(description)
				.tags(this.tags.and("outcome", success ? "SUCCESS" : "ERROR"))
				.register(this.registry);
		}

		private void bindCounters() {
			counter("batch.records", null, Event.BATCH_RECORD, "Records that batches wrote or removed");
			Map.of("taken", Event.LEASE_TAKEN, "renewed", Event.LEASE_RENEWED, "lost", Event.LEASE_LOST)
				.forEach((name, event) -> counter("leases", null, this.tags.and("event", name),
						(activity) -> activity.count(event),
						"Leases taken, renewed (without renewals by a batch) or lost"));
			counter("events.dropped", null, Event.EVENT_DROPPED, "Events dropped: a listener was too slow");
			counter("resyncs", null, Event.RESYNC, "Sessions written back: Redis lost data");
			counter("restored", "records", Event.RECORD_RESTORED, "Records read when sessions were opened");
			counter("quarantined", "records", Event.RECORD_QUARANTINED,
					"Records set aside: unreadable, undeliverable, or refused by Redis");
			Map.of("quarantined", Event.MESSAGE_UNDELIVERABLE, "skipped", Event.MESSAGE_SKIPPED)
				.forEach((name, event) -> counter("undeliverable", "messages", this.tags.and("event", name),
						(activity) -> activity.count(event),
						"Messages that are refused (quarantined), or received and too large for the heap (skipped)"));
			counter("queue.lost", "messages", Event.QUEUE_LOST, "Waiting messages that only Redis had, and lost");
			counter("queue.rejected", "messages", Event.MESSAGE_REJECTED,
					"Messages refused: the offline buffer was full");
			Map.of("oldest", Event.OLDEST_DROPPED, "newest", Event.NEWEST_DROPPED)
				.forEach((which, event) -> counter("queue.dropped", "messages", this.tags.and("which", which),
						(activity) -> activity.count(event), "Messages dropped: the offline buffer was full"));
			counter("queue.expired", "messages", Event.MESSAGE_EXPIRED,
					"Waiting messages whose time to live or Message Expiry Interval ended");
			counter("links.made", null, Event.LINK_MADE, "Links made");
			counter("links.failed", null, Event.LINK_FAILED, "Links lost or not made");
			counter("rejected", "records", this.tags, (activity) -> activity.count(Operation.PUT, false),
					"Records not stored: the client got an exception");
		}

		private void counter(String name, @Nullable String unit, Event event, String description) {
			counter(name, unit, this.tags, (activity) -> activity.count(event), description);
		}

		private void counter(String name, @Nullable String unit, Tags all, ToLongFunction<SessionActivity> value,
				String description) {
			FunctionCounter.builder(PREFIX + name, this, (meters) -> meters.sum(value))
				.description(description)
				.baseUnit(unit)
				.tags(all)
				.register(this.registry);
		}

		private long sum(ToLongFunction<SessionActivity> value) {
			return this.activity.get().stream().mapToLong(value).sum();
		}

		private long longest(Function<Contents, @Nullable Duration> age) {
			return this.statuses.get()
				.stream()
				.map((session) -> age.apply(session.contents()))
				.filter(Objects::nonNull)
				.mapToLong(Duration::toMillis)
				.max()
				.orElse(0);
		}

	}

}
