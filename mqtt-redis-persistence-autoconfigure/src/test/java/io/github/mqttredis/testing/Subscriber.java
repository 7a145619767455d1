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

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An independent client that counts what arrives from one client id.
 */
public final class Subscriber implements AutoCloseable {

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final MqttAsyncClient client;

	private Subscriber(String uri, String clientId) throws MqttException {
		this.client = new MqttAsyncClient(uri, "counter-of-" + clientId, new MemoryPersistence());
		this.client.connect(Application.options()).waitForCompletion(Await.MILLIS);
		this.client
			.subscribe("test/" + clientId, 2,
					(topic, message) -> this.received.merge(new String(message.getPayload()), 1, Integer::sum))
			.waitForCompletion(Await.MILLIS);
	}

	public static Subscriber to(ArtemisBroker broker, String clientId) throws MqttException {
		return new Subscriber(broker.uri(), clientId);
	}

	public Map<String, Integer> received() {
		return this.received;
	}

	/**
	 * Check that nothing is lost of what publishers were told to be accepted, and that no
	 * message of QoS 2 arrived twice.
	 * @param publishers the publishers
	 */
	public void assertDelivered(Publisher... publishers) {
		for (Publisher publisher : publishers) {
			Await.until("all is delivered", () -> this.received.keySet().containsAll(publisher.returned()));
		}
		assertNoDuplicates();
	}

	public void assertNoDuplicates() {
		List<String> duplicates = this.received.entrySet()
			.stream()
			.filter((entry) -> entry.getValue() > 1 && Publisher.qosOf(entry.getKey()) == 2)
			.map(Map.Entry::toString)
			.toList();
		assertThat(duplicates).as("messages of QoS 2 that arrived more than once").isEmpty();
	}

	@Override
	public void close() {
		try {
			this.client.disconnectForcibly(0, 500);
			this.client.close(true);
		}
		catch (MqttException ex) {
			// It was not connected.
		}
	}

}
