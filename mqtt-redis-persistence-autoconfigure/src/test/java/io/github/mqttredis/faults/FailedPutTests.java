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

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A record that could not be stored, and a crash right afterwards: the session is what
 * Paho keeps.
 */
class FailedPutTests {

	private static final int PUBLISH = 3;

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	private String clientId;

	private Jedis redis;

	private Subscriber subscriber;

	private Application application;

	@BeforeEach
	void start(TestInfo test) throws Exception {
		this.clientId = test.getTestMethod().orElseThrow().getName();
		this.redis = server.connect();
		this.redis.flushAll();
		this.subscriber = Subscriber.to(broker, this.clientId);
		this.application = Application.start(this.clientId, server, broker);
	}

	@AfterEach
	void stop() {
		refuse(false);
		refuseAll(false);
		this.application.close();
		this.subscriber.close();
		this.redis.close();
	}

	private void refuse(boolean full) {
		this.redis.configSet("maxmemory", full ? "1" : "0");
	}

	/** A full Redis takes PUBREL, which leads to a removal. */
	private void refuseAll(boolean all) {
		this.redis.configSet("min-replicas-to-write", all ? "1" : "0");
	}

	private long queued() {
		return this.redis.xlen(hash() + ":queue");
	}

	private String hash() {
		return Application.hash(this.clientId);
	}

	private Application successor() throws Exception {
		this.application.die();
		this.redis.del(hash() + ":lease");
		return Application.start(this.clientId, server, broker);
	}

	private void awaitState(SessionState state) {
		Await.until("the session is " + state, () -> this.application.state() == state);
	}

	@Test
	void whenPublishCannotBeStoredThenItIsNotSentAndSuccessorKnowsNothingOfIt() throws Exception {
		this.application.connect();
		this.application.brokerLink().holdAnswers();
		this.application.publish("kept-q2", 2);
		refuse(true);
		for (int qos = 1; qos <= 2; qos++) {
			int level = qos;
			assertThatExceptionOfType(MqttException.class)
				.isThrownBy(() -> this.application.publish("refused-q" + level, level));
		}
		Await.until("the link is dropped", () -> this.application.connectionsLost() > 0);
		assertThat(this.application.status().records()).containsEntry(RecordKind.SENT, 2);
		assertThat(this.redis.hkeys(hash())).containsExactly("s-1");
		this.application.die();
		refuse(false);
		assertSuccessorDeliversOnce("kept-q2");
	}

	@Test
	void whenPublishCannotBeStoredAndRedisHasRoomAgainThenItIsStoredAndSent() throws Exception {
		this.application.connect();
		refuse(true);
		for (String payload : List.of("unknown-q2", "refused-q2")) {
			assertThatExceptionOfType(MqttException.class).isThrownBy(() -> this.application.publish(payload, 2));
		}
		assertThat(this.application.status().records()).containsEntry(RecordKind.SENT, 1);
		refuse(false);
		Await.until("it is delivered", () -> this.subscriber.received().containsKey("unknown-q2"));
		Await.until("nothing is in flight", () -> !this.redis.exists(hash()));
		assertThat(this.subscriber.received()).isEqualTo(Map.of("unknown-q2", 1));
	}

	@Test
	void whenPublishTimesOutAndItsCommandLandsThenItIsSentOnce() throws Exception {
		this.application.connect();
		server.pause();
		try {
			assertThatExceptionOfType(MqttPersistenceException.class)
				.isThrownBy(() -> this.application.publish("unknown-q2", 2));
		}
		finally {
			server.resume();
		}
		awaitState(SessionState.OWNER);
		Await.until("it is delivered", () -> this.subscriber.received().containsKey("unknown-q2"));
		Await.until("nothing is in flight", () -> !this.redis.exists(hash()));
		assertThat(this.subscriber.received()).isEqualTo(Map.of("unknown-q2", 1));
	}

	@Test
	void whenPubrelCannotBeStoredThenIsStoredLaterAndSuccessorReleasesTheMessage() throws Exception {
		this.application.connect();
		this.application.brokerLink().holdAnswers();
		this.application.publish("kept-q2", 2);
		refuseAll(true);
		this.application.brokerLink().release();
		Await.until("the link is dropped", () -> this.application.connectionsLost() > 0);
		assertThat(this.redis.hkeys(hash())).containsExactly("s-1");
		assertThat(this.application.status().records()).containsEntry(RecordKind.PUBREL, 1);
		this.application.brokerLink().holdAnswers();
		refuseAll(false);
		Await.until("it is stored", () -> this.redis.hlen(hash()) == 2);
		assertThat(this.redis.hkeys(hash())).containsExactlyInAnyOrder("s-1", "sc-1");
		assertSuccessorDeliversOnce("kept-q2");
	}

