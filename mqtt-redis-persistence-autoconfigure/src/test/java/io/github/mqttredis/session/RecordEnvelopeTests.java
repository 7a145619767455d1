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

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is kept with a record.
 */
class RecordEnvelopeTests {

	private static final byte[] PACKET = Packets.publish(7, 1, "payload");

	private static final RecordKey KEY = RecordKey.require("s-7");

	private static final Map<String, String> TRACE = Map.of("traceparent", "00-1-2-01");

	@Test
	void whenNothingIsKeptThenTheRecordIsThePacket() {
		assertThat(RecordEnvelope.wrap(Map.of(), PACKET)).isSameAs(PACKET);
		assertThat(RecordEnvelope.packet(PACKET)).isSameAs(PACKET);
		assertThat(RecordEnvelope.headers(PACKET)).isEmpty();
	}

	@Test
	void whenATraceIsKeptThenBothAreReadBack() {
		byte[] record = RecordEnvelope.wrap(TRACE, PACKET);
		assertThat(RecordEnvelope.packet(record)).isEqualTo(PACKET);
		assertThat(RecordEnvelope.headers(record)).isEqualTo(TRACE);
		assertThat(RecordCodec.isMarked(record)).isFalse();
		assertThat(RecordEnvelope.isOfQos1(record)).isTrue();
	}

	@Test
	void whenARecordHasAnEnvelopeThenItIsReadable() {
		byte[] record = RecordEnvelope.wrap(TRACE, PACKET);
		assertThat(RecordFormat.isReadable(KEY, record)).isTrue();
		assertThat(RecordFormat.isReadable(RecordKey.require("s-8"), record)).isFalse();
		assertThat(InspectedRecord.of(MqttVersion.V3, "s-7", record, record.length).packet().publish().payload())
			.isEqualTo("payload".getBytes());
		byte[] renumbered = RecordFormat.renumbered(record, 9);
		assertThat(RecordEnvelope.headers(renumbered)).isEqualTo(TRACE);
		assertThat(RecordEnvelope.packet(renumbered)).isEqualTo(Packets.publish(9, 1, "payload"));
	}

	@Test
	void whenAnEnvelopeIsDamagedThenTheRecordIsNotReadable() {
		byte[] record = RecordEnvelope.wrap(TRACE, PACKET);
		int end = record.length - PACKET.length;
		for (int at = 0; at < 8; at++) {
			byte[] damaged = record.clone();
			damaged[at] ^= 1;
			assertThat(RecordFormat.isReadable(KEY, damaged)).as("byte " + at).isFalse();
		}
		for (int length = 0; length < record.length; length++) {
			assertThat(RecordFormat.isReadable(KEY, Arrays.copyOf(record, length))).isFalse();
		}
		assertThat(RecordFormat.isReadable(KEY, Arrays.copyOf(record, end), record.length)).isFalse();
	}

	@Test
	void whenThereIsTooMuchToKeepThenWhatComesFirstIsKept() {
		Map<String, String> headers = new LinkedHashMap<>(TRACE);
		headers.put("baggage", "b".repeat(3000));
		headers.put("tracestate", "a=b");
		assertThat(RecordEnvelope.headers(RecordEnvelope.wrap(headers, PACKET))).containsOnlyKeys("traceparent",
				"tracestate");
	}

}
