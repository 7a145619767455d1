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

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.InspectedRecord.Packet;
import io.github.mqttredis.session.InspectedRecord.Publish;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a record holds, for a person who looks. Needs no MQTT client, so that a
 * process with that of one version shows the sessions of the other.
 */
final class PacketReader {

	private final ByteBuffer bytes;

	private PacketReader(byte[] bytes) {
		this.bytes = ByteBuffer.wrap(bytes).position(RecordEnvelope.length(bytes));
	}

	/**
	 * Read a record.
	 * @param version the version of MQTT
	 * @param key the record's key
	 * @param beginning its bytes, or so many of them that a topic of any length is there
	 * @param size its size
	 * @return what it holds, {@code null} if it cannot be read
	 */
	static @Nullable Packet read(MqttVersion version, RecordKey key, byte[] beginning, long size) {
		if (!RecordFormat.isReadable(key, beginning, size)) {
			return null;
		}
		try {
			return new Packet(key,
					(key.kind() != RecordKind.PUBREL) ? new PacketReader(beginning).publish(version, size) : null);
		}
		catch (BufferUnderflowException | IllegalArgumentException ex) {
			// Properties that are no properties, or are too long to look at.
			return null;
		}
	}

	private Publish publish(MqttVersion version, long size) {
		int flags = this.bytes.get();
		variableInteger();
		int qos = (flags >> 1) & 3;
		String topic = text();
		if (qos > 0) {
			twoBytes();
		}
		Map<String, Object> properties = (version == MqttVersion.V5) ? properties() : Map.of();
		long payloadSize = size - this.bytes.position();
		byte[] payload = new byte[this.bytes.remaining()];
		this.bytes.get(payload);
		return new Publish(qos, (flags & 8) != 0, (flags & 1) != 0, topic, properties, payloadSize, payload);
	}

	/** The properties of a PUBLISH (3.3.2.3 of MQTT 5). */
	private Map<String, Object> properties() {
		int length = variableInteger();
		if (length > this.bytes.remaining()) {
			throw new IllegalArgumentException("Properties of " + length + " bytes");
		}
		int end = this.bytes.position() + length;
		Map<String, Object> properties = new LinkedHashMap<>();
		List<Map<String, String>> user = new ArrayList<>();
		while (this.bytes.position() < end) {
			property(properties, user);
		}
		if (this.bytes.position() != end) {
			throw new IllegalArgumentException("Properties that end elsewhere");
		}
		if (!user.isEmpty()) {
			properties.put("userProperties", user);
		}
		return properties;
	}

	private void property(Map<String, Object> properties, List<Map<String, String>> user) {
		int identifier = this.bytes.get();
		switch (identifier) {
			case 0x01 -> properties.put("payloadFormat", (int) this.bytes.get());
			case 0x02 -> properties.put("messageExpiryInterval", this.bytes.getInt() & 0xffffffffL);
			case 0x03 -> properties.put("contentType", text());
			case 0x08 -> properties.put("responseTopic", text());
			case 0x09 -> properties.put("correlationData", Base64.getEncoder().encodeToString(binary()));
			case 0x0b -> properties.put("subscriptionIdentifier", variableInteger());
			case 0x23 -> properties.put("topicAlias", twoBytes());
			// A name may stand several times.
			case 0x26 -> user.add(Map.of("name", text(), "value", text()));
			default -> throw new IllegalArgumentException("No property of a PUBLISH: " + identifier);
		}
	}

	private String text() {
		return new String(binary(), StandardCharsets.UTF_8);
	}

	private byte[] binary() {
		byte[] result = new byte[twoBytes()];
		this.bytes.get(result);
		return result;
	}

	private int twoBytes() {
		return this.bytes.getShort() & 0xffff;
	}

	private int variableInteger() {
		int value = 0;
		for (int shift = 0; shift <= 21; shift += 7) {
			int digit = this.bytes.get();
			value += (digit & 0x7f) << shift;
			if ((digit & 0x80) == 0) {
				return value;
			}
		}
		throw new IllegalArgumentException("A length of more than four bytes");
	}

}