	@Test
	void whenPubrelCannotBeStoredAndApplicationDiesThenSuccessorSendsAgainAndBrokerKnowsIt() throws Exception {
		this.application.connect();
		this.application.brokerLink().holdAnswers();
		this.application.publish("kept-q2", 2);
		refuseAll(true);
		this.application.brokerLink().release();
		Await.until("the link is dropped", () -> this.application.connectionsLost() > 0);
		assertThat(this.redis.hkeys(hash())).containsExactly("s-1");
		this.application.die();
		refuseAll(false);
		assertSuccessorDeliversOnce("kept-q2");
	}

	@Test
	void whenBufferedMessageCannotBeStoredThenSuccessorKnowsNothingOfIt() throws Exception {
		this.application.bufferOffline();
		this.application.connect();
		goOffline();
		this.application.publish("kept-q2", 2);
		refuse(true);
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> this.application.publish("refused-q2", 2));
		assertThat(this.application.status().records()).containsEntry(RecordKind.QUEUED, 1);
		refuse(false);
		awaitState(SessionState.OWNER);
		assertThat(queued()).isEqualTo(1);
		assertSuccessorDeliversOnce("kept-q2");
	}

	@Test
	void whenBufferIsFlushedWhileRedisIsFullThenItIsSentAllTheSame() throws Exception {
		publishOffline();
		refuse(true);
		this.application.brokerLink().release();
		Await.until("all are delivered", () -> this.subscriber.received().size() == 10);
		Await.until("nothing is in flight", () -> !this.redis.exists(hash()) && queued() == 0);
		this.subscriber.assertNoDuplicates();
	}

	@Test
	void whenBufferIsFlushedWhileRedisIsFullAndApplicationDiesThenSuccessorSendsTheRestOnce() throws Exception {
		publishOffline();
		refuse(true);
		this.application.brokerLink().release();
		Await.until("some are delivered", () -> !this.subscriber.received().isEmpty());
		this.application.die();
		refuse(false);
		try (Application successor = successor().connect()) {
			Await.until("all are delivered", () -> this.subscriber.received().size() == 10);
			Await.until("nothing is in flight", () -> !this.redis.exists(hash()) && queued() == 0);
			assertThat(successor.status().size()).isZero();
			this.subscriber.assertNoDuplicates();
		}
	}

	private void publishOffline() throws Exception {
		this.application.bufferOffline();
		this.application.connect();
		goOffline();
		for (int i = 0; i < 10; i++) {
			this.application.publish("kept-" + i + "-q2", 2);
		}
	}

	@Test
	void whenReceivedMessageCannotBeStoredThenBrokerSendsItAgainAndSuccessorReceivesItOnce() throws Exception {
		this.application.connect();
		this.application.client().subscribe("command/" + this.clientId, 2).waitForCompletion(Await.MILLIS);
		refuse(true);
		MqttAsyncClient sender = new MqttAsyncClient(broker.uri(), "sender", new MemoryPersistence());
		sender.connect().waitForCompletion(Await.MILLIS);
		sender.publish("command/" + this.clientId, "do-q2".getBytes(), 2, false).waitForCompletion(Await.MILLIS);
		Await.until("the link is dropped", () -> this.application.connectionsLost() > 0);
		this.application.die();
		assertThat(this.redis.exists(hash())).isFalse();
		refuse(false);
		Map<String, Integer> received = new ConcurrentHashMap<>();
		try (Application successor = successor()) {
			successor.receive((payload) -> received.merge(payload, 1, Integer::sum));
			successor.connect();
			Await.until("the message is received", () -> received.containsKey("do-q2"));
			Await.until("it is released", () -> !this.redis.exists(hash()));
			assertThat(received).containsEntry("do-q2", 1);
		}
		finally {
			sender.disconnectForcibly(0, 500);
			sender.close(true);
		}
	}

	/**
	 * Lose the broker, which stays away until the link is released.
	 */
	private void goOffline() {
		this.application.brokerLink().refuse();
		this.application.brokerLink().cut();
		Await.until("the client is offline", () -> !this.application.client().isConnected());
	}

	private void assertSuccessorDeliversOnce(String payload) throws Exception {
		try (Application successor = successor().connect()) {
			Await.until("it is delivered", () -> this.subscriber.received().containsKey(payload));
			Await.until("nothing is in flight", () -> !this.redis.exists(hash()));
			assertThat(successor.status().size()).isZero();
			assertThat(this.subscriber.received()).isEqualTo(Map.of(payload, 1));
		}
	}

}
