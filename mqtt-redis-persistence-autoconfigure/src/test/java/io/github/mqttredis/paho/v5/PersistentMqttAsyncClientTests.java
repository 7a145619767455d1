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

package io.github.mqttredis.paho.v5;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PersistentMqttAsyncClient}, against a real broker and a real Redis.
 */
class PersistentMqttAsyncClientTests {

	private static final String NAMED_HASH = "test:{gateway@broker}:v5";

	@SharedServer
	private static RedisServer server;

	@SharedServer
	private static ArtemisBroker broker;

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private RedisStores stores;

	private Jedis redis;

	private MqttAsyncClient subscriber;

	private String hash;

	@BeforeEach
	void subscribe() throws Exception {
		this.redis = server.connect();
		this.redis.flushAll();
		this.stores = new RedisStores(server);
		this.hash = "test:{gateway@" + broker.uri() + "}:v5";
		this.subscriber = new MqttAsyncClient(broker.uri(), "subscriber", new MemoryPersistence());
		this.subscriber.connect(options()).waitForCompletion(Await.MILLIS);
		listen(this.subscriber, "test/#",
				(topic, message) -> this.received.merge(new String(message.getPayload()), 1, Integer::sum));
	}

	@AfterEach
	void close() throws Exception {
		this.stores.close();
		this.redis.close();
		this.subscriber.disconnectForcibly(100, 100, true);
		this.subscriber.close();
	}

	private static MqttConnectionOptions options() {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setAutomaticReconnect(true);
		options.setSessionExpiryInterval(600L);
		options.setKeepAliveInterval(5);
		// Paho 5 has one delay for all clients of the JVM, which a client whose link is
		// closed for good would let grow.
		options.setMaxReconnectDelay(1000);
		return options;
	}

	private static void listen(MqttAsyncClient client, String filter, IMqttMessageListener listener)
			throws MqttException {
		client
			.subscribe(new MqttSubscription[] { new MqttSubscription(filter, 2) }, null, null,
					new IMqttMessageListener[] { listener }, new MqttProperties())
			.waitForCompletion(Await.MILLIS);
	}

	private static PersistentMqttAsyncClient client(RedisSessionStore store) throws MqttException {
		return new PersistentMqttAsyncClient(broker.uri(), "gateway",
				new SessionMqttClientPersistence(store, broker.uri(), null));
	}

	private static PersistentMqttAsyncClient client(RedisSessionStore store, String uri) throws MqttException {
		return new PersistentMqttAsyncClient(uri, "gateway", new SessionMqttClientPersistence(store, uri, "broker"));
	}

	@Test
	void whenAnotherClientOfTheJvmHasLongBeenTryingThenLostLinkComesBackAllTheSame() throws Exception {
		try (TcpLink link = TcpLink.to(broker.uri())) {
			PersistentMqttAsyncClient client = client(this.stores.start(), link.uri());
			client.connect(options()).waitForCompletion(Await.MILLIS);
			// Where Paho is after eight failed attempts of any client.
			ReflectionTestUtils.setField(MqttAsyncClient.class, "reconnectDelay", 128_000);
			link.cut();
			Await.until("the link is lost", () -> !client.isConnected());
			Await.until("it is back", client::isConnected);
			client.disconnectForcibly(100, 100, true);
		}
	}

	@Test
	void whenBrokerIsAwayThenPahosTimerDoesNotRun() throws Exception {
		try (FaultyLink link = FaultyLink.to(broker.uri())) {
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(link.uri(), "timed",
					new SessionMqttClientPersistence(this.stores.start(), link.uri(), "broker"));
			client.connect(options()).waitForCompletion(Await.MILLIS);
			link.refuse();
			link.cut();
			Await.until("an attempt has failed", () -> link.refused() > 0);
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.doesNotContain("MQTT Reconnect: timed");
			client.disconnectForcibly(100, 100, true);
			client.close();
		}
	}

	@Test
	void whenDisconnectedThenNobodyWaitsForWhatWillNotCome() throws Exception {
		try (TcpLink link = TcpLink.to(broker.uri())) {
			PersistentMqttAsyncClient client = client(this.stores.start(), link.uri());
			client.connect(options()).waitForCompletion(Await.MILLIS);
			client.publish("test/a", "linked".getBytes(), 1, false);
			assertThat(disconnect(client)).succeedsWithin(Await.LIMIT);
			Await.until("the message is delivered", () -> this.received.containsKey("linked"));
			client.connect(options()).waitForCompletion(Await.MILLIS);
			link.holdAnswers();
			client.publish("test/a", "unanswered".getBytes(), 1, false);
			link.cut();
			Await.until("the link is lost", () -> !client.isConnected());
			assertThat(disconnect(client)).succeedsWithin(Await.LIMIT);
			client.close();
		}
	}

	private static CompletableFuture<Void> disconnect(PersistentMqttAsyncClient client) {
		return CompletableFuture.runAsync(() -> {
			try {
				client.disconnectForcibly(60_000, 60_000, true);
			}
			catch (MqttException ex) {
				throw new CompletionException(ex);
			}
		});
	}

