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

import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.StoredSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link MqttPersistenceHealthIndicator}.
 */
class MqttPersistenceHealthIndicatorTests {

	private static final String BROKER = "tcp://broker:1883";

	@Test
	void whenRedisAnswersThenItIsUpAndSaysWhatAnswered() {
		Health health = health(new Sessions("Redis 7.0.15"));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsOnly(entry("redis", "Redis 7.0.15"), entry("clients", Map.of()));
	}

	@Test
	void whenRedisDoesNotAnswerThenItIsDownAndStillShowsTheClients() {
		Health health = health(new Sessions(null, status("a", BROKER, SessionState.OWNER)));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("redis", "No answer within 2000 ms");
		assertThat(clients(health)).containsOnlyKeys("a");
	}

	@ParameterizedTest
	@CsvSource({ "OWNER, UP", "RESYNCING, UP", "DEGRADED, DOWN", "FENCED, DOWN" })
	void whenASessionIsInAStateThenTheStatusFollowsTheWorst(SessionState state, String status) {
		Health health = health(
				new Sessions("Redis", status("a", BROKER, state), status("b", BROKER, SessionState.OWNER)));
		assertThat(health.getStatus().getCode()).isEqualTo(status);
		assertThat(clients(health).get("a")).containsEntry("state", state.name().toLowerCase());
	}

	@Test
	void whenASessionHasRecordsThenTheyAreCountedByKind() {
		SessionStatus status = new SessionStatus(new SessionId("a", BROKER, MqttVersion.V3), SessionState.OWNER,
				Map.of(RecordKind.SENT, 3, RecordKind.RECEIVED, 2), 100, 0, null);
		Map<String, Object> client = clients(health(new Sessions("Redis", status))).get("a");
		assertThat(client).containsOnly(entry("state", "owner"), entry("broker", BROKER),
				entry("records", Map.of("sent", 3, "pubrel", 0, "buffered", 0, "received", 2)));
	}

	@Test
	void whenSomethingWentWrongThenItIsShown() {
		SessionStatus status = new SessionStatus(new SessionId("a", BROKER, MqttVersion.V3), SessionState.DEGRADED,
				Map.of(), 0, 3, "Redis answered OOM");
		assertThat(clients(health(new Sessions("Redis", status))).get("a"))
			.containsEntry("lastFailure", "Redis answered OOM")
			.containsEntry("quarantined", 3L);
	}

	@Test
	void whenAClientIdIsUsedAtTwoBrokersThenBothAreShown() {
		Health health = health(new Sessions("Redis", status("a", "tcp://one", SessionState.OWNER),
				status("a", "tcp://two", SessionState.OWNER), status("b", "tcp://one", SessionState.OWNER)));
		assertThat(clients(health)).containsOnlyKeys("a@tcp://one (v3)", "a@tcp://two (v3)", "b");
	}

	private static Health health(SessionStore store) {
		Health health = new MqttPersistenceHealthIndicator(store).health();
		assertThat(health).isNotNull();
		return health;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> clients(Health health) {
		return (Map<String, Map<String, Object>>) health.getDetails().get("clients");
	}

	private static SessionStatus status(String clientId, String broker, SessionState state) {
		return new SessionStatus(new SessionId(clientId, broker, MqttVersion.V3), state, Map.of(), 0, 0, null);
	}

	/**
	 * Sessions in the states that a test needs.
	 */
	private static final class Sessions implements SessionStore {

		private final @Nullable String server;

		private final List<SessionStatus> sessions;

		Sessions(@Nullable String server, SessionStatus... sessions) {
			this.server = server;
			this.sessions = List.of(sessions);
		}

		@Override
		public Session open(SessionId id) {
			throw new UnsupportedOperationException();
		}

		@Override
		public List<SessionStatus> sessions() {
			return this.sessions;
		}

		@Override
		public StoredSession look(SessionId id) {
			throw new UnsupportedOperationException();
		}

		@Override
		public String ping() throws SessionUnavailableException {
			if (this.server == null) {
				throw new SessionUnavailableException("No answer within 2000 ms");
			}
			return this.server;
		}

	}

}
