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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages that the broker ends the link over. They are set aside, and what comes after
 * them arrives.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndeliverableMessageTests extends AbstractPoisonTests {

	private static final String LARGE = "x".repeat(6000);

	private static final int PUBLISH = 3;

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
		List<SetAside> result = new ArrayList<>();
		for (String key : redis.jedis().keys("test:{" + clientId() + "@*:quarantine")) {
			redis.jedis().hkeys(key).forEach((name) -> result.add(SetAside.parse(name)));
		}
		return result;
	}

	private boolean isNothingInFlight() {
		return redis.jedis().keys("test:{" + clientId() + "@*:v?").isEmpty();
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
		for (int i = 0; i < SMALL; i++) {
			if (i == SMALL / 2) {
				publish(client, LARGE, qos);
			}
			publish(client, "m" + i, qos);
		}
		assertArrived(SMALL);
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

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinksAreFlappingThenNoMessageIsSetAside(String version) throws Exception {
		start();
		try (FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, redis.stores().start(), link.uri(), clientId());
			client.connect(60);
			link.delay(Duration.ofMillis(200));
			client.publish("test/a", "m0", 1);
			for (int connections = 1; connections <= 6; connections++) {
				int made = connections;
				Await.until("the broker has answered CONNECT", () -> link.connacks() >= made);
				// Its answer to the message takes longer than the link lasts.
				Thread.sleep(300);
				link.cut();
			}
			assertThat(link.sent(PUBLISH)).isGreaterThan(1);
			link.delay(Duration.ZERO);
			assertArrived(1);
			assertThat(quarantined()).isEmpty();
			client.disconnect();
		}
	}

}
