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

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.github.mqttredis.testing.Await;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that Paho cannot decode, and some that nobody can. They stop nobody: not those
 * that come behind them, and not the link. They are changed on their way, because a
 * broker refuses some of them.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndecodableMessageTests extends AbstractLinkTests {

	/** What is replaced in topics. */
	private static final String MARK = "===";

	private static final int PUBACK = 4;

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private PahoClient connect(String version) throws Exception {
		return connect(version, (topic, payload, packetId) -> this.arrived.add(topic));
	}

	private void publish(int qos, String... topics) throws Exception {
		publish(qos, new byte[1], topics);
	}

	private void awaitNothingHeld() {
		Await.until("nothing is held", () -> redis.jedis().keys("test:{" + this.clientId + "@*:v?").isEmpty());
	}

	static Stream<Arguments> topics() {
		return Stream.of("v3", "v5")
			.flatMap((version) -> Stream.of("\uFF21", "a\u0007b", "\u0085c", "\uFFFE")
				.flatMap((text) -> Stream.of(0, 1, 2).map((qos) -> Arguments.of(version, text, qos))));
	}

	@ParameterizedTest(name = "{0}, {index}, QoS {2}")
	@MethodSource("topics")
	void whenMqttAllowsATopicThatPahoDoesNotThenTheMessageArrives(String version, String text, int qos)
			throws Exception {
		this.link.changeAnswers(MARK.getBytes(), text.getBytes(StandardCharsets.UTF_8));
		PahoClient client = connect(version);
		client.subscribe(this.clientId + "/#");
		publish(qos, this.clientId + "/" + MARK, this.clientId + "/next");
		Await.until("both have arrived", () -> this.arrived.size() == 2);
		// A broker keeps the order of one topic only.
		assertThat(this.arrived).containsExactlyInAnyOrder(this.clientId + "/" + text, this.clientId + "/next");
		awaitNothingHeld();
		assertThat(this.link.connacks()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenASubscriptionHasAListenerThenItGetsTheMessage(String version) throws Exception {
		this.link.changeAnswers(MARK.getBytes(), "a\u0007b".getBytes());
		PahoClient client = connect(version);
		client.subscribe(this.clientId + "/#", (topic, payload, packetId) -> this.arrived.add("listener " + topic));
		publish(2, this.clientId + "/" + MARK);
		Await.until("it has arrived", () -> !this.arrived.isEmpty());
		assertThat(this.arrived).containsExactly("listener " + this.clientId + "/a\u0007b");
	}

	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v3, 2", "v5, 0", "v5, 1", "v5, 2" })
	void whenAMessageIsMalformedThenItIsAcknowledgedAndNamedAndTheRestArrives(String version, int qos,
			CapturedOutput output) throws Exception {
		this.link.changeAnswers((MARK + "1").getBytes(), new byte[] { (byte) 0xff, '=', '=', '1' });
		this.link.changeAnswers((MARK + "2").getBytes(), "#==2".getBytes());
		PahoClient client = connect(version);
		client.subscribe(this.clientId + "/#");
		publish(qos, this.clientId + "/" + MARK + "1", this.clientId + "/" + MARK + "2", this.clientId + "/next");
		Await.until("the next one has arrived", () -> this.arrived.contains(this.clientId + "/next"));
		awaitNothingHeld();
		if (qos == 1) {
			Await.until("all are acknowledged", () -> this.link.sent(PUBACK) == 3);
		}
		// Comes to the broker behind what answers the messages: none of them comes again.
		client.subscribe(this.clientId + "/more");
		assertThat(this.link.connacks()).isEqualTo(1);
		this.link.cut();
		Await.until("the client is connected again", () -> this.link.connacks() == 2 && client.isConnected());
		publish(qos, this.clientId + "/last");
		Await.until("the last one has arrived", () -> this.arrived.contains(this.clientId + "/last"));
		assertThat(this.arrived).containsExactly(this.clientId + "/next", this.clientId + "/last");
		assertThat(redis.jedis().hkeys("test:{" + this.clientId + "@broker}:" + version + ":quarantine")).hasSize(2)
			.allMatch((name) -> name.matches("r-\\d+ at \\S+ after 0: .*"));
		assertThat(output.getAll()
			.lines()
			.filter((line) -> line.contains("MQTT session " + this.clientId + "@")
					&& line.contains("that cannot be delivered")))
			.hasSize(2);
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v3, 2", "v5, 1", "v5, 2" })
	void whenAMessageEndsBeforeItsPayloadThenTheRestArrives(String version, int qos) throws Exception {
		String topic = this.clientId + "/" + MARK;
		this.link.changeAnswers(("\0" + (char) topic.length() + topic).getBytes(),
				("\u007f" + (char) topic.length() + topic).getBytes());
		PahoClient client = connect(version);
		client.subscribe(this.clientId + "/#");
		publish(qos, topic, this.clientId + "/next");
		Await.until("the next one has arrived", () -> this.arrived.contains(this.clientId + "/next"));
		assertThat(this.link.connacks()).isEqualTo(1);
	}

	@Test
	void whenPropertiesAreTooLongForPahoThenTheMessageArrives() throws Exception {
		PahoClient client = connect("v5");
		client.subscribe(this.clientId + "/#");
		MqttAsyncClient publisher = new MqttAsyncClient(brokerUri(), "publisher",
				new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
		publisher.connect().waitForCompletion(Await.MILLIS);
		MqttProperties properties = new MqttProperties();
		properties.setCorrelationData(new byte[40_000]);
		for (int qos = 0; qos < 3; qos++) {
			publisher.publish(this.clientId + "/" + qos, new MqttMessage(new byte[1], qos, false, properties))
				.waitForCompletion(Await.MILLIS);
		}
		Await.until("all have arrived", () -> this.arrived.size() == 3);
		assertThat(this.link.connacks()).isEqualTo(1);
		publisher.disconnectForcibly(100, 100, true);
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenTheProcessDiesThenItsSuccessorDeliversWhatPahoCannotDecode(String version) throws Exception {
		this.link.changeAnswers(MARK.getBytes(), "\uFFFE".getBytes(StandardCharsets.UTF_8));
		PahoClient client = connect(version);
		client.acknowledgeByHand();
		client.subscribe(this.clientId + "/#");
		publish(2, this.clientId + "/" + MARK);
		Await.until("it has arrived", () -> this.arrived.size() == 1);
		this.link.refuse();
		this.link.cut();
		Await.until("the link is lost", () -> !client.isConnected());
		redis.jedis().del("test:{" + this.clientId + "@broker}:" + version + ":lease");
		this.arrived.clear();
		this.link.release();
		connect(version);
		publish(2, this.clientId + "/next");
		Await.until("both have arrived", () -> this.arrived.size() >= 2);
		assertThat(this.arrived).contains(this.clientId + "/\uFFFE", this.clientId + "/next");
	}

	/** A reason with a control character, which takes longer than a mere answer. */
	private void explainAnswer(int type, int packetId) {
		byte[] reason = { 7, 0x1f, 0, 4, 'a', 7, 'b', 'c' };
		byte[] id = { 0, (byte) packetId };
		this.link.changeAnswers(packet(type, 2, id), packet(type, 11, id, new byte[1], reason));
	}

	private static byte[] packet(int type, int length, byte[]... parts) {
		ByteArrayOutputStream packet = new ByteArrayOutputStream();
		packet.write(type << 4);
		packet.write(length);
		Stream.of(parts).forEach(packet::writeBytes);
		return packet.toByteArray();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void whenPahoCannotDecodeAnAnswerToAMessageThenItCountsAndIsNamed(int qos, CapturedOutput output) throws Exception {
		for (int type : new int[] { 4, 5, 7 }) {
			explainAnswer(type, 1);
			explainAnswer(type, 2);
		}
		PahoClient client = connect("v5");
		client.publish("test/a", "first", qos).await();
		client.publish("test/a", "second", qos).await();
		awaitNothingHeld();
		assertThat(this.link.connacks()).isEqualTo(1);
		assertThat(output).containsOnlyOnce("that Paho cannot decode");
	}

	@Test
	void whenPahoCannotDecodeAnAnswerToASubscriptionThenItCounts() throws Exception {
		this.link.changeAnswers(new byte[] { (byte) 0x90, 4, 0, 1, 0, 2 },
				new byte[] { (byte) 0x90, 11, 0, 1, 7, 0x1f, 0, 4, 'a', 7, 'b', 'c', 2 });
		this.link.changeAnswers(new byte[] { (byte) 0xb0, 4, 0, 2, 0, 0 },
				new byte[] { (byte) 0xb0, 11, 0, 2, 7, 0x1f, 0, 4, 'a', 7, 'b', 'c', 0 });
		PahoClient client = connect("v5");
		client.subscribe(this.clientId);
		client.unsubscribe(this.clientId);
		assertThat(this.link.connacks()).isEqualTo(1);
	}

	@Test
	void whenPahoCannotDecodeAuthThenTheLinkStays() throws Exception {
		byte[] auth = { (byte) 0xf0, 14, 0x18, 12, 0x15, 0, 2, 'm', 'd', 0x1f, 0, 4, 'a', 7, 'b', 'c' };
		byte[] answer = packet(4, 2, new byte[] { 0, 1 });
		this.link.changeAnswers(answer, ByteBuffer.allocate(auth.length + answer.length).put(auth).put(answer).array());
		PahoClient client = connect("v5");
		client.publish("test/a", "first", 1).await();
		assertThat(this.link.connacks()).isEqualTo(1);
	}

}
