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

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
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
 * Tests that messages sent with a topic alias can be sent again (PAHO-FACTS calls it
 * defect 2), against a broker that takes aliases, and a real Redis.
 */
class TopicAliasTests {

	private static final String HASH = "test:{gateway@broker}:v5";

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	@ParameterizedTest
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	@ValueSource(booleans = { true, false })
	void whenTopicIsUsedAgainThenSuccessorStillKnowsIt(boolean ours) throws Exception {
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				MosquittoBroker broker = MosquittoBroker.start();
				RedisStores stores = new RedisStores(server)) {
			MqttAsyncClient subscriber = subscriber(broker);
			try (TcpLink link = TcpLink.to(broker.uri())) {
				MqttAsyncClient client = client(stores, link.uri(), ours);
				IMqttToken token = client.connect(RecordingCallback.options());
				token.waitForCompletion(Await.MILLIS);
				Integer aliases = token.getResponseProperties().getTopicAliasMaximum();
				assertThat(aliases != null && aliases > 0).isNotEqualTo(ours);
				link.holdAnswers();
				for (int i = 0; i < 4; i++) {
					client.publish("test/a", ("m" + i).getBytes(), 1 + i % 2, false);
				}
			}
			redis.hgetAll(HASH.getBytes())
				.values()
				.forEach((record) -> assertThat(new String(record, StandardCharsets.ISO_8859_1)).contains("test/a"));
			MqttAsyncClient successor = client(stores, broker.uri(), ours);
			successor.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			Await.until("all have arrived", () -> this.received.size() == 4);
			Await.until("nothing is in flight", () -> !redis.exists(HASH));
			successor.disconnectForcibly(100, 1000, true);
			subscriber.disconnectForcibly(100, 1000, true);
		}
	}

	private MqttAsyncClient subscriber(MosquittoBroker broker) throws Exception {
		MqttAsyncClient subscriber = new MqttAsyncClient(broker.uri(), "subscriber", new MemoryPersistence());
		subscriber.setCallback(new RecordingCallback((payload) -> this.received.merge(payload, 1, Integer::sum)));
		subscriber.connect().waitForCompletion(Await.MILLIS);
		subscriber.subscribe("test/#", 2).waitForCompletion(Await.MILLIS);
		return subscriber;
	}

	private static MqttAsyncClient client(RedisStores stores, String uri, boolean ours) throws Exception {
		SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(stores.startSuccessor(), uri,
				"broker");
		return ours ? new PersistentMqttAsyncClient(uri, "gateway", persistence)
				: new MqttAsyncClient(uri, "gateway", persistence);
	}

	@Test
	void whenTopicIsUnknownThenRecordGoesToQuarantineUnlessPubrelIsNext() throws Exception {
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				RedisStores stores = new RedisStores(server)) {
			for (int id = 1; id <= 2; id++) {
				MqttMessage message = new MqttMessage("m".getBytes(), 2, false, new MqttProperties());
				MqttPublish publish = new MqttPublish(null, message, new MqttProperties());
				publish.setMessageId(id);
				redis.hset(HASH.getBytes(), ("s-" + id).getBytes(), SessionMqttClientPersistence.encode(publish));
			}
			redis.hset(HASH.getBytes(), "sc-2".getBytes(),
					SessionMqttClientPersistence.encode(new MqttPubRel(0, 2, new MqttProperties())));
			client(stores, "tcp://broker:1883", true);
			assertThat(redis.hkeys(HASH)).containsExactlyInAnyOrder("s-2", "sc-2");
			assertThat(redis.hkeys(HASH + ":quarantine")).anyMatch((name) -> name.startsWith("s-1"));
		}
	}

	@Test
	void whenTheApplicationTakesAliasesThenTheBrokerIsNotOfferedAny() throws Exception {
		try (RedisServer server = RedisServer.start();
				RedisStores stores = new RedisStores(server);
				ArtemisBroker broker = ArtemisBroker.start();
				FaultyLink link = FaultyLink.to(broker.uri())) {
			MqttAsyncClient client = client(stores, link.uri(), true);
			MqttConnectionOptions options = RecordingCallback.options();
			options.setTopicAliasMaximum(0x4142);
			link.record();
			client.connect(options).waitForCompletion(Await.MILLIS);
			assertThat(link.recorded()).contains("MQTT").doesNotContain("\"AB");
			assertThat(options.getTopicAliasMaximum()).isEqualTo(0x4142);
			client.disconnectForcibly(100, 1000, true);
		}
	}

}