	@Test
	void whenMessagesAreDeliveredThenNothingIsLeftInRedis() throws Exception {
		PersistentMqttAsyncClient client = client(this.stores.start());
		client.connect(options()).waitForCompletion(Await.MILLIS);
		for (int i = 0; i < 200; i++) {
			client.publish("test/a", ("m" + i).getBytes(), 1 + i % 2, false);
		}
		Await.until("all are delivered", () -> this.received.size() == 200);
		Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
		assertThat(this.received.values()).containsOnly(1);
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenProcessIsGoneThenSuccessorDeliversWhatWasInFlightAndQos2Once() throws Exception {
		try (TcpLink link = TcpLink.to(broker.uri())) {
			PersistentMqttAsyncClient client = client(this.stores.start(), link.uri());
			client.connect(options()).waitForCompletion(Await.MILLIS);
			link.holdAnswers();
			for (int i = 0; i < 100; i++) {
				client.publish("test/a", ("m" + i).getBytes(), 1 + i % 2, false);
			}
			assertThat(this.redis.hlen(NAMED_HASH)).isEqualTo(100);
			Await.until("the broker has all of them", () -> this.received.size() >= 50);
		}
		PersistentMqttAsyncClient successor = client(this.stores.startSuccessor(), broker.uri());
		successor.connect(options()).waitForCompletion(Await.MILLIS);
		Await.until("all are delivered", () -> this.received.size() == 100);
		Await.until("nothing is in flight", () -> !this.redis.exists(NAMED_HASH));
		for (int i = 1; i < 100; i += 2) {
			assertThat(this.received).containsEntry("m" + i, 1);
		}
		successor.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenQos2MessageIsReceivedThenIsRecordedUntilReleased() throws Exception {
		PersistentMqttAsyncClient client = client(this.stores.start());
		client.connect(options()).waitForCompletion(Await.MILLIS);
		Map<String, Boolean> recorded = new ConcurrentHashMap<>();
		listen(client, "command/#", (topic, message) -> {
			try (Jedis look = server.connect()) {
				recorded.put(new String(message.getPayload()),
						look.hkeys(this.hash).stream().anyMatch((key) -> key.startsWith("r-")));
			}
		});
		this.subscriber.publish("command/x", "do".getBytes(), 2, false).waitForCompletion(Await.MILLIS);
		Await.until("the command has arrived", () -> recorded.containsKey("do"));
		assertThat(recorded).containsEntry("do", true);
		Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenRedisIsAwayThenPublishFailsAndLinkRecoversWithRedis() throws Exception {
		RedisSessionStore store = this.stores.start();
		PersistentMqttAsyncClient client = client(store);
		client.connect(options()).waitForCompletion(Await.MILLIS);
		server.kill();
		// Whether Redis has this one is not known: it is kept, and sent once it is
		// stored.
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> client.publish("test/a", "unknown".getBytes(), 2, false));
		Await.until("Redis counts as away", () -> store.sessions().get(0).state() == SessionState.DEGRADED);
		assertThatExceptionOfType(MqttException.class)
			.isThrownBy(() -> client.publish("test/a", "refused".getBytes(), 2, false));
		server.restart();
		Await.until("a message is accepted again", () -> {
			try {
				client.publish("test/a", "kept".getBytes(), 1, false);
				return true;
			}
			catch (MqttException ex) {
				return false;
			}
		});
		Await.until("it is delivered", () -> this.received.containsKey("kept"));
		Await.until("nothing is in flight", () -> store.sessions().get(0).size() == 0);
		assertThat(this.received).containsEntry("unknown", 1).doesNotContainKey("refused");
		client.disconnectForcibly(100, 1000, true);
	}

	/**
	 * A broker would give it another id at every start: no message would ever be sent
	 * again, or delivered twice to one that waits for it.
	 */
	@Test
	void whenClientIdIsEmptyThenClientIsRefusedBeforeItConnects() {
		RedisSessionStore store = this.stores.start();
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> new PersistentMqttAsyncClient(broker.uri(), "",
					new SessionMqttClientPersistence(store, broker.uri(), null)))
			.withMessageContaining("client id");
		assertThat(store.sessions()).isEmpty();
		assertThat(this.redis.keys("*")).isEmpty();
	}

	@Test
	void whenMessageHasPropertiesThenItIsSentUnlessTheyCannotBe() throws Exception {
		PersistentMqttAsyncClient client = client(this.stores.start());
		client.connect(options()).waitForCompletion(Await.MILLIS);
		for (int qos = 0; qos <= 2; qos++) {
			MqttMessage bad = described("bad\u0007", qos);
			assertThatIllegalArgumentException().isThrownBy(() -> client.publish("test/a", bad));
			client.publish("test/a", described("good", qos));
		}
		Await.until("the good ones are delivered", () -> Map.of("good", 3).equals(this.received));
		Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenPropertiesAreNullThenSubscribesAndPublishesAsPahoDoes() throws Exception {
		PersistentMqttAsyncClient client = client(this.stores.start());
		client.connect(options()).waitForCompletion(Await.MILLIS);
		MqttSubscription[] subscriptions = { new MqttSubscription("test/#", 2) };
		client.setCallback(new RecordingCallback((payload) -> this.received.merge("own " + payload, 1, Integer::sum)));
		client.subscribe(subscriptions, null, null, (MqttProperties) null).waitForCompletion(Await.MILLIS);
		MqttMessage message = new MqttMessage("bare".getBytes());
		message.setProperties(null);
		client.publish("test/a", message).waitForCompletion(Await.MILLIS);
		Await.until("both have it", () -> this.received.keySet().containsAll(List.of("bare", "own bare")));
		client.unsubscribe(new String[] { "test/#" }, null, null, null).waitForCompletion(Await.MILLIS);
		client.disconnectForcibly(100, 1000, true);
	}

	private static MqttMessage described(String description, int qos) {
		MqttProperties properties = new MqttProperties();
		properties.setContentType(description);
		properties.setUserProperties(List.of(new UserProperty("description", description)));
		return new MqttMessage(description.getBytes(), qos, false, properties);
	}

}
