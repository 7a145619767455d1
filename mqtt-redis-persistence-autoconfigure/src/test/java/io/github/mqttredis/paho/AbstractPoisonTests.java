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

package io.github.mqttredis.paho;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.MosquittoBroker;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * A broker, and many small messages that are to arrive beside one that never does.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
abstract class AbstractPoisonTests {

	static final int SMALL = 100;

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	private final String clientId = "poison-" + CLIENTS.incrementAndGet();

	private final Set<String> arrived = ConcurrentHashMap.newKeySet();

	private AutoCloseable broker;

	private String uri;

	private MqttClient subscriber;

	@AfterEach
	void close() throws Exception {
		this.subscriber.disconnectForcibly(0, 500);
		this.subscriber.close();
		this.broker.close();
	}

	void start(String... settings) throws Exception {
		MosquittoBroker started = MosquittoBroker.start(settings);
		start(started, started.uri());
	}

	/**
	 * Start Artemis in place of Mosquitto.
	 * @param settings parameters of its acceptor
	 */
	void startArtemis(String settings) throws Exception {
		ArtemisBroker started = ArtemisBroker.start(settings);
		start(started, started.uri());
	}

	private void start(AutoCloseable started, String address) throws Exception {
		this.broker = started;
		this.uri = address;
		this.subscriber = new MqttClient(address, "subscriber", new MemoryPersistence());
		this.subscriber.connect();
		this.subscriber.subscribe("test/#", 2, (topic, message) -> this.arrived.add(new String(message.getPayload())));
	}

	private static Set<String> payloads(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "m" + i).collect(HashSet::new, Set::add, Set::addAll);
	}

	/** Publishes while the client is connected, again if the link was lost. */
	static PahoClient.Sent publish(PahoClient client, String payload, int qos) {
		AtomicReference<PahoClient.Sent> sent = new AtomicReference<>();
		Await.until("the client takes a message", () -> {
			try {
				sent.set(client.publish("test/a", payload, qos));
				return true;
			}
			catch (Exception ex) {
				return false;
			}
		});
		return sent.get();
	}

	/** Wait until the small ones have arrived. */
	void awaitSmall(int count) {
		Await.until("all small ones have arrived", () -> this.arrived.containsAll(payloads(0, count)));
	}

	Set<String> arrived() {
		return this.arrived;
	}

	MqttClient subscriber() {
		return this.subscriber;
	}

	String clientId() {
		return this.clientId;
	}

	String uri() {
		return this.uri;
	}

}
