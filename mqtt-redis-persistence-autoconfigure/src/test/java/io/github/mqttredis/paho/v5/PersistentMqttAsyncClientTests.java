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

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PersistentMqttAsyncClient}, against a real broker and a real Redis.
 */
class PersistentMqttAsyncClientTests {

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
