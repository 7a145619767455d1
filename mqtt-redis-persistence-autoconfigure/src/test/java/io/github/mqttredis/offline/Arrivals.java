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

package io.github.mqttredis.offline;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What arrives at a topic. The broker keeps the subscription when it is stopped.
 */
final class Arrivals implements AutoCloseable {

	private final List<String> payloads = new CopyOnWriteArrayList<>();

	private final MqttAsyncClient client;

	Arrivals(String brokerUri, String topic) throws MqttException {
		this.client = new MqttAsyncClient(brokerUri, "arrivals-" + topic.replace('/', '-'), new MemoryPersistence());
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		this.client.connect(options).waitForCompletion(Await.MILLIS);
		this.client.subscribe(topic, 2, (name, message) -> this.payloads.add(new String(message.getPayload())))
			.waitForCompletion(Await.MILLIS);
	}

	int count() {
		return this.payloads.size();
	}

	/**
	 * Wait until these have arrived, and check that nothing else has, and nothing of QoS
	 * 2 twice.
	 * @param expected the messages
	 */
	void assertArrived(List<String> expected) {
		assertOnce(expected);
		assertThat(this.payloads).hasSameElementsAs(expected);
	}

	void assertOnce(List<String> expected) {
		Await.until("all have arrived", () -> this.payloads.containsAll(expected));
		assertThat(expected.stream()
			.filter((payload) -> Process.qosOf(payload) == 2 && Collections.frequency(this.payloads, payload) != 1))
			.as("messages of QoS 2 that did not arrive once")
			.isEmpty();
	}

	@Override
	public void close() throws MqttException {
		this.client.disconnectForcibly(0, 500);
		this.client.close(true);
	}

}
