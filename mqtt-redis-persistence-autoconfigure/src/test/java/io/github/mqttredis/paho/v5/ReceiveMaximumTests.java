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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a client keeps the broker's Receive Maximum (3.2.2.3.3) also with what it
 * restores. Mosquitto drops the link of one that does not.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
class ReceiveMaximumTests {

	private static final String HASH = "test:{gateway@broker}:v5";

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenMoreIsRestoredThanTheBrokerTakesThenTheRestWaits(int qos) throws Exception {
		try (RedisServer server = RedisServer.start(); Jedis redis = server.connect()) {
			for (int id = 1; id <= 40; id++) {
				store(redis, "s-" + id, publish(id, qos));
			}
			assertThatAllArriveOverOneConnection(server, redis, 40);
		}
	}

	@Test
	void whenPubrelsAreRestoredThenTheirEndsMakeNoRoomBeyondTheMaximum() throws Exception {
		try (RedisServer server = RedisServer.start(); Jedis redis = server.connect()) {
			for (int id = 1; id <= 60; id++) {
				store(redis, "s-" + id, publish(id, 2));
				if (id <= 20) {
					store(redis, "sc-" + id,
							SessionMqttClientPersistence.encode(new MqttPubRel(0, id, new MqttProperties())));
				}
			}
			assertThatAllArriveOverOneConnection(server, redis, 40);
		}
	}

	private static void store(Jedis redis, String key, byte[] record) {
		redis.hset(HASH.getBytes(), key.getBytes(), record);
	}

	private static byte[] publish(int id, int qos) throws Exception {
		MqttMessage message = new MqttMessage(("m" + id).getBytes(), qos, false, new MqttProperties());
		MqttPublish publish = new MqttPublish("test/a", message, new MqttProperties());
		publish.setMessageId(id);
		return SessionMqttClientPersistence.encode(publish);
	}

	private void assertThatAllArriveOverOneConnection(RedisServer server, Jedis redis, int count) throws Exception {
		try (MosquittoBroker broker = MosquittoBroker.start("max_inflight_messages 3");
				TcpLink link = TcpLink.to(broker.uri());
				RedisStores stores = new RedisStores(server)) {
			MqttAsyncClient subscriber = new MqttAsyncClient(broker.uri(), "subscriber", new MemoryPersistence());
			subscriber.setCallback(new RecordingCallback((payload) -> this.received.merge(payload, 1, Integer::sum)));
			subscriber.connect().waitForCompletion(Await.MILLIS);
			subscriber.subscribe("test/#", 2).waitForCompletion(Await.MILLIS);
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(link.uri(), "gateway",
					new SessionMqttClientPersistence(stores.start(), link.uri(), "broker"));
			client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			Await.until("all have arrived", () -> this.received.size() == count);
			Await.until("nothing is in flight", () -> !redis.exists(HASH));
			assertThat(link.connections()).isEqualTo(1);
			assertThat(this.received.values()).containsOnly(1);
			client.disconnectForcibly(100, 1000, true);
			subscriber.disconnectForcibly(100, 1000, true);
		}
	}

}
