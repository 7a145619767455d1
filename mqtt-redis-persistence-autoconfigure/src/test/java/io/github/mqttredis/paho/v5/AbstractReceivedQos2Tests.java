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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that messages of QoS 2 are received once, against a real broker and a real Redis.
 */
abstract class AbstractReceivedQos2Tests {

	private static final String NUDGE = "nudge";

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@SharedServer
	private static RedisServer server;

	/** A session of its own for each test, at the broker as well. */
	private final String clientId = "gateway-" + CLIENTS.incrementAndGet();

	private final String hash = "test:{" + this.clientId + "@broker}:v5";

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final CountDownLatch end = new CountDownLatch(1);

	private RedisStores stores;

	private Jedis redis;

	private TcpLink link;

	private MqttAsyncClient publisher;

	protected abstract String broker();

	/**
	 * Return whether the broker sends a message again under its packet id, as it must
	 * (4.4). Artemis takes another one: what was stored under the first has no end, and a
	 * message that waited for its PUBREL may come again.
	 * @return whether it does
	 */
	protected abstract boolean keepsPacketIds();

	@BeforeEach
	void connect() throws Exception {
		this.redis = server.connect();
		this.redis.flushAll();
		this.stores = new RedisStores(server);
		this.link = TcpLink.to(broker());
		this.publisher = new MqttAsyncClient(broker(), "publisher", new MemoryPersistence());
		this.publisher.connect().waitForCompletion(Await.MILLIS);
	}

	@AfterEach
	void disconnect() throws Exception {
		this.end.countDown();
		this.publisher.disconnectForcibly(100, 100, true);
		this.publisher.close();
		this.stores.close();
		this.redis.close();
		this.link.close();
	}

	private PersistentMqttAsyncClient client(String uri, Consumer<String> callback) throws MqttException {
		SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(
				this.stores.start(new StoreSettings("test", RedisStores.SETTINGS.writeTimeout().multipliedBy(4),
						RedisStores.SETTINGS.leaseTtl(), RedisStores.SETTINGS.acquireTimeout(), OnConflict.TAKEOVER,
						OnOutage.REJECT, Durability.BEFORE_RETURN)),
				uri, "broker");
		PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(uri, this.clientId, persistence);
		client.setCallback(new RecordingCallback((message) -> {
			if (message.equals(NUDGE)) {
				return;
			}
			callback.accept(message);
			this.received.merge(message, 1, Integer::sum);
		}));
		return client;
	}

	private static void connect(MqttAsyncClient client) throws MqttException {
		client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
	}

	private static void subscribe(MqttAsyncClient client) throws MqttException {
		connect(client);
		client.subscribe(client.getClientId(), 2).waitForCompletion(Await.MILLIS);
	}

	private void publish(int count) throws MqttException {
		for (int i = 0; i < count; i++) {
			this.publisher.publish(this.clientId, ("m" + i).getBytes(), 2, false).waitForCompletion(Await.MILLIS);
		}
	}

	/**
	 * Wait for messages whose PUBREL is due. Artemis sends it only when it next has a
	 * message of QoS 2 for the client.
	 */
	private void awaitArrival(int count) {
		Await.until("all have arrived", () -> {
			this.publisher.publish(this.clientId, NUDGE.getBytes(), 2, false).waitForCompletion(Await.MILLIS);
			Thread.sleep(200);
			return this.received.size() == count;
		});
	}

	private long held() {
		return this.redis.hkeys(this.hash).stream().filter((key) -> key.startsWith("r-")).count();
	}

