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

package io.github.mqttredis.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.github.mqttredis.session.MqttVersion;

/**
 * Packets as Paho stores them, of MQTT 3.1.1 unless another version is named.
 */
public final class Packets {

	private static final byte[] NOTHING = {};

	/** The length of the properties, then a message expiry interval of a minute. */
	private static final byte[] PROPERTIES = { 5, 2, 0, 0, 0, 60 };

	private Packets() {
	}

	public static byte[] publish(int packetId, int qos, String payload) {
		return publish(packetId, qos, NOTHING, payload);
	}

	private static byte[] publish(int packetId, int qos, byte[] properties, String payload) {
		return publish(packetId, qos, "t".getBytes(StandardCharsets.UTF_8), properties, payload);
	}

	public static byte[] publish(int packetId, int qos, byte[] topic, MqttVersion version, String payload) {
		return publish(packetId, qos, topic, (version == MqttVersion.V5) ? PROPERTIES : NOTHING, payload);
	}

	private static byte[] publish(int packetId, int qos, byte[] topic, byte[] properties, String payload) {
		byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
		int length = 2 + topic.length + 2 + properties.length + bytes.length;
		ByteBuffer packet = ByteBuffer.allocate(1 + ((length < 128) ? 1 : 2) + length);
		packet.put((byte) (0x30 | qos << 1));
		if (length < 128) {
			packet.put((byte) length);
		}
		else {
			packet.put((byte) (length & 0x7f | 0x80)).put((byte) (length >> 7));
		}
		packet.putShort((short) topic.length).put(topic).putShort((short) packetId).put(properties).put(bytes);
		return packet.array();
	}

	public static byte[] pubrel(int packetId) {
		return ByteBuffer.allocate(4).put((byte) 0x62).put((byte) 2).putShort((short) packetId).array();
	}

	/**
	 * Make the packet that a key announces.
	 * @param key Paho's key
	 * @param payload the payload of a PUBLISH
	 * @return the packet
	 */
	public static byte[] of(String key, String payload) {
		int packetId = Integer.parseInt(key.substring(key.indexOf('-') + 1));
		return key.startsWith("sc-") ? pubrel(packetId) : publish(packetId, 2, payload);
	}

	/**
	 * Make the packet that a key announces. One of MQTT 5 has properties, or a reason
	 * code.
	 * @param key Paho's key
	 * @param payload the payload of a PUBLISH
	 * @param version the version of MQTT
	 * @return the packet
	 */
	public static byte[] of(String key, String payload, MqttVersion version) {
		if (version == MqttVersion.V3) {
			return of(key, payload);
		}
		int packetId = Integer.parseInt(key.substring(key.indexOf('-') + 1));
		return key.startsWith("sc-") ? new byte[] { 0x62, 4, (byte) (packetId >> 8), (byte) packetId, (byte) 0x92, 0 }
				: publish(packetId, 2, PROPERTIES, payload);
	}

	/**
	 * Begin a PUBLISH of QoS 1 of exactly the given remaining length.
	 * @param packetId its packet id
	 * @param length the remaining length
	 * @return the packet, whose payload is still to be put
	 */
	public static ByteBuffer publishOf(int packetId, int length) {
		ByteBuffer packet = ByteBuffer.allocate(5 + length);
		packet.put((byte) 0x32);
		for (int shift = 0; shift < 21; shift += 7) {
			packet.put((byte) (length >> shift & 0x7f | 0x80));
		}
		return packet.put((byte) (length >> 21)).putShort((short) 1).put((byte) 't').putShort((short) packetId);
	}

}
