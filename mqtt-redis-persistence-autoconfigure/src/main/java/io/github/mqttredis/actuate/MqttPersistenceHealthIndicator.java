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
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.QueueStatus;
import io.github.mqttredis.session.SessionStore;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of the stored sessions: whether the store answers, and the state of each
 * client's session. The details about Redis are up to some seconds old; the rest comes
 * from memory.
 *
 * @since 0.1.0
 */
public class MqttPersistenceHealthIndicator extends AbstractHealthIndicator {

	/** Messages are accepted and sent although Redis does not hold them. */
	public static final Status DEGRADED = new Status("DEGRADED",
			"Messages of QoS 1 are sent although they are not stored");

	/** A client is not connected to its broker. What it has stored waits. */
	public static final Status LINK_AWAY = new Status("LINK_AWAY", "A client is not connected to its broker");

	private final SessionStore store;

	private final Status whenNotStored;

	private final Status whenLinkAway;

	private final Supplier<List<String>> warnings;

	private final Supplier<List<ClientInRole>> inRoles;

	/**
	 * Create the indicator.
	 * @param store where the sessions are kept
	 * @param sentUnstored whether messages are sent while they cannot be stored
	 * @param whenLinkAway the status while a client is not connected to its broker
	 * @param warnings what else may cost sessions
	 * @param inRoles the clients that a role starts and stops
	 */
	public MqttPersistenceHealthIndicator(SessionStore store, boolean sentUnstored, Status whenLinkAway,
			Supplier<List<String>> warnings, Supplier<List<ClientInRole>> inRoles) {
		super("The health of the stored MQTT sessions could not be determined");
		this.store = store;
		this.whenNotStored = sentUnstored ? DEGRADED : Status.DOWN;
		this.whenLinkAway = whenLinkAway;
		this.warnings = warnings;
		this.inRoles = inRoles;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ServerStatus server = this.store.server();
		List<SessionStatus> sessions = this.store.sessions();
		List<ClientInRole> idle = this.inRoles.get().stream().filter((client) -> !client.started()).toList();
		Map<String, Object> clients = clients(sessions);
		idle.forEach((client) -> clients.putIfAbsent(client.clientId(), client.details()));
		builder.status(status(server, sessions, idle))
			.withDetail("store", this.store.kind())
			.withDetail(this.store.kind(),
					(server.failure() == null) ? server.facts() : Map.of("failure", server.failure()))
			.withDetail("clients", clients);
		List<String> all = Stream.of(server.warnings().stream(), this.warnings.get().stream(), undeliverable())
			.flatMap((some) -> some)
			.toList();
		if (!all.isEmpty()) {
			builder.withDetail("warnings", all);
		}
	}

	private Stream<String> undeliverable() {
		return this.store.activity()
			.entrySet()
			.stream()
			.filter((session) -> session.getValue().count(Event.MESSAGE_UNDELIVERABLE) > 0)
			.map((session) -> session.getValue().count(Event.MESSAGE_UNDELIVERABLE) + " messages of MQTT session "
					+ session.getKey() + " were set aside, because the broker does not accept them");
	}

	private Status status(ServerStatus server, List<SessionStatus> sessions, List<ClientInRole> idle) {
		List<SessionState> states = sessions.stream().map(SessionStatus::state).toList();
		boolean stored = server.isAvailable() && !states.contains(SessionState.DEGRADED);
		if (states.contains(SessionState.FENCED) || (!stored && Status.DOWN.equals(this.whenNotStored))) {
			return Status.DOWN;
		}
		if (states.contains(SessionState.WAITING) || idle.stream().anyMatch(ClientInRole::granted)) {
			return Status.OUT_OF_SERVICE;
		}
		boolean away = sessions.stream()
			.map(SessionStatus::link)
			.anyMatch((link) -> link != null && link.state() == LinkStatus.State.AWAY);
		if (away && Status.OUT_OF_SERVICE.equals(this.whenLinkAway)) {
			return this.whenLinkAway;
		}
		if (!stored) {
			return this.whenNotStored;
		}
		return away ? this.whenLinkAway : Status.UP;
	}

	/** By client id, or by the session's full name if several share the id. */
	private static Map<String, Object> clients(List<SessionStatus> sessions) {
		Map<String, Object> clients = new TreeMap<>();
		sessions.stream()
			.collect(Collectors.groupingBy((session) -> session.id().clientId()))
			.forEach((clientId, sharing) -> sharing.forEach((session) -> clients
				.put((sharing.size() == 1) ? clientId : session.id().toString(), client(session))));
		return clients;
	}

	private static Map<String, Object> client(SessionStatus session) {
		Map<String, Object> client = new LinkedHashMap<>();
		client.put("state", lowerCase(session.state()));
		client.put("broker", session.id().broker());
		put(client, "leaseRemaining", text(session.leaseRemaining()));
		put(client, "link", (session.link() != null) ? link(session.link()) : null);
		Map<String, Integer> records = new LinkedHashMap<>();
		for (RecordKind kind : RecordKind.values()) {
			records.put(lowerCase(kind), session.records().getOrDefault(kind, 0));
		}
		client.put("records", records);
		put(client, "oldestRecord", text(session.contents().oldest()));
		QueueStatus queue = session.contents().queue();
		put(client, "queue", (queue.messages() > 0) ? queue(queue) : null);
		put(client, "quarantined", (session.quarantined() > 0) ? session.quarantined() : null);
		putFailure(client, session.lastFailure(), session.failedAt());
		return client;
	}

	private static Map<String, Object> queue(QueueStatus queue) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("messages", queue.messages());
		details.put("bytes", queue.bytes());
		put(details, "oldest", text(queue.oldest()));
		details.put("perSecond", Math.round(queue.perSecond()));
		put(details, "timeToDrain", text(queue.timeToDrain()));
		return details;
	}

	private static Map<String, Object> link(LinkStatus link) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("connected", link.state() == LinkStatus.State.CONNECTED);
		details.put("state", lowerCase(link.state()));
		put(details, "address", link.address());
		details.put("since", link.since().toString());
		putFailure(details, link.lastFailure(), link.failedAt());
		return details;
	}

	private static void putFailure(Map<String, Object> details, @Nullable String failure, @Nullable Instant at) {
		put(details, "lastFailure", failure);
		put(details, "lastFailureAt", (failure != null) ? String.valueOf(at) : null);
	}

	private static void put(Map<String, Object> details, String name, @Nullable Object value) {
		if (value != null) {
			details.put(name, value);
		}
	}

	private static @Nullable String text(@Nullable Duration duration) {
		return (duration != null) ? Duration.ofMillis(duration.toMillis()).toString() : null;
	}

	private static String lowerCase(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A client that a role starts and stops, such as that of the leader.
	 *
	 * @param clientId the client's id
	 * @param granted whether the application has the role
	 * @param started whether the client was started since then
	 * @param failure why it could not be started yet, {@code null} if nothing went wrong
	 */
	public record ClientInRole(String clientId, boolean granted, boolean started, @Nullable String failure) {

		Map<String, Object> details() {
			Map<String, Object> details = new LinkedHashMap<>();
			details.put("state", this.granted ? "starting" : "standby");
			put(details, "lastFailure", this.failure);
			return details;
		}

	}

}
