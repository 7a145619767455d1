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
import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ClientKeys;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages that the broker ends the link over. They are set aside, and what comes after
 * them arrives.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndeliverableMessageTests extends AbstractPoisonTests {

	private static final String LARGE = "x".repeat(6000);

	private static final int PUBLISH = 3;

	private static final byte[] DISCONNECT_TOO_LARGE = bytes(0xe0, 1, 0x95);

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	private PahoClient client(String version, RedisSessionStore store, boolean buffer) throws Exception {
		PahoClient client = PahoClient.create(version, store, uri(), clientId());
		if (buffer) {
			client.bufferOffline();
		}
		return client;
	}

	private List<SetAside> quarantined() {
		return ClientKeys.quarantined(redis.jedis(), clientId());
	}

	private boolean isNothingInFlight() {
		return ClientKeys.isNothingInFlight(redis.jedis(), clientId());
	}

	private void assertArrived(int count) {
		awaitSmall(count);
		Await.until("nothing is in flight", this::isNothingInFlight);
		assertThat(arrived()).doesNotContain(LARGE);
	}

	@ParameterizedTest
	@CsvSource({ "1, true", "2, false" })
	void whenABrokerOfMqtt3EndsTheLinkOverAMessageThenAllOthersArriveAndItIsKept(int qos, boolean buffer,
			CapturedOutput output) throws Exception {
		start("max_packet_size 5000");
		PahoClient client = client("v3", redis.stores().start(), buffer);
		client.connect(60);
		List<PahoClient.Sent> large = new ArrayList<>();
		for (int i = 0; i < SMALL; i++) {
			if (i == SMALL / 2) {
				large.add(publish(client, LARGE, qos));
			}
			publish(client, "m" + i, qos);
		}
		assertArrived(SMALL);
		assertFailed(large, "The message was set aside: the broker ends the link right after it");
		assertThat(quarantined()).singleElement().satisfies((message) -> {
			assertThat(message.attempts()).isEqualTo(5);
			assertThat(message.reason()).contains("ends the link");
		});
		assertThat(output).containsPattern("poison-\\d+@broker \\(v3\\): the message with packet id \\d+ \\(QoS " + qos
				+ ", topic 'test/a', 60\\d\\d bytes\\) was set aside after 5 attempts");
		client.disconnect();
		client.close();
		PahoClient successor = client("v3", redis.stores().startSuccessor(), buffer);
		successor.connect(60);
		publish(successor, "m" + SMALL, qos);
		assertArrived(SMALL + 1);
		successor.disconnect();
	}

	@Test
	void whenTheProcessDiesOverAMessageThenTheNextOneSetsItAside() throws Exception {
		start("max_packet_size 5000");
		PahoClient client = client("v3", redis.stores().start(), true);
		client.connect(60);
		publish(client, LARGE, 1);
		for (int i = 0; i < SMALL; i++) {
			publish(client, "m" + i, 1);
		}
		PahoClient successor = client("v3", redis.stores().startSuccessor(), true);
		successor.connect(60);
		assertArrived(SMALL);
		assertThat(quarantined()).hasSize(1);
		successor.disconnect();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenABufferedMessageIsBeyondWhatTheBrokerAnnouncesThenAllOthersArrive(int qos) throws Exception {
		start("max_packet_size 5000");
		PahoClient client = client("v5", redis.stores().start(), true);
		List<PahoClient.Sent> large = new ArrayList<>();
		for (int i = 0; i < SMALL; i++) {
			if (i == SMALL / 2) {
				large.add(client.publish("test/a", LARGE, qos));
			}
			publish(client, "m" + i, qos);
		}
		client.connect(60);
		assertArrived(SMALL);
		assertThat(quarantined()).singleElement()
			.satisfies((message) -> assertThat(message.reason()).contains("at most 5000"));
		assertFailed(large, "The message was set aside: the packet has");
		client.disconnect();
	}

	@Test
	void whenABrokerAnnouncesWhatItTakesThenPublishRefusesTheRest() throws Exception {
		start("max_packet_size 5000", "max_qos 1", "retain_available false");
		PahoClient client = client("v5", redis.stores().start(), false);
		client.connect(60);
		assertThatExceptionOfType(org.eclipse.paho.mqttv5.common.MqttException.class)
			.isThrownBy(() -> client.publish("test/a", LARGE, 1))
			.withMessageContaining("has 6014 bytes")
			.withMessageContaining("at most 5000");
		assertThatExceptionOfType(org.eclipse.paho.mqttv5.common.MqttException.class)
			.isThrownBy(() -> client.publish("test/a", "m", 2))
			.withMessageContaining("at most QoS 1");
		assertThatExceptionOfType(org.eclipse.paho.mqttv5.common.MqttException.class)
			.isThrownBy(() -> client.retain("test/a", "m"))
			.withMessageContaining("Retain Available");
		assertThat(isNothingInFlight()).isTrue();
		client.publish("test/a", "m0", 1).await();
		assertArrived(1);
		client.disconnect();
		assertThatExceptionOfType(org.eclipse.paho.mqttv5.common.MqttException.class)
			.isThrownBy(() -> client.publish("test/a", LARGE, 1))
			.withMessageContaining("at most 5000");
	}

	@Test
	void whenABrokerOfMqtt3DoesNotTakeAQosThenAllOthersArrive() throws Exception {
		start("max_qos 1");
		PahoClient client = client("v3", redis.stores().start(), false);
		client.connect(60);
		publish(client, LARGE, 2);
		for (int i = 0; i < SMALL; i++) {
			publish(client, "m" + i, 1);
		}
		assertArrived(SMALL);
		assertThat(quarantined()).hasSize(1);
		client.disconnect();
	}

	@Test
	void whenABufferedMessageOfQos0IsBeyondWhatTheBrokerAnnouncesThenItIsSetAsideAndTheLinkStays() throws Exception {
		start("max_packet_size 5000", "retain_available false");
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create("v5", redis.stores().start(), link.uri(), clientId());
			client.bufferOffline();
			List<PahoClient.Sent> large = new ArrayList<>();
			publish(client, "m0", 0);
			large.add(client.publish("test/a", LARGE, 0));
			IMqttToken retained = ((PersistentMqttAsyncClient) client.client()).publish("test/a", "m".getBytes(), 0,
					true);
			publish(client, "m1", 1);
			client.connect(60);
			assertArrived(2);
			assertFailed(large, "The message was set aside: the packet has 6012 bytes, and the broker accepts at most");
			assertThat(retained.getException()).hasMessageContaining("Retain Available");
			assertThat(quarantined()).extracting(SetAside::attempts).containsExactly(0, 0);
			assertThat(quarantined()).extracting(SetAside::reason)
				.anyMatch((reason) -> reason.startsWith("the packet has"))
				.anyMatch((reason) -> reason.startsWith("the message is retained"));
			assertThat(link.connacks()).isEqualTo(1);
			assertThat(arrived()).doesNotContain("m");
			client.disconnect();
		}
	}

	@Test
	void whenABrokerOfMqtt5EndsTheLinkWithoutACauseThenTheMessageIsSetAsideAfterSomeLinks() throws Exception {
		start("max_packet_size 5000");
		try (FaultyLink link = linkWithoutLimit()) {
			// Unspecified error
			link.changeAnswers(DISCONNECT_TOO_LARGE, bytes(0xe0, 1, 0x80));
			SimpleMeterRegistry registry = new SimpleMeterRegistry();
			RedisSessionStore store = redis.stores().start();
			new MqttPersistenceMetrics(() -> store, false).bindTo(registry);
			assertThatTheOthersArrive("v5", store, link);
			assertThat(quarantined()).singleElement().satisfies((message) -> {
				assertThat(message.attempts()).isEqualTo(5);
				assertThat(message.reason()).contains("ends the link", "reason code 0x80");
			});
			assertThat(registry.get("mqtt.persistence.undeliverable")
				.tag("event", "quarantined")
				.functionCounter()
				.count()).isEqualTo(1);
		}
	}

	@Test
	void whenABrokerNamesAMessageAsTheCauseThenItIsSetAsideOnceItIsTheOnlyOne() throws Exception {
		start("max_packet_size 5000");
		try (FaultyLink link = linkWithoutLimit()) {
			PahoClient client = PahoClient.create("v5", redis.stores().start(), link.uri(), clientId());
			client.connect(60);
			publish(client, LARGE, 1);
			Await.until("it is set aside", () -> !quarantined().isEmpty());
			assertThat(link.connacks()).isEqualTo(2);
			assertThat(quarantined()).singleElement().satisfies((message) -> {
				assertThat(message.attempts()).isEqualTo(1);
				assertThat(message.reason()).contains("reason code 0x95");
			});
			client.disconnect();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenABrokerNamesACauseAndThereAreManyMessagesThenAllOthersArrive(boolean artemis) throws Exception {
		if (artemis) {
			startArtemis("maximumPacketSize=5000");
		}
		else {
			start("max_packet_size 5000");
		}
		try (FaultyLink link = linkWithoutLimit()) {
			assertThatTheOthersArrive("v5", redis.stores().start(), link);
			// A link that breaks before the reason has arrived counts for none.
			assertThat(quarantined()).singleElement().satisfies((message) -> {
				assertThat(message.reason()).contains("reason code 0x95");
				assertThat(message.attempts()).isEqualTo(1);
			});
		}
	}

	private FaultyLink linkWithoutLimit() {
		FaultyLink link = FaultyLink.to(uri());
		// Maximum Packet Size in the CONNACK
		link.changeAnswers(bytes(0x27, 0, 0, 0x13, 0x88), bytes(0x27, 0, 1, 0, 0));
		return link;
	}

	private static byte[] bytes(int... values) {
		byte[] result = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			result[i] = (byte) values[i];
		}
		return result;
	}

	private void assertThatTheOthersArrive(String version, RedisSessionStore store, FaultyLink link) throws Exception {
		PahoClient client = PahoClient.create(version, store, link.uri(), clientId());
		client.bufferOffline();
		List<PahoClient.Sent> large = new ArrayList<>();
		for (int i = 0; i < SMALL; i++) {
			if (i == SMALL / 2) {
				large.add(publish(client, LARGE, 1));
			}
			publish(client, "m" + i, 1);
		}
		client.connect(60, 2 * SMALL);
		assertArrived(SMALL);
		assertFailed(large, "The message was set aside");
		client.disconnect();
	}

	private static void assertFailed(List<PahoClient.Sent> large, String reason) {
		assertThat(large).singleElement()
			.satisfies((sent) -> assertThatException().isThrownBy(sent::await)
				.satisfies((failure) -> assertThat(failure.toString() + failure.getCause()).contains(reason)));
	}

	@Test
	void whenThereIsNoLimitThenTheMessageStaysInTheSession() throws Exception {
		start("max_packet_size 5000");
		StoreSettings normal = RedisStores.SETTINGS;
		RedisSessionStore store = redis.stores()
			.start(new StoreSettings("test", normal.writeTimeout(), normal.leaseTtl(), normal.acquireTimeout(),
					normal.onConflict(), normal.onOutage(), normal.durability(), normal.sessionExpiry(), normal.codec(),
					0, normal.queueWindow()));
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create("v3", store, link.uri(), clientId());
			client.connect(60);
			publish(client, LARGE, 1);
			Await.until("many links have ended", () -> link.sent(PUBLISH) > 7);
			assertThat(quarantined()).isEmpty();
			assertThat(isNothingInFlight()).isFalse();
			client.disconnect();
		}
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, false, false", "v3, false, true", "v3, true, false", "v3, true, true", "v5, false, false",
			"v5, false, true", "v5, true, false", "v5, true, true" })
	void whenOneOfManyMessagesIsTooLargeThenAllOthersArriveAlsoAfterARestart(String version, boolean buffer,
			boolean restart) throws Exception {
		start("max_packet_size 5000");
		try (MosquittoBroker former = MosquittoBroker.start(); FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			if (buffer) {
				client.bufferOffline();
			}
			if (restart) {
				// Takes it, but gets nothing of it.
				link.leadTo(URI.create(former.uri()).getPort());
			}
			client.connect(60, 2 * SMALL);
			if (restart) {
				link.holdRequests();
			}
			for (int i = 0; i < SMALL; i++) {
				if (i == SMALL / 2 && (restart || "v3".equals(version))) {
					publish(client, LARGE, 1 + i % 2);
				}
				else if (i == SMALL / 2) {
					assertThatException().isThrownBy(() -> client.publish("test/a", LARGE, 1))
						.withMessageContaining("at most 5000");
				}
				publish(client, "m" + i, 1 + i % 2);
			}
			PahoClient last = client;
			if (restart) {
				last = PahoClient.create(version, redis.stores().startSuccessor(), uri(), clientId());
				if (buffer) {
					last.bufferOffline();
				}
				last.connect(60, 2 * SMALL);
			}
			assertArrived(SMALL);
			publish(last, "m" + SMALL, 1);
			assertArrived(SMALL + 1);
			assertThat(quarantined()).hasSize((restart || "v3".equals(version)) ? 1 : 0);
			last.disconnect();
		}
	}

}
