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

package io.github.mqttredis.entrypoints;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.Await;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * The rest of the world: a client that has nothing to do with the application, counts
 * what arrives from it and sends it commands.
 */
final class Outside implements AutoCloseable {

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final MqttAsyncClient client;

	private Outside(String uri) throws MqttException {
		this.client = new MqttAsyncClient(uri, MqttAsyncClient.generateClientId(), new MemoryPersistence());
	}

	static Outside connect(String uri, String topic) throws MqttException {
		Outside outside = new Outside(uri);
		MqttConnectOptions options = new MqttConnectOptions();
		// Paho counts a message as under way for a moment after its token is complete.
		options.setMaxInflight(1000);
		outside.client.connect(options).waitForCompletion(Await.MILLIS);
		outside.client
			.subscribe(topic, 2,
					(name, message) -> outside.received.merge(new String(message.getPayload()), 1, Integer::sum))
			.waitForCompletion(Await.MILLIS);
		return outside;
	}

	Map<String, Integer> received() {
		return this.received;
	}

	/**
	 * Publish, and wait until the broker has taken it.
	 */
	void publish(String topic, String payload, int qos) throws MqttException {
		this.client.publish(topic, payload.getBytes(), qos, false).waitForCompletion(Await.MILLIS);
	}

	@Override
	public void close() throws MqttException {
		this.client.disconnectForcibly(0, 500);
		this.client.close(true);
	}

}
