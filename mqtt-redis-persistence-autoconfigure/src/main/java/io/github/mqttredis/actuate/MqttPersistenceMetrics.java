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

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the stored sessions. All are read from memory when the registry asks; nothing
 * is done for them where records are stored but to count.
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
			new SessionMeters(this::activity, this::statuses).bindTo(registry, Tags.empty());
			return;
		}
		this.store.get().activity().keySet().forEach(this::bind);
		this.bound.forEach((id) -> bind(registry, id));
	}

	@Override
	public void onEvent(SessionEvent event) {
		if (this.clientIdTag) {
			// All, because an event may have been dropped.
			this.store.get().activity().keySet().forEach(this::bind);
		}
	}

	private void bind(SessionId id) {
		if (this.bound.add(id)) {
			this.registries.forEach((registry) -> bind(registry, id));
		}
	}

	private void bind(MeterRegistry registry, SessionId id) {
		new SessionMeters(() -> only(this.store.get().activity(), id), () -> only(look(), id)).bindTo(registry,
				Tags.of("client.id", id.clientId(), "broker", id.broker(), "version", id.version().suffix()));
	}

	private Collection<SessionActivity> activity() {
		return this.store.get().activity().values();
	}

	private Collection<SessionStatus> statuses() {
		return look().values();
	}

	private static <T> Collection<T> only(Map<SessionId, T> all, SessionId id) {
		T found = all.get(id);
		return (found != null) ? List.of(found) : List.of();
	}

	private Map<SessionId, SessionStatus> look() {
		Look look = this.last;
		if (look == null || System.nanoTime() - look.at() > SAME_NANOS) {
			Map<SessionId, SessionStatus> sessions = this.store.get()
				.sessions()
				.stream()
				.collect(Collectors.toMap(SessionStatus::id, Function.identity()));
			look = new Look(System.nanoTime(), sessions);
			this.last = look;
		}
		return Objects.requireNonNull(look).sessions();
	}

	/**
	 * A look at all sessions.
	 *
	 * @param at when, as {@link System#nanoTime()}
	 * @param sessions the sessions
	 */
	private record Look(long at, Map<SessionId, SessionStatus> sessions) {

	}

}
