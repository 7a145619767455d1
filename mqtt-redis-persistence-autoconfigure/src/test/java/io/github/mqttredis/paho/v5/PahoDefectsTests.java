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

package io.github.mqttredis.paho.v5;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.TcpLink;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pins what Paho 5 does and a store cannot mend: in any client, or in one of Paho's own
 * that has our persistence. A test that fails here says that Paho has changed, and that
 * {@code docs/paho-defects.md} has to.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
class PahoDefectsTests {

	private static final String HASH = "test:{gateway@broker}:v5";

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	@TempDir
	private Path directory;

	private RedisServer server;

	private MosquittoBroker broker;

	private TcpLink link;

	private RedisStores stores;

	private Jedis redis;

	private MqttAsyncClient subscriber;

	private MqttAsyncClient client;

	@BeforeEach
	void start() throws Exception {
		Path acl = Files.writeString(this.directory.resolve("acl"), "topic readwrite test/#\n");
		acl.toFile().setReadable(true, false);
		this.directory.toFile().setExecutable(true, false);
		this.server = RedisServer.start();
		this.broker = MosquittoBroker.start("acl_file " + acl, "max_inflight_messages 2");
		this.link = TcpLink.to(this.broker.uri());
		this.stores = new RedisStores(this.server);
		this.redis = this.server.connect();
		this.subscriber = subscriber(this.broker.uri());
	}

	private MqttAsyncClient subscriber(String uri) throws Exception {
		MqttAsyncClient result = new MqttAsyncClient(uri, "subscriber", new MemoryPersistence());
		result.setCallback(new RecordingCallback((payload) -> this.received.merge(payload, 1, Integer::sum)));
		result.connect().waitForCompletion(Await.MILLIS);
		result.subscribe("test/#", 2).waitForCompletion(Await.MILLIS);
		return result;
	}

	@AfterEach
	void stop() throws Exception {
		this.client.disconnectForcibly(1, 1, true);
		this.subscriber.disconnectForcibly(1, 1, true);
		this.redis.close();
		this.link.close();
		this.stores.close();
		this.broker.close();
		this.server.close();
	}

	private SessionMqttClientPersistence persistence() {
		return new SessionMqttClientPersistence(this.stores.start(), this.link.uri(), "broker");
	}

	@Test
	void whenPahosOwnClientIsRefusedAMessageThenItSendsItForEver() throws Exception {
		this.client = new MqttAsyncClient(this.link.uri(), "gateway", persistence());
		this.client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
		this.client.publish("forbidden", "m".getBytes(), 2, false);
		Await.until("the link was dropped again and again", () -> this.link.connections() > 3);
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
	}

	@Test
	void whenBrokerHasForgottenTheSessionThenWhatIsInFlightIsSentAllTheSame() throws Exception {
		try (ArtemisBroker artemis = ArtemisBroker.start(); TcpLink toArtemis = TcpLink.to(artemis.uri())) {
			MqttAsyncClient counter = subscriber(artemis.uri());
			this.client = new PersistentMqttAsyncClient(toArtemis.uri(), "gateway", persistence());
			this.client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			toArtemis.holdAnswers();
			this.client.publish("test/a", "again".getBytes(), 2, false);
			Await.until("the broker has the message", () -> this.received.containsKey("again"));
			// A clean start of the same name ends the kept session; its PUBREC is lost.
			MqttAsyncClient forgetful = new MqttAsyncClient(artemis.uri(), "gateway", new MemoryPersistence());
			MqttConnectionOptions clean = new MqttConnectionOptions();
			clean.setSessionExpiryInterval(0L);
			forgetful.connect(clean).waitForCompletion(Await.MILLIS);
			forgetful.disconnect().waitForCompletion(Await.MILLIS);
			toArtemis.cut();
			toArtemis.releaseAnswers();
			Await.until("the message is sent to a broker that does not know its packet id",
					() -> this.received.get("again") == 2);
			Await.until("nothing is in flight", () -> !this.redis.exists(HASH));
			counter.disconnectForcibly(1, 1, true);
		}
	}

}
