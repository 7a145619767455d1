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

package io.github.mqttredis.paho;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link PersistentClient} in clients of both versions of Paho, against a real
 * broker and a real Redis.
 */
@ParameterizedClass
@ValueSource(strings = { "v3", "v5" })
class PersistentClientTests {

	private static final int WINDOW = 1000;

	private static final int PUBREL = 6;

	/** A topic that neither version of Paho decodes. */
	private static final byte[] UNREADABLE = { (byte) 0xef, (byte) 0xb7, (byte) 0x90 };

	@SharedServer
	private static RedisServer server;

	@SharedServer
	private static ArtemisBroker broker;

	private final String version;

	private final String hash;

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private RedisStores stores;

	private Jedis redis;

	private MqttClient subscriber;

	PersistentClientTests(String version) {
		this.version = version;
		this.hash = "test:{gateway@broker}:" + version;
	}

	@BeforeEach
	void subscribe() throws Exception {
		this.redis = server.connect();
		this.redis.flushAll();
		this.stores = new RedisStores(server);
		this.subscriber = new MqttClient(broker.uri(), "subscriber", new MemoryPersistence());
		this.subscriber.connect();
		this.subscriber.subscribe("test/#", 2,
				(topic, message) -> this.received.merge(new String(message.getPayload()), 1, Integer::sum));
	}

	@AfterEach
	void close() throws Exception {
		this.link.close();
		this.stores.close();
		this.redis.close();
		this.subscriber.disconnectForcibly(100, 100);
		this.subscriber.close();
	}

	private PahoClient connect(SessionStore store, String uri) throws Exception {
		return connect(store, uri, "gateway");
	}

	private PahoClient connect(SessionStore store, String uri, String clientId) throws Exception {
		PahoClient client = PahoClient.create(this.version, store, uri, clientId);
		client.connect(5, WINDOW);
		return client;
	}

	private PahoClient connect() throws Exception {
		return connect(this.stores.start(), this.link.uri());
	}

	private void loseLink(PahoClient client) {
		this.link.cut();
		Await.until("the link is lost", () -> !client.isConnected());
	}

	private void awaitNothingInFlight() {
		Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
	}

	@Test
	void whenAnotherClientOfTheJvmHasLongBeenTryingThenLostLinkComesBackAllTheSame() throws Exception {
		PahoClient client = connect();
		// Where Paho is after eight failed attempts of any client.
		ReflectionTestUtils.setField(client.client(), "reconnectDelay", 128_000);
		loseLink(client);
		Await.until("it is back", client::isConnected);
		client.disconnect();
	}

	/** As a fault of the memory leaves it, or an older version of Paho. */
	@Test
	void whenPahoCannotDecodeAStoredMessageThenItIsSetAsideAndTheOthersArrive() throws Exception {
		store(1, 1, UNREADABLE, "bad");
		store(2, 1, "test/a".getBytes(), "good");
		PahoClient client = connect();
		Await.until("the other one has arrived", () -> this.received.containsKey("good"));
		awaitNothingInFlight();
		assertThat(this.redis.hkeys(this.hash + ":quarantine")).singleElement()
			.asString()
			.startsWith("s-1 ")
			.contains("Paho cannot decode it");
		client.disconnect();
	}

	/** The broker has it already, and waits for PUBREL. */
	@Test
	void whenPahoCannotDecodeAMessageThatIsToBeReleasedThenItIsReleased() throws Exception {
		store(1, 2, UNREADABLE, "bad");
		this.redis.hset(this.hash.getBytes(), "sc-1".getBytes(), Packets.pubrel(1));
		PahoClient client = connect();
		awaitNothingInFlight();
		assertThat(this.link.sent(PUBREL)).isOne();
		assertThat(this.redis.exists(this.hash + ":quarantine")).isFalse();
		client.disconnect();
	}

	private void store(int packetId, int qos, byte[] topic, String payload) {
		this.redis.hset(this.hash.getBytes(), ("s-" + packetId).getBytes(), Packets.publish(packetId, qos, topic,
				MqttVersion.valueOf(this.version.toUpperCase(Locale.ROOT)), payload));
	}

	@Test
	void whenBrokerIsAwayThenPahosTimerDoesNotRun() throws Exception {
		// An id that no other test of this JVM has left a timer of.
		PahoClient client = connect(this.stores.start(), this.link.uri(), "without-timer");
		this.link.refuse();
		this.link.cut();
		Await.until("an attempt has failed", () -> this.link.refused() > 0);
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("MQTT Reconnect: without-timer");
		client.disconnect();
		client.close();
	}

