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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.github.mqttredis.paho.BrokerLimits;
import io.github.mqttredis.paho.PacketInputStream;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.UndeliverableMessages;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

import org.springframework.beans.DirectFieldAccessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for messages that the broker refuses with an error in PUBACK or PUBREC, and for
 * what else {@link Mqtt5InboundPackets} changes.
 */
class RefusedMessageTests {

	private PahoComms paho;

	private UndeliverableMessages undeliverable;

	@Test
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	void whenBrokerRefusesMessageThenItIsCompleteAndTheClientGoesOn(@TempDir Path directory) throws Exception {
		Path acl = acl(directory);
		try (RedisServer server = RedisServer.start();
				Jedis redis = server.connect();
				RedisStores stores = new RedisStores(server);
				MosquittoBroker broker = MosquittoBroker.start("acl_file " + acl)) {
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(broker.uri(), "gateway",
					new SessionMqttClientPersistence(stores.start(), broker.uri(), null));
			client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			IMqttToken refused = publish(client, "forbidden/a", "m", 2);
			Await.until("it is refused", refused::isComplete);
			assertThat(refused.getReasonCodes()).contains(0x92);
			Await.until("nothing is in flight", () -> !redis.exists("test:{gateway@" + broker.uri() + "}:v5"));
			IMqttToken allowed = publish(client, "allowed/a", "m", 2);
			Await.until("the next one is delivered", allowed::isComplete);
			client.disconnectForcibly(100, 1000, true);
		}
	}

