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

package io.github.mqttredis.limits;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Client ids, topics and payloads as large and as odd as MQTT allows (1.5.3, 2.2.3) take
 * the whole way: from Paho into Redis, and out of it to a real broker by a successor.
 */
class LimitsTests {

	private static final int LONGEST_TEXT = 65_535;

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(10), Load.millis(1500),
			Load.seconds(20));

	@RegisterExtension
	private static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final Map<String, byte[]> received = new ConcurrentHashMap<>();

	private MqttAsyncClient subscriber;

	@BeforeEach
	void subscribe() throws Exception {
		this.subscriber = new MqttAsyncClient(broker.uri(), "limits", new MemoryPersistence());
		this.subscriber.connect(Application.options()).waitForCompletion(Await.MILLIS);
	}

	@AfterEach
	void unsubscribe() throws Exception {
		this.subscriber.disconnectForcibly(0, 500);
		this.subscriber.close(true);
	}

	@ParameterizedTest
	@EnumSource
	void whenClientIdAndTopicAreTheLongestThenASuccessorSendsWhatIsInFlight(MqttVersion version) throws Exception {
		String clientId = filled("{gateway}@%7D:\u20AC" + version + " ");
		String topic = filled("limits/" + version + "/\u00E9\u6E29{}@%\"' ");
		assertDelivered(version, clientId, topic, everyByte(256));
	}

	@Tag("thorough")
	@ParameterizedTest
	@EnumSource
	void whenThePayloadIsLargeThenASuccessorSendsItUnchanged(MqttVersion version) throws Exception {
		assertDelivered(version, "large", "limits/large/" + version, everyByte(24 * 1024 * 1024));
	}

	private void assertDelivered(MqttVersion version, String clientId, String topic, byte[] payload) throws Exception {
		this.subscriber.subscribe(topic, 2, (arrived, message) -> this.received.put(arrived, message.getPayload()))
			.waitForCompletion(Await.MILLIS);
		try (FaultyLink toRedis = FaultyLink.to(redis.port()); FaultyLink link = FaultyLink.to(broker.uri())) {
			RedisSessionStore store = store(toRedis.port());
			LimitsClient client = connect(version, store, link.uri(), clientId);
			link.holdRequests();
			client.publish(topic, payload);
			assertThat(this.received).isEmpty();
			link.close();
			toRedis.close();
			client.close();
			store.stop();
		}
		RedisSessionStore store = store(redis.port());
		try (LimitsClient successor = connect(version, store, broker.uri(), clientId)) {
			Await.until("it arrives", () -> this.received.containsKey(topic));
			assertThat(this.received.get(topic)).isEqualTo(payload);
			Await.until("it is acknowledged", () -> store.sessions().get(0).size() == 0);
		}
		finally {
			store.stop();
		}
	}

	private static RedisSessionStore store(int port) throws Exception {
		RedisSessionStore store = new RedisSessionStore(RedisClient.LETTUCE.connect(port), SETTINGS);
		store.start();
		return store;
	}

	private static LimitsClient connect(MqttVersion version, SessionStore store, String uri, String clientId)
			throws Exception {
		return (version == MqttVersion.V3) ? new LimitsClient.V3(store, uri, clientId)
				: new LimitsClient.V5(store, uri, clientId);
	}

	/** As many bytes of UTF-8 as there may be, of the given text and what fills it up. */
	private static String filled(String text) {
		int left = LONGEST_TEXT - text.getBytes(StandardCharsets.UTF_8).length;
		return text + "x".repeat(left);
	}

	private static byte[] everyByte(int length) {
		byte[] payload = new byte[length];
		new Random(length).nextBytes(payload);
		ByteBuffer start = ByteBuffer.wrap(payload);
		for (int value = 0; value < 256; value++) {
			start.put((byte) value);
		}
		assertThat(Arrays.copyOf(payload, 256)).doesNotHaveDuplicates();
		return payload;
	}

}
