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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of the stored sessions: whether Redis answers, and how the session of each
 * client stands. Asks Redis once; the rest comes from memory.
 *
 * @since 0.1.0
 */
public class MqttPersistenceHealthIndicator extends AbstractHealthIndicator {

	private final SessionStore store;

	/**
	 * Create the indicator.
	 * @param store where the sessions are kept
	 */
	public MqttPersistenceHealthIndicator(SessionStore store) {
		super("The health of the stored MQTT sessions could not be told");
		this.store = store;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		try {
			builder.withDetail("redis", this.store.ping());
		}
		catch (SessionUnavailableException ex) {
			// Not down(ex): a log line with a stack at every probe tells nothing new.
			builder.down().withDetail("redis", String.valueOf(ex.getMessage()));
		}
		List<SessionStatus> sessions = this.store.sessions();
		if (sessions.stream().anyMatch((session) -> isDown(session.state()))) {
			builder.down();
		}
		builder.withDetail("clients", clients(sessions));
	}

	private static boolean isDown(SessionState state) {
		return switch (state) {
			case OWNER, RESYNCING -> false;
			case DEGRADED, FENCED -> true;
		};
	}

	/**
	 * One entry a session, by client id; where several sessions share the client id, by
	 * the session's full name.
	 */
	private static Map<String, Object> clients(List<SessionStatus> sessions) {
		Map<String, Long> uses = sessions.stream()
			.collect(Collectors.groupingBy((session) -> session.id().clientId(), Collectors.counting()));
		Map<String, Object> clients = new TreeMap<>();
		for (SessionStatus session : sessions) {
			String clientId = session.id().clientId();
			boolean unique = Long.valueOf(1).equals(uses.get(clientId));
			clients.put(unique ? clientId : session.id().toString(), client(session));
		}
		return clients;
	}

	private static Map<String, Object> client(SessionStatus session) {
		Map<String, Object> client = new LinkedHashMap<>();
		client.put("state", lowerCase(session.state()));
		client.put("broker", session.id().broker());
		Map<String, Integer> records = new LinkedHashMap<>();
		for (RecordKind kind : RecordKind.values()) {
			records.put(lowerCase(kind), session.records().getOrDefault(kind, 0));
		}
		client.put("records", records);
		if (session.quarantined() > 0) {
			client.put("quarantined", session.quarantined());
		}
		if (session.lastFailure() != null) {
			client.put("lastFailure", session.lastFailure());
		}
		return client;
	}

	private static String lowerCase(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
