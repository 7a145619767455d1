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

package io.github.mqttredis.faults;

import java.time.Duration;
import java.util.Arrays;

import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Redis fails while nobody waits for it but packets.
 */
class BeforeSendTests extends AbstractFaultTests {

	private static final int PUBLISH = 3;

	private static final StoreSettings SETTINGS = Application.SETTINGS.with(Durability.BEFORE_SEND);

	private static final StoreSettings THIEF = Application.THIEF.with(Durability.BEFORE_SEND);

	/** For what must not fail while Redis is paused. */
	private static final StoreSettings PATIENT = new StoreSettings("test", Duration.ofMinutes(1), Duration.ofMinutes(2),
			Load.seconds(10))
		.with(Durability.BEFORE_SEND);

	@Test
	void whenRedisIsPausedThenPublishReturnsAndNothingIsSent() throws Exception {
		start(PATIENT);
		publisher().close();
		// Not only in Redis, where the last message need not be yet.
		Await.until("nothing is in flight", () -> application().status().size() == 0);
		int sent = application().brokerLink().sent(PUBLISH);
		server().pause();
		for (int i = 0; i < 20; i++) {
			application().publish("paused-" + i + "-q" + (1 + i % 2), 1 + i % 2);
		}
		// All have returned; what the sender has done by now would be on the link.
		Await.until("a packet waits", this::isAPacketWaiting);
		assertThat(application().brokerLink().sent(PUBLISH)).isEqualTo(sent);
		server().resume();
		Await.until("all are delivered", () -> subscriber().received().containsKey("paused-19-q2"));
		Await.until("nothing is in flight", () -> length() == 0);
		assertThat(application().brokerLink().sent(PUBLISH)).isEqualTo(sent + 20);
		subscriber().assertNoDuplicates();
	}

	private boolean isAPacketWaiting() {
		return Thread.getAllStackTraces().entrySet().stream().anyMatch((thread) -> {
			String stack = Arrays.toString(thread.getValue());
			return thread.getKey().getName().startsWith("MQTT Snd: " + clientId()) && stack.contains("awaitPuts");
		});
	}

	@Test
	void whenRedisIsPausedForLongerThanTheTimeoutThenLinkIsDroppedAndMessagesAreRefused() throws Exception {
		start(SETTINGS);
		server().pause();
		assertReported("Redis does not answer");
		Await.until("the link is dropped", () -> application().connectionsLost() > 0);
		publisher().awaitThrown(20);
		server().resume();
		assertHealed();
	}

	@Test
	void whenRedisIsKilledUnderLoadAndRestartedEmptyThenNothingIsLost() throws Exception {
		start(SETTINGS);
		server().kill();
		assertReported("Redis");
		publisher().awaitThrown(20);
		server().restart();
		assertHealed();
	}

	@Test
	void whenLinkIsHalfOpenThenMessagesAreRefusedUntilANewOneWorks() throws Exception {
		start(SETTINGS);
		application().redisLink().swallow(true);
		assertReported("Redis does not answer");
		publisher().awaitThrown(20);
		application().redisLink().swallow(false);
		assertHealed();
	}

	@Test
	void whenLinkIsCutAgainAndAgainThenNothingIsLost() throws Exception {
		start(SETTINGS);
		for (int i = 0; i < 10; i++) {
			application().redisLink().cut();
			publisher().awaitReturned(10);
		}
		assertHealed();
	}

	@Test
	void whenRedisIsFullThenMessagesAreRefusedAndThoseTakenBeforeAreSentOnce() throws Exception {
		start(SETTINGS);
		redis((redis) -> redis.configSet("maxmemory", "1"));
		assertReported("maxmemory");
		publisher().awaitThrown(20);
		redis((redis) -> redis.configSet("maxmemory", "0"));
		assertHealed();
	}

	@Test
	void whenSessionWasTakenOverThenTheOldOwnerSendsNoMore() throws Exception {
		start(SETTINGS);
		fill();
		Await.until("Redis holds the mirror", () -> length() == application().status().size());
		try (Application thief = Application.start(clientId(), server(), broker(), THIEF).connect()) {
			awaitState(SessionState.FENCED);
			assertThatExceptionOfType(MqttException.class).isThrownBy(() -> application().publish("fenced-q2", 2));
			application().brokerLink().release();
			subscriber().assertDelivered(publisher());
			Await.until("nothing is in flight", () -> length() == 0);
			assertThat(thief.connectionsLost()).isZero();
			// What was on its way already may arrive; nothing is sent a second time.
			assertThat(application().brokerLink().sent(PUBLISH)).isLessThanOrEqualTo(publisher().returned().size());
			subscriber().assertNoDuplicates();
			assertThat(subscriber().received()).doesNotContainKey("fenced-q2");
		}
	}

	@Test
	void whenClientIsNotOursThenPublishWaits() throws Exception {
		start(SETTINGS);
		MqttAsyncClient own = new MqttAsyncClient(broker().uri(), "own",
				new SessionMqttClientPersistence(application().store(), null));
		own.connect(Application.options()).waitForCompletion(Await.MILLIS);
		try {
			own.publish("test/own", "stored".getBytes(), 1, false);
			server().pause();
			assertThatExceptionOfType(MqttPersistenceException.class)
				.isThrownBy(() -> own.publish("test/own", "refused".getBytes(), 1, false));
		}
		finally {
			server().resume();
			own.disconnectForcibly(0, 500);
			own.close(true);
		}
	}

}
