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

package io.github.mqttredis.paho.v3;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PersistentMqttClient}, against a real broker and a real Redis.
 */
class PersistentMqttClientTests {

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	@Test
	void whenBlockingClientPublishesThenUsesTheSameSession() throws Exception {
		RedisSessionStore store = redis.stores().start();
		PersistentMqttClient client = new PersistentMqttClient(broker.uri(), "gateway",
				new SessionMqttClientPersistence(store, null));
		client.connect();
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		client.subscribe("test/b", 2, (topic, message) -> received.add(new String(message.getPayload())));
		client.publish("test/b", "blocking".getBytes(), 2, false);
		assertThat(store.sessions()).singleElement()
			.satisfies((status) -> assertThat(status.id().clientId()).isEqualTo("gateway"));
		assertThat(received.poll(Await.MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("blocking");
		client.disconnectForcibly(100, 1000);
		client.close();
	}

}
