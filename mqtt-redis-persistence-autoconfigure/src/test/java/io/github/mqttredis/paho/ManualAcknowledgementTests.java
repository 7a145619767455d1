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

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that the application acknowledges while the client has no link.
 */
class ManualAcknowledgementTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@SharedServer
	private static ArtemisBroker broker;

	private final String clientId = "by-hand-" + CLIENTS.incrementAndGet();

	private final RedisServer server = RedisServer.start();

	private final RedisStores stores = new RedisStores(this.server);

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final List<Integer> arrived = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.server.resume();
		this.stores.close();
		this.server.close();
		this.link.close();
	}

	private PahoClient connect(String version) throws Exception {
		StoreSettings patient = new StoreSettings("test", Load.seconds(30), Load.seconds(60), Duration.ZERO);
		PahoClient client = PahoClient.connect(version, this.stores.start(patient), this.link.uri(), this.clientId);
		client.acknowledgeByHand();
		client.call((topic, payload, packetId) -> this.arrived.add(packetId));
		client.subscribe("command/" + this.clientId);
		return client;
	}

	private void publish(int qos) throws Exception {
		publish(broker.uri(), qos);
	}

	private void publish(String uri, int qos) throws Exception {
		try (MqttClient publisher = new MqttClient(uri, "publisher", new MemoryPersistence())) {
			publisher.connect();
			publisher.publish("command/" + this.clientId, "do".getBytes(), qos, false);
			publisher.disconnect();
		}
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenMessageIsAcknowledgedWhileTheClientConnectsThenItConnects(String version, int qos) throws Exception {
		PahoClient client = connect(version);
		publish(qos);
		Await.until("the message has arrived", () -> this.arrived.size() == 1);
		this.server.pause();
		this.link.cut();
		Await.until("the next attempt waits for Redis", () -> ConnectThread.waitsForRedis(this.clientId));
		client.acknowledge(this.arrived.get(0), qos);
		this.server.resume();
		Await.until("the client is connected", client::isConnected);
		assertThat(this.link.connacks()).isEqualTo(2);
		acknowledgeWhatComes(client, qos);
		client.disconnect();
		client.close();
	}

	@Test
	void whenMessageIsAcknowledgedAfterTheClientHasConnectedAgainThenItIsComplete() throws Exception {
		PahoClient client = connect("v5");
		publish(2);
		Await.until("the message has arrived", () -> this.arrived.size() == 1);
		this.link.cut();
		Await.until("the client is connected again", () -> this.link.connacks() == 2 && client.isConnected());
		client.acknowledge(this.arrived.get(0), 2);
		acknowledgeWhatComes(client, 2);
		assertThat(this.link.connacks()).isEqualTo(2);
		client.disconnect();
		client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	void whenTheLinkIsLostBeforeTheAcknowledgementThenAMessageOfQos2ComesOnce(String version) throws Exception {
		try (MosquittoBroker mosquitto = MosquittoBroker.start()) {
			this.link.leadTo(URI.create(mosquitto.uri()).getPort());
			PahoClient client = connect(version);
			publish(mosquitto.uri(), 2);
			Await.until("the message has arrived", () -> this.arrived.size() == 1);
			for (int links = 2; links < 4; links++) {
				int made = links;
				this.link.cut();
				Await.until("the client is connected again",
						() -> this.link.connacks() == made && client.isConnected());
				publish(mosquitto.uri(), 2);
				Await.until("the next one has arrived", () -> this.arrived.size() >= made);
			}
			assertThat(this.arrived).doesNotHaveDuplicates().hasSize(3);
			for (Integer packetId : this.arrived) {
				client.acknowledge(packetId, 2);
			}
			try (Jedis redis = this.server.connect()) {
				Await.until("nothing is held", () -> redis.keys("test:*:v?").isEmpty());
			}
			this.link.cut();
			Await.until("the client is connected again", () -> this.link.connacks() == 4 && client.isConnected());
			publish(mosquitto.uri(), 2);
			Await.until("the last one has arrived", () -> this.arrived.size() >= 4);
			assertThat(this.arrived).hasSize(4);
			client.disconnect();
			client.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheCallbackThrowsThenTheMessageComesAgain(String version) throws Exception {
		PahoClient client = connect(version);
		AtomicInteger calls = new AtomicInteger();
		client.call((topic, payload, packetId) -> {
			if (calls.incrementAndGet() == 1) {
				throw new IllegalStateException("cannot take it now");
			}
			this.arrived.add(packetId);
		});
		publish(2);
		Await.until("the client is connected again", () -> this.link.connacks() == 2 && client.isConnected());
		publish(2);
		Await.until("both have arrived", () -> this.arrived.size() >= 2);
		for (Integer packetId : this.arrived) {
			client.acknowledge(packetId, 2);
		}
		client.disconnect();
		client.close();
	}

	/** The broker sends again what was not acknowledged when the link was lost. */
	private void acknowledgeWhatComes(PahoClient client, int qos) throws Exception {
		publish(qos);
		int expected = (qos == 1) ? 3 : 2;
		Await.until("all have arrived", () -> this.arrived.size() >= expected);
		for (Integer packetId : this.arrived.subList(1, this.arrived.size())) {
			client.acknowledge(packetId, qos);
		}
		try (Jedis redis = this.server.connect()) {
			Await.until("nothing is held", () -> redis.keys("test:*:v?").isEmpty());
		}
	}

}
