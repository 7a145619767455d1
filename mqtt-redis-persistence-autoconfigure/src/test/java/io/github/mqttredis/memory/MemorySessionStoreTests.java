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

package io.github.mqttredis.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.mqttredis.memory.MemorySessionStore.Settings;
import io.github.mqttredis.session.AbstractSessionStoreContractTests;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract of {@link MemorySessionStore}: two stores of the same
 * {@link MemorySessions} are two owners.
 */
@ExtendWith(OutputCaptureExtension.class)
class MemorySessionStoreTests extends AbstractSessionStoreContractTests {

	private final MemorySessions sessions = new MemorySessions();

	@Override
	protected InspectableStore start(boolean takeover, Duration acquireTimeout, SessionListener listener) {
		return start(this.sessions, new Settings(Duration.ofSeconds(10), acquireTimeout, takeover, Duration.ZERO, 5),
				listener);
	}

	private static MemorySessionStore start(MemorySessions sessions, Settings settings, SessionListener listener) {
		MemorySessionStore store = new MemorySessionStore(sessions, settings, List.of(listener));
		store.start();
		return store;
	}

	@Override
	protected void stop(InspectableStore store) {
		((MemorySessionStore) store).stop();
	}

	@Override
	protected void startAgain(InspectableStore store) {
		((MemorySessionStore) store).start();
	}

	private static MemorySessionStore ofOwnSessions(Duration expiry) {
		return start(new MemorySessions(), new Settings(Duration.ofSeconds(10), Duration.ZERO, false, expiry, 5),
				(event) -> {
				});
	}

	@Test
	void whenTwoStoresHaveSessionsOfTheirOwnThenTheyShareNothing() throws Exception {
		MemorySessionStore first = ofOwnSessions(Duration.ZERO);
		first.open(ID).put("s-1", Packets.of("s-1", "a"));
		assertThat(ofOwnSessions(Duration.ZERO).open(ID).keys()).isEmpty();
	}

	@Test
	void whenTheStoreStartsThenTheLogSaysOnceThatNothingSurvives(CapturedOutput output) throws Exception {
		Session session = ofOwnSessions(Duration.ZERO).open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		assertThat(output.toString().split("mqtt.persistence.store=memory", -1)).hasSize(2);
	}

	@Test
	void whenNobodyOwnsASessionForTheTimeOfItsExpiryThenItGoesWhenAnotherIsOpened() throws Exception {
		MemorySessionStore store = ofOwnSessions(Duration.ofMillis(50));
		store.release(store.open(ID));
		Instant released = Instant.now();
		Await.until("it has expired", () -> Instant.now().isAfter(released.plusMillis(60)));
		store.open(new SessionId("other", ID.broker(), ID.version()));
		try (SessionInspector inspector = store.inspector()) {
			assertThat(inspector.sessions(SessionInspector.FIRST, 10).entries())
				.extracting((session) -> session.id().clientId())
				.containsExactly("other");
		}
	}

}
