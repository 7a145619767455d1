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

package io.github.mqttredis.crashpoints;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisClient;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What lives on when a process dies: Redis, the broker, and a client of Paho's own that
 * sends to the application and sees what the application sends.
 */
final class Surroundings implements AutoCloseable {

	private final int redisPort;

	private final String brokerUri;

	private final Variant variant;

	private final LettuceConnectionFactory connections;

	private final MqttAsyncClient witness;

	private final Map<String, Map<String, Integer>> seen = new HashMap<>();

	/** What records what the processes of a client send, whichever of them does. */
	private final Map<String, FaultyLink> links = new ConcurrentHashMap<>();

	private boolean newPacketIds;

	Surroundings(int redisPort, String brokerUri, Variant variant) throws MqttException {
		this.redisPort = redisPort;
		this.brokerUri = brokerUri;
		this.variant = variant;
		this.connections = RedisClient.lettuce(redisPort);
		try (Jedis jedis = jedis()) {
			Watched.scripts().forEach((script) -> jedis.scriptLoad(Watched.script(script)));
		}
		this.witness = new MqttAsyncClient(brokerUri, "witness-" + UUID.randomUUID(), new MemoryPersistence());
		MqttConnectOptions options = new MqttConnectOptions();
		options.setMaxInflight(1000);
		options.setSocketFactory(new PromptSocketFactory());
		this.witness.connect(options).waitForCompletion(Await.MILLIS);
	}

	/**
	 * Note that the broker sends a message again under another packet id.
	 */
	Surroundings withNewPacketIds() {
		this.newPacketIds = true;
		return this;
	}

	boolean hasNewPacketIds() {
		return this.newPacketIds;
	}

	void watch() throws MqttException {
		this.witness
			.subscribe("out/#", 2, (topic, message) -> see(topic.substring(4), new String(message.getPayload())))
			.waitForCompletion(Await.MILLIS);
	}

	private synchronized void see(String clientId, String payload) {
		this.seen.computeIfAbsent(clientId, (key) -> new HashMap<>()).merge(payload, 1, Integer::sum);
	}

	/**
	 * Return what an independent subscriber got.
	 * @param clientId whose messages
	 * @return how often each
	 */
	synchronized Map<String, Integer> seen(String clientId) {
		return new HashMap<>(this.seen.getOrDefault(clientId, Map.of()));
	}

	/**
	 * Send a message to the application and wait until the broker has taken it.
	 * @param clientId to whom
	 * @param payload what
	 * @param qos how
	 * @param ledger where it is noted
	 */
	void feed(String clientId, String payload, int qos, Ledger ledger) throws MqttException {
		ledger.feeding();
		this.witness.publish("in/" + clientId, payload.getBytes(), qos, false).waitForCompletion(Await.MILLIS);
		ledger.fed(payload);
	}

	String hash(String clientId) {
		return this.variant.hash(clientId);
	}

	Variant variant() {
		return this.variant;
	}

	int redisPort() {
		return this.redisPort;
	}

	String brokerUri() {
		return this.brokerUri;
	}

	/**
	 * Return the link of a client's processes to the broker.
	 * @param clientId the client id
	 * @return the link, which records what they send
	 */
	FaultyLink link(String clientId) {
		return this.links.computeIfAbsent(clientId, (any) -> {
			FaultyLink link = FaultyLink.to(this.brokerUri);
			link.record();
			return link;
		});
	}

	/**
	 * Close the link of a client whose processes have ended.
	 * @param clientId the client id
	 */
	void unlink(String clientId) {
		this.links.remove(clientId).close();
	}

	LettuceConnectionFactory connections() {
		return this.connections;
	}

	Jedis jedis() {
		return new Jedis("127.0.0.1", this.redisPort, 10_000);
	}

	@Override
	public void close() throws MqttException {
		this.witness.disconnectForcibly(100, 100);
		this.witness.close();
		this.connections.destroy();
		this.links.values().forEach(FaultyLink::close);
	}

}
