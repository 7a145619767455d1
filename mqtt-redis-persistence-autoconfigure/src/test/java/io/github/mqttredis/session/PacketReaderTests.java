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

package io.github.mqttredis.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.InspectedRecord.Publish;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRec;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests that {@link PacketReader} reads what both versions of Paho write.
 */
class PacketReaderTests {

	@Test
	void whenPaho3WroteAMessageThenItIsRead() throws Exception {
		byte[] record = v3("a/\u00e4", "payload", true);
		InspectedRecord read = InspectedRecord.of(MqttVersion.V3, "s-300", record, record.length);
		assertThat(read.size()).isEqualTo(record.length);
		assertThat(read.packet().key()).isEqualTo(new RecordKey(RecordKind.SENT, 300));
		Publish publish = read.packet().publish();
		assertThat(publish.topic()).isEqualTo("a/\u00e4");
		assertThat(publish.qos()).isEqualTo(1);
		assertThat(publish.retained()).isTrue();
		assertThat(publish.duplicate()).isTrue();
		assertThat(publish.properties()).isEmpty();
		assertThat(publish.payloadSize()).isEqualTo(7);
		assertThat(publish.payload()).asString().isEqualTo("payload");
	}

	@Test
	void whenPaho5WroteAMessageThenItsPropertiesAreRead() throws Exception {
		byte[] record = v5(allProperties());
		Publish publish = InspectedRecord.of(MqttVersion.V5, "sb-300", record, record.length).packet().publish();
		assertThat(publish.topic()).isEqualTo("t");
		assertThat(publish.qos()).isEqualTo(2);
		assertThat(publish.retained()).isFalse();
		assertThat(publish.duplicate()).isFalse();
		assertThat(publish.payload()).asString().isEqualTo("payload");
		assertThat(publish.properties()).containsOnly(entry("payloadFormat", 1),
				entry("messageExpiryInterval", 4_000_000_000L), entry("contentType", "text/plain"),
				entry("responseTopic", "answers"), entry("correlationData", "AQID"), entry("topicAlias", 7),
				entry("subscriptionIdentifier", 200),
				entry("userProperties", List.of(Map.of("name", "a", "value", "1"), Map.of("name", "a", "value", "2"))));
	}

	@Test
	void whenPahoWroteAPubrelThenItHasNoMessage() throws Exception {
		byte[] record = new MqttPubRel(new MqttPubRec((byte) 0, new byte[] { 1, 44 })).getHeader();
		InspectedRecord read = InspectedRecord.of(MqttVersion.V3, "sc-300", record, record.length);
		assertThat(read.packet().key().kind()).isEqualTo(RecordKind.PUBREL);
		assertThat(read.packet().publish()).isNull();
	}

	@Test
	void whenOnlyTheBeginningIsThereThenAllButThePayloadIsRead() throws Exception {
		byte[] record = v3("t", "x".repeat(100_000), false);
		Publish publish = InspectedRecord.of(MqttVersion.V3, "s-300", Arrays.copyOf(record, 1000), record.length)
			.packet()
			.publish();
		assertThat(publish.topic()).isEqualTo("t");
		assertThat(publish.payloadSize()).isEqualTo(100_000);
		assertThat(publish.payload()).hasSizeLessThan(1000);
	}

	@Test
	void whenARecordIsCutAnywhereThenItIsUnreadableAndNothingIsThrown() throws Exception {
		byte[] record = v5(allProperties());
		for (int length = 0; length < record.length; length++) {
			assertThat(InspectedRecord.of(MqttVersion.V5, "sb-300", Arrays.copyOf(record, length), length).packet())
				.isNull();
		}
	}

	@Test
	void whenAByteOfARecordIsChangedThenNothingIsThrown() throws Exception {
		byte[] record = v5(allProperties());
		for (int i = 0; i < record.length * 256; i++) {
			byte[] changed = record.clone();
			changed[i / 256] = (byte) i;
			assertThat(InspectedRecord.of(MqttVersion.V5, "sb-300", changed, changed.length).size())
				.isEqualTo(changed.length);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "s-0", "x-300", "s-301", "", "sc-300" })
	void whenTheKeyDoesNotFitThenTheRecordIsUnreadable(String key) throws Exception {
		byte[] record = v3("t", "payload", false);
		assertThat(InspectedRecord.of(MqttVersion.V3, key, record, record.length).packet()).isNull();
	}

	private static MqttProperties allProperties() {
		MqttProperties properties = new MqttProperties();
		properties.setPayloadFormat(true);
		properties.setMessageExpiryInterval(4_000_000_000L);
		properties.setContentType("text/plain");
		properties.setResponseTopic("answers");
		properties.setCorrelationData(new byte[] { 1, 2, 3 });
		properties.setTopicAlias(7);
		properties.setSubscriptionIdentifiers(List.of(200));
		properties.setUserProperties(List.of(new UserProperty("a", "1"), new UserProperty("a", "2")));
		return properties;
	}

	private static byte[] v3(String topic, String payload, boolean retainedDuplicate) throws Exception {
		org.eclipse.paho.client.mqttv3.MqttMessage message = new org.eclipse.paho.client.mqttv3.MqttMessage(
				payload.getBytes(StandardCharsets.UTF_8));
		message.setQos(1);
		message.setRetained(retainedDuplicate);
		org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish packet = new org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish(
				topic, message);
		packet.setMessageId(300);
		packet.setDuplicate(retainedDuplicate);
		return concat(packet.getHeader(), packet.getPayload());
	}

	private static byte[] v5(MqttProperties properties) throws Exception {
		org.eclipse.paho.mqttv5.common.MqttMessage message = new org.eclipse.paho.mqttv5.common.MqttMessage(
				"payload".getBytes(StandardCharsets.UTF_8), 2, false, properties);
		org.eclipse.paho.mqttv5.common.packet.MqttPublish packet = new org.eclipse.paho.mqttv5.common.packet.MqttPublish(
				"t", message, properties);
		packet.setMessageId(300);
		return concat(packet.getHeader(), packet.getPayload());
	}

	private static byte[] concat(byte[] header, byte[] payload) {
		byte[] record = Arrays.copyOf(header, header.length + payload.length);
		System.arraycopy(payload, 0, record, header.length, payload.length);
		return record;
	}

}
