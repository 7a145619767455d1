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

package io.github.mqttredis.redis;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * CONNECT is sent by the owner of the session only, however long it took to reach the
 * broker since that was confirmed.
 */
class ConnectAsOwnerTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	@RegisterExtension
	private static final SharedRedis server = new SharedRedis();

	@Test
	void whenTheLeaseHasEndedSinceItWasConfirmedThenNobodyConnects() throws Exception {
		try (FaultyLink link = FaultyLink.to(server.port())) {
			RedisSessionStore store = new RedisSessionStore(RedisClient.LETTUCE.connect(link.port()),
					RedisStores.SETTINGS);
			Session session = store.open(ID);
			session.guarded();
			session.confirmOwned();
			assertThatCode(() -> connect(session)).doesNotThrowAnyException();
			link.swallow(true);
			Await.until("the lease has ended", () -> session.status().leaseRemaining().isZero());
			assertThatExceptionOfType(SessionException.class).isThrownBy(() -> connect(session));
			link.swallow(false);
			Await.until("the lease is taken back", () -> !session.status().leaseRemaining().isZero());
			assertThatCode(() -> connect(session)).doesNotThrowAnyException();
			store.stop();
		}
	}

	@Test
	void whenAnotherOwnerWasSeenSinceItWasConfirmedThenNobodyConnects() throws Exception {
		RedisSessionStore store = server.stores().start();
		Session session = store.open(ID);
		session.guarded();
		session.confirmOwned();
		server.jedis().set("test:{client@b}:v3:lease", "somebody");
		Await.until("it is seen", () -> store.sessions().get(0).lastFailure() != null);
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> connect(session));
	}

	/** As a client does when it is about to write CONNECT. */
	private static void connect(Session session) throws SessionException {
		session.awaitPuts(null, () -> false);
	}

}
