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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Pins what Paho 3 does and a store cannot mend. A test that fails here says that Paho
 * has changed, and that {@code docs/paho-defects.md} has to.
 */
class PahoDefectsTests {

	private static final String HASH = "test:{gateway@broker}:v3";

	private final RedisServer server = RedisServer.start();

	private final ArtemisBroker broker = ArtemisBroker.start();

	private final TcpLink link = TcpLink.to(this.broker.uri());

	private final RedisStores stores = new RedisStores(this.server);

	private Jedis redis;

	private MqttAsyncClient client;

	private boolean connected;

	@BeforeEach
	void connect() throws Exception {
		this.redis = this.server.connect();
		this.client = new MqttAsyncClient(this.link.uri(), "gateway",
				new SessionMqttClientPersistence(this.stores.start(), "broker"));
	}

	@AfterEach
	void close() throws Exception {
		if (this.connected) {
			// Paho fails with a NullPointerException where it never was.
			this.client.disconnectForcibly(1, 1);
		}
		this.link.close();
		this.redis.close();
		this.stores.close();
		this.broker.close();
		this.server.close();
	}

	@Test
	void whenOfflineBufferIsFullThenPublishFailsAndItsRecordStays() throws Exception {
		connect(buffer(2, false));
		this.link.close();
		Await.until("the link is down", () -> !this.client.isConnected());
		publish(2);
		assertThatExceptionOfType(MqttException.class).isThrownBy(() -> publish(1))
			.satisfies((ex) -> assertThat(ex.getReasonCode())
				.isEqualTo(MqttException.REASON_CODE_DISCONNECTED_BUFFER_FULL));
		assertThat(this.client.getBufferedMessageCount()).isEqualTo(2);
		assertThat(this.redis.hkeys(HASH)).hasSize(3).allMatch((key) -> key.startsWith("sb-"));
	}

	@Test
	void whenOldestIsDroppedBeforeTheFirstConnectThenItsRecordStays() throws Exception {
		this.client.setBufferOpts(buffer(2, true));
		publish(3);
		assertThat(this.client.getBufferedMessageCount()).isEqualTo(2);
		assertThat(this.redis.hkeys(HASH)).hasSize(3);
	}

	@Test
	void whenOldestIsDroppedAfterAConnectThenItsRecordGoes() throws Exception {
		connect(buffer(2, true));
		this.link.close();
		Await.until("the link is down", () -> !this.client.isConnected());
		publish(3);
		Await.until("the oldest is gone", () -> this.redis.hlen(HASH) == 2);
	}

	@Test
	void whenBrokerHasForgottenTheSessionThenWhatIsInFlightIsSentAllTheSame() throws Exception {
		Map<String, Integer> received = new ConcurrentHashMap<>();
		try (MqttClient subscriber = new MqttClient(this.broker.uri(), "subscriber", new MemoryPersistence());
				MqttClient forgetful = new MqttClient(this.broker.uri(), "gateway", new MemoryPersistence())) {
			subscriber.connect();
			subscriber.subscribe("test/#", 2,
					(topic, message) -> received.merge(new String(message.getPayload()), 1, Integer::sum));
			connect(buffer(2, false));
			this.link.holdAnswers();
			this.client.publish("test/a", "again".getBytes(), 2, false);
			Await.until("the broker has the message", () -> received.containsKey("again"));
			// A clean session of the same name ends the kept one; its PUBREC is lost.
			forgetful.connect();
			forgetful.disconnect();
			this.link.cut();
			this.link.releaseAnswers();
			Await.until("the message is sent to a broker that does not know its packet id",
					() -> received.get("again") == 2);
			Await.until("nothing is in flight", () -> !this.redis.exists(HASH));
			subscriber.disconnect();
		}
	}

	private void connect(DisconnectedBufferOptions buffer) throws MqttException {
		this.client.setBufferOpts(buffer);
		this.client.connect(options()).waitForCompletion(Await.MILLIS);
		this.connected = true;
	}

	private static MqttConnectOptions options() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		return options;
	}

	private static DisconnectedBufferOptions buffer(int size, boolean deleteOldest) {
		DisconnectedBufferOptions options = new DisconnectedBufferOptions();
		options.setBufferEnabled(true);
		options.setPersistBuffer(true);
		options.setBufferSize(size);
		options.setDeleteOldestMessages(deleteOldest);
		return options;
	}

	private void publish(int messages) throws MqttException {
		for (int i = 0; i < messages; i++) {
			this.client.publish("test/a", new byte[] { 1 }, 1, false);
		}
	}

}
