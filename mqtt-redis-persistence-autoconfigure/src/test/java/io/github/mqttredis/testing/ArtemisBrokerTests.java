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

package io.github.mqttredis.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tests of our clients need of Artemis, seen by Paho's own clients.
 */
class ArtemisBrokerTests {

	private static final int TOPICS = 100;

	private static final int MESSAGES = 6;

	@Test
	void whenTopicsAreNewThenTheirMessagesAreDeliveredInOrder() throws Exception {
		Map<String, List<String>> received = new ConcurrentHashMap<>();
		try (ArtemisBroker broker = ArtemisBroker.start();
				MqttAsyncClient publisher = connect(broker, "publisher");
				MqttAsyncClient subscriber = connect(broker, "subscriber")) {
			subscriber
				.subscribe("new/#", 2,
						(topic, message) -> received.computeIfAbsent(topic, (key) -> new CopyOnWriteArrayList<>())
							.add(message.toString()))
				.waitForCompletion(Await.MILLIS);
			List<String> sent = new ArrayList<>();
			for (int i = 0; i < TOPICS * MESSAGES; i++) {
				publisher.publish("new/" + i / MESSAGES, Integer.toString(i).getBytes(), 1 + i / MESSAGES % 2, true);
				sent.add("new/" + i / MESSAGES + " " + i);
				// Only a message that comes a little later is handled by another thread.
				TimeUnit.MICROSECONDS.sleep(i * 617 % 3000);
			}
			Await.until("all messages are delivered",
					() -> received.values().stream().mapToInt(List::size).sum() == sent.size());
			publisher.disconnect().waitForCompletion(Await.MILLIS);
			subscriber.disconnect().waitForCompletion(Await.MILLIS);
			List<String> delivered = new ArrayList<>();
			for (int i = 0; i < TOPICS; i++) {
				String topic = "new/" + i;
				received.get(topic).forEach((message) -> delivered.add(topic + " " + message));
			}
			assertThat(delivered).isEqualTo(sent);
		}
	}

	private static MqttAsyncClient connect(ArtemisBroker broker, String clientId) throws MqttException {
		MqttAsyncClient client = new MqttAsyncClient(broker.uri(), clientId, new MemoryPersistence());
		MqttConnectOptions options = new MqttConnectOptions();
		options.setMaxInflight(TOPICS * MESSAGES);
		client.connect(options).waitForCompletion(Await.MILLIS);
		return client;
	}

}