	private void await() {
		try {
			this.end.await(Await.MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenAllGoesWellThenNothingIsLeft() throws Exception {
		PersistentMqttAsyncClient client = client(broker(), (message) -> {
		});
		subscribe(client);
		publish(50);
		Await.until("all have arrived", () -> this.received.size() == 50);
		Await.until("nothing is held", () -> held() == 0);
		assertThat(this.received.values()).containsOnly(1);
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenProcessDiesBeforeCallbackEndsThenSuccessorDeliversWhatWasStored() throws Exception {
		PersistentMqttAsyncClient client = client(this.link.uri(), (message) -> await());
		subscribe(client);
		publish(5);
		Await.until("all are stored", () -> held() == 5);
		// The broker has the PUBRECs: Artemis would take other packet ids without them.
		Thread.sleep(500);
		this.link.close();
		PersistentMqttAsyncClient successor = client(broker(), (message) -> {
		});
		connect(successor);
		awaitArrival(5);
		Await.until("nothing is held", () -> held() == 0);
		assertThat(this.received.values()).containsOnly(1);
		successor.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenLinkIsCutAtEachCallbackThenEachMessageIsDeliveredOnce() throws Exception {
		PersistentMqttAsyncClient client = client(this.link.uri(), (message) -> this.link.cut());
		subscribe(client);
		publish(4);
		awaitArrival(4);
		Await.until("nothing is held", () -> held() == 0 || !keepsPacketIds());
		Await.until("the link is up", client::isConnected);
		assertThat(this.received.values()).allMatch((times) -> times == 1 || !keepsPacketIds());
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenCallbackThrowsThenMessageIsHeldAndDeliveredAgain() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		PersistentMqttAsyncClient client = client(this.link.uri(), (message) -> failOnce(calls));
		subscribe(client);
		publish(1);
		Await.until("the link is dropped", () -> calls.get() == 1 && !client.isConnected());
		assertThat(held()).isEqualTo(1);
		awaitArrival(1);
		Await.until("nothing is held", () -> held() == 0 || !keepsPacketIds());
		assertThat(calls).hasValue(2);
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenCallbackThrowsThenMessageOfQos1IsDeliveredAgain() throws Exception {
		AtomicInteger calls = new AtomicInteger();
		PersistentMqttAsyncClient client = client(this.link.uri(), (message) -> failOnce(calls));
		subscribe(client);
		this.publisher.publish(this.clientId, "once more".getBytes(), 1, false).waitForCompletion(Await.MILLIS);
		Await.until("it is delivered again", () -> this.received.containsKey("once more"));
		assertThat(calls).hasValue(2);
		client.disconnectForcibly(100, 1000, true);
	}

	private static void failOnce(AtomicInteger calls) {
		if (calls.incrementAndGet() == 1) {
			throw new IllegalStateException("cannot take it now");
		}
	}

	@Test
	void whenBrokerSendsAMessageAgainThenItIsDeliveredOnce() throws Exception {
		PersistentMqttAsyncClient client = client(this.link.uri(), (message) -> {
		});
		subscribe(client);
		server.pause();
		try {
			publish(1);
			Thread.sleep(500);
			this.link.cut();
		}
		finally {
			server.resume();
		}
		awaitArrival(1);
		Await.until("nothing is held", () -> held() == 0 || !keepsPacketIds());
		assertThat(this.received.values()).containsOnly(1);
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenBrokerHasForgottenTheSessionThenStoredMessageIsDelivered() throws Exception {
		MqttMessage message = new MqttMessage("kept".getBytes(), 2, false, new MqttProperties());
		MqttPublish publish = new MqttPublish(this.clientId, message, new MqttProperties());
		publish.setMessageId(5);
		this.redis.hset(this.hash.getBytes(), "r-5".getBytes(), SessionMqttClientPersistence.encode(publish));
		SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(this.stores.start(), broker(),
				"broker");
		PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(broker(), this.clientId, persistence);
		client.setCallback(new RecordingCallback((payload) -> this.received.merge(payload, 1, Integer::sum)));
		connect(client);
		Await.until("it has arrived", () -> this.received.containsKey("kept"));
		Await.until("nothing is held", () -> !this.redis.exists(this.hash));
		client.disconnectForcibly(100, 1000, true);
	}

	@Test
	void whenApplicationAcknowledgesByItselfThenMessageIsHeldUntilThen() throws Exception {
		List<Integer> ids = new CopyOnWriteArrayList<>();
		PersistentMqttAsyncClient client = client(broker(), (message) -> {
		});
		client.setCallback(new RecordingCallback((message) -> {
		}) {

			@Override
			public void messageArrived(String topic, MqttMessage message) {
				ids.add(message.getId());
			}

		});
		client.setManualAcks(true);
		subscribe(client);
		publish(1);
		Await.until("it has arrived", () -> ids.size() == 1);
		Thread.sleep(300);
		assertThat(held()).isEqualTo(1);
		client.messageArrivedComplete(ids.get(0), 2);
		Await.until("nothing is held", () -> held() == 0);
		client.disconnectForcibly(100, 1000, true);
	}

	/**
	 * What Paho's own client does, and this store cannot mend.
	 */
	@Test
	void whenClientIsPahosOwnThenRecordIsGoneBeforeTheCallbackEnds() throws Exception {
		MqttAsyncClient client = new MqttAsyncClient(broker(), this.clientId,
				new SessionMqttClientPersistence(this.stores.start(), broker(), "broker"));
		CountDownLatch called = new CountDownLatch(1);
		client.setCallback(new RecordingCallback((message) -> {
			called.countDown();
			await();
		}));
		subscribe(client);
		publish(1);
		assertThat(called.await(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		Await.until("nothing is held", () -> held() == 0);
		this.end.countDown();
		client.disconnectForcibly(100, 1000, true);
	}

}