	@Test
	void whenDisconnectedThenNobodyWaitsForWhatWillNotCome() throws Exception {
		PahoClient client = connect();
		client.publish("test/a", "linked", 1);
		assertThat(disconnectPatiently(client)).succeedsWithin(Await.LIMIT);
		Await.until("the message is delivered", () -> this.received.containsKey("linked"));
		client.connect(5, WINDOW);
		this.link.holdAnswers();
		client.publish("test/a", "unanswered", 1);
		loseLink(client);
		assertThat(disconnectPatiently(client)).succeedsWithin(Await.LIMIT);
		client.close();
	}

	private static CompletableFuture<Void> disconnectPatiently(PahoClient client) {
		return CompletableFuture.runAsync(() -> {
			try {
				client.disconnect(60_000);
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		});
	}

	@Test
	void whenMessagesAreDeliveredThenNothingIsLeftInRedis() throws Exception {
		PahoClient client = connect();
		for (int i = 0; i < 200; i++) {
			client.publish("test/a", "m" + i, 1 + i % 2);
		}
		Await.until("all are delivered", () -> this.received.size() == 200);
		awaitNothingInFlight();
		assertThat(this.received.values()).containsOnly(1);
		client.disconnect();
	}

	@Test
	void whenProcessIsGoneThenSuccessorDeliversWhatWasInFlightAndQos2Once() throws Exception {
		PahoClient client = connect();
		this.link.holdAnswers();
		for (int i = 0; i < 100; i++) {
			client.publish("test/a", "m" + i, 1 + i % 2);
		}
		assertThat(this.redis.hlen(this.hash)).isEqualTo(100);
		Await.until("the broker has all of them", () -> this.received.size() >= 50);
		this.link.close();
		PahoClient successor = connect(this.stores.startSuccessor(), broker.uri());
		Await.until("all are delivered", () -> this.received.size() == 100);
		awaitNothingInFlight();
		for (int i = 1; i < 100; i += 2) {
			assertThat(this.received).containsEntry("m" + i, 1);
		}
		successor.disconnect();
	}

	@Test
	void whenQos2MessageIsReceivedThenIsRecordedUntilReleased() throws Exception {
		PahoClient client = connect();
		Map<String, Boolean> recorded = new ConcurrentHashMap<>();
		client.subscribe("command/#", (topic, payload, packetId) -> {
			try (Jedis look = server.connect()) {
				recorded.put(new String(payload),
						look.hkeys(this.hash).stream().anyMatch((key) -> key.startsWith("r-")));
			}
		});
		this.subscriber.publish("command/x", "do".getBytes(), 2, false);
		Await.until("the command has arrived", () -> recorded.containsKey("do"));
		assertThat(recorded).containsEntry("do", true);
		awaitNothingInFlight();
		client.disconnect();
	}

	@Test
	void whenRedisIsAwayThenPublishFailsAndLinkRecoversWithRedis() throws Exception {
		RedisSessionStore store = this.stores.start();
		PahoClient client = connect(store, this.link.uri());
		server.kill();
		// Whether Redis has this one is not known: it is kept, and sent once it is
		// stored.
		assertThatException().isThrownBy(() -> client.publish("test/a", "unknown", 2))
			.isInstanceOfAny(org.eclipse.paho.client.mqttv3.MqttPersistenceException.class,
					org.eclipse.paho.mqttv5.common.MqttPersistenceException.class);
		Await.until("Redis counts as away", () -> store.sessions().get(0).state() == SessionState.DEGRADED);
		assertThatException().isThrownBy(() -> client.publish("test/a", "refused", 2)).satisfies(this::isPahos);
		server.restart();
		Await.until("a message is accepted again", () -> {
			try {
				client.publish("test/a", "kept", 1);
				return true;
			}
			catch (Exception ex) {
				isPahos(ex);
				return false;
			}
		});
		Await.until("both are delivered", () -> this.received.keySet().containsAll(List.of("kept", "unknown")));
		Await.until("nothing is in flight", () -> store.sessions().get(0).size() == 0);
		assertThat(this.received).containsEntry("unknown", 1).doesNotContainKey("refused");
		client.disconnect();
	}

	private void isPahos(Exception ex) {
		assertThat(ex).isInstanceOfAny(org.eclipse.paho.client.mqttv3.MqttException.class,
				org.eclipse.paho.mqttv5.common.MqttException.class);
	}

}
