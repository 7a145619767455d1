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

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * A received PUBLISH (3.3). Accepts every topic that MQTT allows. Paho refuses some, and
 * its receiver thread ends over them: Paho 3 refuses all topics with a character from
 * U+FDD0 on, both versions refuse topics with control characters.
 *
 * @since 0.1.0
 */
public final class ReceivedPublish {

	private final int qos;

	private final boolean retained;

	private final boolean duplicate;

	private String topic = "";

	private int packetId;

	private byte[] payload = {};

	private ReceivedPublish(int flags) {
		this.qos = flags >> 1 & 3;
		this.retained = (flags & 1) != 0;
		this.duplicate = (flags & 8) != 0;
	}

	/**
	 * Read a packet.
	 * @param packet the whole packet
	 * @param reading reads what MQTT 5 has between packet id and payload, and answers why
	 * it cannot be read, or an empty text
	 * @return the message
	 * @throws MalformedPublishException if it cannot be read
	 */
	public static ReceivedPublish read(byte[] packet, Function<ByteBuffer, String> reading)
			throws MalformedPublishException {
		ByteBuffer bytes = ByteBuffer.wrap(packet);
		ReceivedPublish message = head(bytes);
		String reason = reading.apply(bytes);
		if (!reason.isEmpty()) {
			throw message.malformed(reason);
		}
		message.payload = new byte[bytes.remaining()];
		bytes.get(message.payload);
		return message;
	}

	/**
	 * Read what comes before the payload, and before what MQTT 5 has in front of that.
	 * @param packet the packet, at least with its packet id
	 * @return the message without its payload
	 * @throws MalformedPublishException if it cannot be read
	 */
	static ReceivedPublish head(byte[] packet) throws MalformedPublishException {
		return head(ByteBuffer.wrap(packet));
	}

	private static ReceivedPublish head(ByteBuffer bytes) throws MalformedPublishException {
		ReceivedPublish message = new ReceivedPublish(bytes.get());
		while ((bytes.get() & 0x80) != 0) {
			// The length of the packet, whose last byte has no continuation bit.
		}
		message.readName(bytes);
		return message;
	}

	private void readName(ByteBuffer bytes) throws MalformedPublishException {
		int needed = (this.qos > 0) ? 2 : 0;
		int length = (bytes.remaining() >= 2) ? bytes.getShort() & 0xffff : 0;
		if (length == 0 || bytes.remaining() < length + needed) {
			throw malformed("it has no topic, or ends before its payload");
		}
		ByteBuffer name = bytes.slice(bytes.position(), length);
		bytes.position(bytes.position() + length);
		if (needed > 0) {
			this.packetId = bytes.getShort() & 0xffff;
		}
		if (this.qos == 3 || (needed > 0 && this.packetId == 0)) {
			throw malformed("its QoS is 3, or its packet id is zero");
		}
		try {
			this.topic = StandardCharsets.UTF_8.newDecoder().decode(name).toString();
		}
		catch (CharacterCodingException ex) {
			throw malformed("its topic is not in UTF-8");
		}
		if (this.topic.chars().anyMatch((c) -> c == 0 || c == '#' || c == '+')) {
			throw malformed("its topic has a wildcard, or U+0000");
		}
	}

	private MalformedPublishException malformed(String reason) {
		return new MalformedPublishException(reason, this.qos, this.packetId);
	}

	/**
	 * Return the QoS.
	 * @return the QoS
	 */
	public int qos() {
		return this.qos;
	}

	/**
	 * Return whether the broker had retained it.
	 * @return whether it has the flag RETAIN
	 */
	public boolean isRetained() {
		return this.retained;
	}

	/**
	 * Return whether the broker may have sent it before.
	 * @return whether it has the flag DUP
	 */
	public boolean isDuplicate() {
		return this.duplicate;
	}

	/**
	 * Return the topic.
	 * @return the topic
	 */
	public String topic() {
		return this.topic;
	}

	/**
	 * Return the packet id.
	 * @return the packet id, zero with QoS 0
	 */
	public int packetId() {
		return this.packetId;
	}

	/**
	 * Return the payload.
	 * @return the payload, not a copy
	 */
	public byte[] payload() {
		return this.payload;
	}

}
