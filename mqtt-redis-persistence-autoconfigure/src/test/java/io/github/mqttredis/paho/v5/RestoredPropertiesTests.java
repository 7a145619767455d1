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
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests that what MQTT 5 has added to a message survives a restart, on its way to the
 * broker and on its way to the application.
 */
class RestoredPropertiesTests {

	private static final String URI = "tcp://127.0.0.1:1";

	private static final String HASH = "test:{gateway@broker}:v5";

	private final Map<String, MqttMessage> received = new ConcurrentHashMap<>();

	@Test
	void whenProcessRestartsThenArtemisAndTheApplicationGetAllProperties() throws Exception {
		try (ArtemisBroker broker = ArtemisBroker.start()) {
			restart(broker.uri());
		}
	}

	@Test
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	void whenProcessRestartsThenMosquittoAndTheApplicationGetAllProperties() throws Exception {
		try (MosquittoBroker broker = MosquittoBroker.start()) {
			restart(broker.uri());
		}
	}

	private void restart(String uri) throws Exception {
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				RedisStores stores = new RedisStores(server)) {
			MqttAsyncClient subscriber = new MqttAsyncClient(uri, "subscriber", new MemoryPersistence());
			subscriber.setCallback(callback());
			subscriber.connect().waitForCompletion(Await.MILLIS);
			subscriber.subscribe("test/#", 2).waitForCompletion(Await.MILLIS);
			storeAndDie(new SessionMqttClientPersistence(stores.start(), uri, "broker"));
			Map<byte[], byte[]> left = redis.hgetAll(HASH.getBytes());
			PersistentMqttAsyncClient successor = new PersistentMqttAsyncClient(uri, "gateway",
					new SessionMqttClientPersistence(stores.startSuccessor(), uri, "broker"));
			assertThat(left).hasSize(3);
			left.forEach((key, record) -> assertThat(redis.hget(HASH.getBytes(), key)).isEqualTo(record));
			successor.setCallback(callback());
			successor.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			Await.until("all have arrived", () -> this.received.size() == 3);
			this.received.values().forEach(RestoredPropertiesTests::assertProperties);
			Await.until("nothing is left", () -> !redis.exists(HASH));
			successor.disconnectForcibly(100, 1000, true);
			subscriber.disconnectForcibly(100, 1000, true);
		}
	}

	/**
	 * Store what a client has when it dies: two messages to send, and one that it
	 * received from a broker which has forgotten the session by now.
	 */
	private static void storeAndDie(SessionMqttClientPersistence persistence) throws Exception {
		persistence.open("gateway");
		persistence.put("s-1", publish(1, 1));
		persistence.put("s-2", publish(2, 2));
		persistence.put("r-3", publish(3, 2));
	}

	static Stream<Consumer<MqttProperties>> unreadable() {
		String text = "x".repeat(65_536);
		return Stream.of((properties) -> properties.setCorrelationData(new byte[Short.MAX_VALUE + 1]),
				(properties) -> properties.setContentType(text),
				(properties) -> properties.setUserProperties(List.of(new UserProperty(text, "v"))),
				(properties) -> properties.setUserProperties(List.of(new UserProperty("k", text))));
	}

	@ParameterizedTest
	@MethodSource("unreadable")
	void whenPahoCouldNotRestoreAPropertyThenItIsRefused(Consumer<MqttProperties> unreadable) throws Exception {
		MqttMessage message = new MqttMessage("m".getBytes(), 1, false, new MqttProperties());
		unreadable.accept(message.getProperties());
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				RedisStores stores = new RedisStores(server)) {
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(URI, "gateway",
					new SessionMqttClientPersistence(stores.start(), URI, "broker"));
			client.setBufferOpts(buffer());
			assertThatIllegalArgumentException().isThrownBy(() -> client.publish("test/a", message))
				.withMessageContaining("Cannot send");
			assertThat(redis.exists(HASH + ":queue")).isFalse();
			client.close();
		}
	}

	private static DisconnectedBufferOptions buffer() {
		DisconnectedBufferOptions options = new DisconnectedBufferOptions();
		options.setBufferEnabled(true);
		return options;
	}

	/** As an earlier version stored it. */
	@Test
	void whenPahoCannotRestoreAPropertyThenTheMessageIsSetAside() throws Exception {
		MqttPublish publish = publish(1, 1);
		publish.getProperties().setCorrelationData(new byte[Short.MAX_VALUE + 1]);
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				RedisStores stores = new RedisStores(server)) {
			SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(stores.start(), URI, "broker");
			persistence.open("gateway");
			persistence.put("s-1", publish);
			PersistentMqttAsyncClient successor = new PersistentMqttAsyncClient(URI, "gateway",
					new SessionMqttClientPersistence(stores.startSuccessor(), URI, "broker"));
			assertThat(redis.exists(HASH)).isFalse();
			assertThat(redis.hlen(HASH + ":quarantine")).isOne();
			successor.close();
		}
	}

	private static MqttPublish publish(int id, int qos) {
		MqttProperties properties = new MqttProperties();
		properties.setMessageExpiryInterval(3600L);
		properties.setPayloadFormat(true);
		properties.setContentType("text/plain");
		properties.setResponseTopic("answer/ü");
		properties.setCorrelationData(new byte[] { 0, (byte) 0x80, 7 });
		properties.setUserProperties(List.of(new UserProperty("k", "1"), new UserProperty("k", "ü")));
		MqttMessage message = new MqttMessage(("m" + id).getBytes(), qos, false, properties);
		MqttPublish publish = new MqttPublish("test/a", message, properties);
		publish.setMessageId(id);
		return publish;
	}

	private static void assertProperties(MqttMessage message) {
		MqttProperties properties = message.getProperties();
		// A broker says how much is left of it.
		assertThat(properties.getMessageExpiryInterval()).isBetween(1L, 3600L);
		assertThat(properties.getPayloadFormat()).isTrue();
		assertThat(properties.getContentType()).isEqualTo("text/plain");
		assertThat(properties.getResponseTopic()).isEqualTo("answer/ü");
		assertThat(properties.getCorrelationData()).containsExactly(0, 0x80, 7);
		assertThat(properties.getUserProperties()).containsExactly(new UserProperty("k", "1"),
				new UserProperty("k", "ü"));
	}

	private RecordingCallback callback() {
		return new RecordingCallback((payload) -> {
		}) {

			@Override
			public void messageArrived(String topic, MqttMessage message) {
				RestoredPropertiesTests.this.received.put(new String(message.getPayload()), message);
			}

		};
	}

}