	@Test
	@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
			disabledReason = "mosquitto is not on the PATH")
	void whenTheApplicationWantsWhatIsRefusedThenItGetsItWithTheReason(@TempDir Path directory) throws Exception {
		Path acl = acl(directory);
		try (RedisServer server = RedisServer.start();
				RedisStores stores = new RedisStores(server);
				MosquittoBroker broker = MosquittoBroker.start("acl_file " + acl)) {
			RedisSessionStore store = stores.start();
			SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(store, broker.uri(), null);
			persistence.handUndelivered(new Wanted());
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(broker.uri(), "gateway", persistence);
			client.connect(RecordingCallback.options()).waitForCompletion(Await.MILLIS);
			publish(client, "forbidden/a", "one", 1);
			Await.until("the first is set aside", () -> quarantined(store) >= 1);
			publish(client, "forbidden/a", "two", 2);
			Await.until("the second is set aside", () -> quarantined(store) >= 2);
			List<MqttUndeliveredMessageEvent> taken = new ArrayList<>();
			try (SessionInspector inspector = store.inspector()) {
				inspector.handSetAside(new SessionId("gateway", broker.uri(), MqttVersion.V5), taken::add);
			}
			assertThat(taken)
				.extracting((event) -> new String(event.message().payload()), (event) -> event.reason(),
						(event) -> event.description())
				.containsExactly(tuple("one", Reason.REFUSED, "The broker refused it: reason code 0x87"),
						tuple("two", Reason.REFUSED, "The broker refused it: reason code 0x87"));
			assertThat(quarantined(store)).isZero();
			client.disconnectForcibly(100, 1000, true);
		}
	}

	/**
	 * Mosquitto may end the link over what it refuses, once. Then a message is refused,
	 * or its token fails, and it is sent again.
	 */
	private static IMqttToken publish(PersistentMqttAsyncClient client, String topic, String payload, int qos) {
		AtomicReference<IMqttToken> token = new AtomicReference<>();
		Await.until("the client takes a message", () -> {
			try {
				token.set(client.publish(topic, payload.getBytes(), qos, false));
				return true;
			}
			catch (MqttException ex) {
				return false;
			}
		});
		return token.get();
	}

	private static Path acl(Path directory) throws IOException {
		Path acl = Files.writeString(directory.resolve("acl"), "topic readwrite allowed/#\n");
		acl.toFile().setReadable(true, false);
		directory.toFile().setExecutable(true, false);
		return acl;
	}

	private static long quarantined(RedisSessionStore store) {
		return store.sessions().stream().mapToLong(SessionStatus::quarantined).sum();
	}

	@Test
	void whenPacketsComeThenOnlyThoseWithDefectsAreChanged() throws Exception {
		try (RedisServer server = RedisServer.start(); RedisStores stores = new RedisStores(server)) {
			SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(stores.start(), "tcp://b:1",
					null);
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient("tcp://b:1", "client", persistence);
			DirectFieldAccessor fields = new DirectFieldAccessor(client);
			this.paho = (PahoComms) fields.getPropertyValue("paho");
			ReceivedMessages received = (ReceivedMessages) fields.getPropertyValue("delegate.received");
			this.undeliverable = (UndeliverableMessages) fields.getPropertyValue("delegate.undeliverable");
			byte[] connack = { 0x20, 11, 1, 0, 8, 0x21, 0, 20, 0x22, 0, 10, 0x24, 1 };
			assertThat(read(received, connack)).containsExactly(0x20, 11, 1, 0, 8, 0x21, 0, 20, 0x22, 0, 0, 0x24, 2);
			assertThat(this.undeliverable.limits()).isEqualTo(new BrokerLimits(Long.MAX_VALUE, 1, true));
			assertThat(receiveMaximum(client)).isEqualTo(20);
			assertThat(read(received, 0x20, 3, 0, 0, 0)).containsExactly(0x20, 3, 0, 0, 0);
			assertThat(receiveMaximum(client)).isEqualTo(65_535);
			assertThat(read(received, 0x50, 3, 1, 7, 0x97)).containsExactly(0x70, 3, 1, 7, 0x92);
			assertThat(read(received, 0x50, 3, 1, 7, 0x10)).containsExactly(0x50, 3, 1, 7, 0x10);
			assertThat(read(received, 0x50, 2, 1, 7)).containsExactly(0x50, 2, 1, 7);
			assertThat(read(received, 0x40, 3, 1, 7, 0x91)).containsExactly(0x40, 3, 1, 7, 0x80);
			assertThat(read(received, 0x40, 8, 1, 7, 0x10, 4, 0x1f, 0, 1, 7)).containsExactly(0x40, 3, 1, 7, 0x10);
			assertThat(read(received, 0x70, 8, 1, 7, 0x92, 4, 0x1f, 0, 1, 7)).containsExactly(0x70, 3, 1, 7, 0x92);
			assertThat(read(received, 0x90, 8, 1, 7, 4, 0x1f, 0, 1, 7, 2)).containsExactly(0x90, 4, 1, 7, 0, 2);
			assertThat(read(received, 0x20, 10, 1, 0, 7, 0x21, 0, 20, 0x1f, 0, 1, 7)).containsExactly(0x20, 6, 1, 0, 3,
					0x21, 0, 20);
			assertThat(read(received, 0xe0, 6, 0x8d, 4, 0x1f, 0, 1, 7)).containsExactly(0xe0, 1, 0x8d);
			assertThatIOException().isThrownBy(() -> read(received, 0x90, 4, 1, 7, 9, 9));
			assertThat(read(received, 0x62, 3, 1, 7, 0x92)).isEmpty();
			assertThat(read(received, 0xd0, 0, 0x40, 2, 0, 1)).containsExactly(0xd0, 0, 0x40, 2, 0, 1);
			assertThat(read(received, 0x34, 7, 0, 1, 'a', 0, 9, 0, 'm', 0xd0, 0)).containsExactly(0xd0, 0);
			assertThat(persistence.containsKey("r-9")).isTrue();
		}
	}

	private static Object receiveMaximum(MqttAsyncClient client) {
		return new DirectFieldAccessor(client).getPropertyValue("comms.clientState.mqttConnection.receiveMaximum");
	}

	private byte[] read(ReceivedMessages received, int... bytes) throws Exception {
		byte[] packet = new byte[bytes.length];
		for (int i = 0; i < bytes.length; i++) {
			packet[i] = (byte) bytes[i];
		}
		return read(received, packet);
	}

	private byte[] read(ReceivedMessages received, byte[] packets) throws Exception {
		try (PacketInputStream in = new PacketInputStream(new ByteArrayInputStream(packets),
				new Mqtt5InboundPackets(received, this.undeliverable, this.paho, 1000), (count) -> {
				})) {
			return in.readAllBytes();
		}
	}

	/** An application that takes messages over out of quarantine. */
	private static final class Wanted implements UndeliveredMessages {

		@Override
		public boolean isWanted() {
			return true;
		}

		@Override
		public void take(MqttUndeliveredMessageEvent message) {
			throw new IllegalStateException("Nothing expires, or is dropped");
		}

	}

}
