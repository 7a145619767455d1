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

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TlsMaterial;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Nothing is sent before it is stored, whatever carries it.
 */
class TransportTests {

	private static ArtemisBroker broker;

	private static TlsMaterial tls;

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private RedisServer server;

	private RedisStores stores;

	private MqttAsyncClient subscriber;

	@BeforeAll
	static void startBroker() throws Exception {
		tls = TlsMaterial.create();
		broker = ArtemisBroker.start(tls);
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@BeforeEach
	void start() throws Exception {
		this.server = RedisServer.start();
		this.stores = new RedisStores(this.server);
		this.subscriber = new MqttAsyncClient(broker.uri(), "subscriber", new MemoryPersistence());
		this.subscriber.connect(options("tcp")).waitForCompletion(Await.MILLIS);
		IMqttMessageListener listener = (topic, message) -> this.received.merge(new String(message.getPayload()), 1,
				Integer::sum);
		this.subscriber
			.subscribe(new MqttSubscription[] { new MqttSubscription("test/#", 2) }, null, null,
					new IMqttMessageListener[] { listener }, new MqttProperties())
			.waitForCompletion(Await.MILLIS);
	}

	@AfterEach
	void stop() throws Exception {
		this.server.resume();
		this.stores.close();
		this.server.close();
		this.subscriber.disconnectForcibly(100, 100, true);
		this.subscriber.close();
	}

	private static MqttConnectionOptions options(String scheme) throws Exception {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setSessionExpiryInterval(3600L);
		options.setAutomaticReconnect(true);
		// One delay for all clients of the JVM.
		options.setMaxReconnectDelay(1000);
		if (scheme.matches("ssl|wss")) {
			options.setSocketFactory(tls.trusting().getSocketFactory());
		}
		return options;
	}

	@ParameterizedTest
	@ValueSource(strings = { "tcp", "ssl", "ws", "wss" })
	void whenRedisIsPausedThenPublishReturnsAndPacketsWait(String scheme) throws Exception {
		RedisSessionStore store = this.stores
			.start(new StoreSettings("test", Duration.ofMinutes(1), Duration.ofMinutes(2), Load.seconds(5))
				.with(Durability.BEFORE_SEND));
		PersistentMqttAsyncClient client = client(store, scheme);
		this.server.pause();
		for (int qos = 1; qos <= 2; qos++) {
			client.publish("test/" + scheme, (scheme + qos).getBytes(), qos, false);
		}
		Await.until("a packet waits", () -> isAPacketWaiting(client.getClientId()));
		assertThat(this.received).isEmpty();
		this.server.resume();
		Await.until("both are delivered", () -> this.received.size() == 2);
		Await.until("nothing is in flight", () -> store.sessions().get(0).size() == 0);
		client.disconnectForcibly(100, 1000, true);
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "tcp", "ssl", "ws", "wss" })
	void whenRedisIsAwayThenLinkIsDroppedAndComesBackWithRedis(String scheme) throws Exception {
		RedisSessionStore store = this.stores.start(RedisStores.SETTINGS.with(Durability.BEFORE_SEND));
		PersistentMqttAsyncClient client = client(store, scheme);
		this.server.pause();
		client.publish("test/" + scheme, (scheme + "2").getBytes(), 2, false);
		this.server.kill();
		Await.until("the link is dropped", () -> !client.isConnected());
		assertThatExceptionOfType(MqttException.class)
			.isThrownBy(() -> client.publish("test/" + scheme, "refused".getBytes(), 2, false));
		assertThat(this.received).isEmpty();
		this.server.restart();
		Await.until("it is delivered", () -> this.received.containsKey(scheme + "2"));
		Await.until("nothing is in flight", () -> store.sessions().get(0).size() == 0);
		assertThat(store.sessions().get(0).state()).isEqualTo(SessionState.OWNER);
		assertThat(this.received).isEqualTo(Map.of(scheme + "2", 1));
		client.disconnectForcibly(100, 1000, true);
		client.close();
	}

	private static PersistentMqttAsyncClient client(RedisSessionStore store, String scheme) throws Exception {
		PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(broker.uri(scheme), "gateway-" + scheme,
				new SessionMqttClientPersistence(store, broker.uri(), "broker"));
		// Paho gives a broker a second to answer the handshake of a WebSocket.
		Await.until("the client is connected", () -> isConnected(client, scheme));
		return client;
	}

	private static boolean isConnected(PersistentMqttAsyncClient client, String scheme) throws Exception {
		try {
			client.connect(options(scheme)).waitForCompletion(Await.MILLIS);
			return true;
		}
		catch (MqttException ex) {
			if (ex.getCause() instanceof SocketTimeoutException) {
				return false;
			}
			throw ex;
		}
	}

	private static boolean isAPacketWaiting(String clientId) {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.anyMatch((thread) -> thread.getKey().getName().startsWith("MQTT Snd: " + clientId)
					&& Arrays.toString(thread.getValue()).contains("awaitPuts"));
	}

}
