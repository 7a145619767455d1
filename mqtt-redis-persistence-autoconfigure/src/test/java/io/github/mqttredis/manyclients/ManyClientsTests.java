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

package io.github.mqttredis.manyclients;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that 200 clients of one application never get into each other's sessions: inbound
 * and outbound, of both versions, at two brokers with the same client ids, through a
 * {@code kill -9} with messages of all of them under way.
 */
@Tag("thorough")
class ManyClientsTests {

	/** Of each kind: two brokers, two versions, in and out. */
	private static final int CLIENTS = 25;

	private static final int MESSAGES = 4 * CLIENTS * ManyClientsApplication.MESSAGES;

	private final RedisServer redis = RedisServer.start();

	private final List<AutoCloseable> brokers = new ArrayList<>();

	private final List<FaultyLink> links = new ArrayList<>();

	private final List<Outside> outsides = new ArrayList<>();

	@BeforeEach
	void startBrokers() throws MqttException {
		ArtemisBroker first = ArtemisBroker.start();
		this.brokers.add(first);
		add(first.uri());
		if (MosquittoBroker.isInstalled()) {
			MosquittoBroker second = MosquittoBroker.start();
			this.brokers.add(second);
			add(second.uri());
		}
		else {
			ArtemisBroker second = ArtemisBroker.start();
			this.brokers.add(second);
			add(second.uri());
		}
	}

	private void add(String uri) throws MqttException {
		this.outsides.add(new Outside(uri, this.outsides.size()));
		this.links.add(FaultyLink.to(uri));
	}

	@AfterEach
	void stop() throws Exception {
		for (Outside outside : this.outsides) {
			outside.close();
		}
		this.links.forEach(FaultyLink::close);
		for (AutoCloseable broker : this.brokers) {
			broker.close();
		}
		this.redis.close();
	}

	@Test
	void whenApplicationIsKilledThenNothingIsLostAndNoSessionMixed() throws Exception {
		Set<String> sent = ConcurrentHashMap.newKeySet();
		try (ManyClientsProcess first = start()) {
			first.awaitReady();
			send(sent, "before");
			first.publish("first");
			this.links.forEach(FaultyLink::holdAnswers);
			first.publish("held");
			first.close();
			assertThatEachSessionHasItsOwnRecords();
			send(sent, "meanwhile");
			this.links.forEach(FaultyLink::release);
			try (ManyClientsProcess second = start()) {
				second.awaitReady();
				second.publish("second");
				assertThatAllArrived(sent, first, second);
			}
		}
	}

	private ManyClientsProcess start() throws Exception {
		return ManyClientsProcess.start(4 * CLIENTS, Integer.toString(CLIENTS), this.links.get(0).uri(),
				this.links.get(1).uri(), "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + this.redis.port(), "--mqtt.persistence.lease.ttl=" + Load.seconds(3),
				"--mqtt.persistence.write-timeout=" + Load.seconds(2), "--logging.level.root=error");
	}

	private void send(Set<String> sent, String run) throws MqttException {
		for (Outside outside : this.outsides) {
			sent.addAll(outside.send(run));
		}
	}

	/**
	 * Look into Redis: a payload begins with the name of the client that published it.
	 */
	private void assertThatEachSessionHasItsOwnRecords() {
		try (Jedis jedis = this.redis.connect()) {
			assertThat(jedis.zcard("mqtt:persistence:sessions")).isEqualTo(8 * CLIENTS);
			int records = 0;
			for (int broker = 0; broker < 2; broker++) {
				for (String version : List.of("v3", "v5")) {
					for (int client = 0; client < CLIENTS; client++) {
						String key = "mqtt:persistence:{" + version + "-out-" + client + "@"
								+ this.links.get(broker).uri() + "}:" + version;
						Map<String, String> session = jedis.hgetAll(key);
						String name = broker + "/" + version + "/" + client + "/";
						session.forEach((record, packet) -> {
							if (record.startsWith("s-")) {
								assertThat(packet).as(key + " " + record).contains(name);
							}
						});
						assertThat(session).as(key).isNotEmpty();
						records += session.size();
					}
				}
			}
			assertThat(records).isGreaterThanOrEqualTo(MESSAGES);
		}
	}

	private void assertThatAllArrived(Set<String> sent, ManyClientsProcess first, ManyClientsProcess second) {
		Map<String, Integer> up = new ConcurrentHashMap<>();
		Await.until("all that was published has arrived", () -> {
			up.clear();
			this.outsides.forEach((outside) -> up.putAll(outside.received()));
			return up.keySet().containsAll(first.returned()) && up.keySet().containsAll(second.returned());
		});
		Await.until("all that was sent to the application has arrived", () -> sent.stream()
			.allMatch((payload) -> first.received().contains(payload) || second.received().contains(payload)));
		try (Jedis jedis = this.redis.connect()) {
			Await.until("nothing is under way any more",
					() -> jedis.keys("mqtt:persistence:*:v?").stream().allMatch((key) -> jedis.hlen(key) == 0));
		}
		assertThat(up.entrySet()).filteredOn((entry) -> entry.getKey().endsWith("q2"))
			.as("messages of QoS 2")
			.hasSize(3 * MESSAGES / 2)
			.allMatch((entry) -> entry.getValue() == 1);
		this.outsides.forEach((outside) -> assertThat(outside.strangers()).isEmpty());
		assertThat(first.strangers()).isEmpty();
		assertThat(second.strangers()).isEmpty();
	}

	/**
	 * The rest of the world at one broker.
	 */
	private static final class Outside implements AutoCloseable {

		private final Map<String, Integer> received = new ConcurrentHashMap<>();

		private final Set<String> strangers = ConcurrentHashMap.newKeySet();

		private final MqttAsyncClient client;

		private final int broker;

		Outside(String uri, int broker) throws MqttException {
			this.broker = broker;
			this.client = new MqttAsyncClient(uri, "outside", new MemoryPersistence());
			MqttConnectOptions options = new MqttConnectOptions();
			// Paho counts a message as under way for a moment after its token is
			// complete.
			options.setMaxInflight(1000);
			this.client.connect(options).waitForCompletion(Await.MILLIS);
			this.client.subscribe("up/#", 2, (topic, message) -> {
				String payload = new String(message.getPayload());
				this.received.merge(payload, 1, Integer::sum);
				if (!payload.startsWith(this.broker + topic.substring(2) + "/")) {
					this.strangers.add(topic + " " + payload);
				}
			}).waitForCompletion(Await.MILLIS);
		}

		/**
		 * Send two messages to each client of the application.
		 */
		List<String> send(String run) throws MqttException {
			List<String> sent = new ArrayList<>();
			for (String version : List.of("v3", "v5")) {
				for (int client = 0; client < CLIENTS; client++) {
					for (int qos = 1; qos <= 2; qos++) {
						String payload = this.broker + "/" + version + "/" + client + "/" + run + "/q" + qos;
						this.client.publish("down/" + version + "/" + client, payload.getBytes(), qos, false)
							.waitForCompletion(Await.MILLIS);
						sent.add(payload);
					}
				}
			}
			return sent;
		}

		Map<String, Integer> received() {
			return this.received;
		}

		Set<String> strangers() {
			return this.strangers;
		}

		@Override
		public void close() throws MqttException {
			this.client.disconnectForcibly(0, 500);
			this.client.close(true);
		}

	}

}
