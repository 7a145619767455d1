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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * Makes packets that Paho can decode of those that it cannot, on one connection. Its
 * receiver dies of a text in their properties that it does not like
 * ({@code MqttDataTypes.validateUTF8String}), and ends the link over a reason code that
 * it does not expect, each time that the broker sends the packet.
 * <p>
 * What is left out explains something to people (Reason String, User Property): in
 * answers and in DISCONNECT those are all properties but one, a reference to another
 * server. A reason code that Paho does not expect stays an error, or a success.
 */
final class DecodablePackets {

	private static final Log logger = LogFactory.getLog(PersistentMqttAsyncClient.class);

	private static final byte NO_PROPERTIES = 0;

	private static final byte UNSPECIFIED_ERROR = (byte) 0x80;

	private static final byte PACKET_ID_NOT_FOUND = (byte) 0x92;

	private boolean named;

	/**
	 * Return what Paho gets.
	 * @param packet the whole packet, which is no PUBLISH
	 * @param body where that begins which follows the header
	 * @return the packet, or one that Paho can decode
	 * @throws IOException if there is none
	 */
	byte[] decodable(byte[] packet, int body) throws IOException {
		// A packet id alone can be decoded.
		if (packet.length <= body + 2 || isDecodable(packet)) {
			return packet;
		}
		byte[] plain = withoutReasons(packet, body);
		if (!isDecodable(plain)) {
			throw new IOException("A packet of type " + type(packet) + " cannot be decoded");
		}
		if (!this.named) {
			this.named = true;
			logger.warn("The broker sent a packet of type " + type(packet)
					+ " that Paho cannot decode (MQTT 5, 2.1.2). It is processed without its reason text. "
					+ "Further such packets on this link are not logged");
		}
		return plain;
	}

	private static int type(byte[] packet) {
		return (packet[0] & 0xff) >> 4;
	}

	private static boolean isDecodable(byte[] packet) {
		try {
			MqttWireMessage.createWireMessage(packet);
			return true;
		}
		catch (MqttException | RuntimeException ex) {
			logger.debug("Paho cannot decode a packet", ex);
			return false;
		}
	}

	private static byte[] withoutReasons(byte[] packet, int body) {
		return switch (type(packet)) {
			case MqttWireMessage.MESSAGE_TYPE_PUBACK, MqttWireMessage.MESSAGE_TYPE_PUBREC,
					MqttWireMessage.MESSAGE_TYPE_PUBCOMP ->
				answer(packet, body);
			case MqttWireMessage.MESSAGE_TYPE_SUBACK, MqttWireMessage.MESSAGE_TYPE_UNSUBACK -> codes(packet, body);
			case MqttWireMessage.MESSAGE_TYPE_CONNACK -> plainProperties(packet, body, 2);
			case MqttWireMessage.MESSAGE_TYPE_AUTH -> plainProperties(packet, body, 1);
			case MqttWireMessage.MESSAGE_TYPE_DISCONNECT -> new byte[] { packet[0], 1, packet[body] };
			default -> packet;
		};
	}

	private static byte[] answer(byte[] packet, int body) {
		byte[] answer = { packet[0], 3, packet[body], packet[body + 1], packet[body + 2] };
		if (!isDecodable(answer)) {
			byte error = (type(packet) == MqttWireMessage.MESSAGE_TYPE_PUBCOMP) ? PACKET_ID_NOT_FOUND
					: UNSPECIFIED_ERROR;
			answer[4] = (answer[4] < 0) ? error : 0;
		}
		return answer;
	}

	private static byte[] codes(byte[] packet, int body) {
		ByteBuffer bytes = ByteBuffer.wrap(packet).position(body + 2);
		int length = PublishProperties.variableInteger(bytes);
		int codes = bytes.position() + length;
		return packet(packet, body, 2, new byte[] { NO_PROPERTIES }, Arrays.copyOfRange(packet, codes, packet.length));
	}

	private static byte[] plainProperties(byte[] packet, int body, int kept) {
		byte[] properties = new ServerProperties(packet, body + kept).withoutReasons();
		return packet(packet, body, kept, variableInteger(properties.length), properties);
	}

	/** Make a packet of the first bytes of another one's body and what follows them. */
	private static byte[] packet(byte[] other, int body, int kept, byte[]... following) {
		int length = kept;
		for (byte[] part : following) {
			length += part.length;
		}
		ByteArrayOutputStream packet = new ByteArrayOutputStream();
		packet.write(other[0]);
		packet.writeBytes(variableInteger(length));
		packet.write(other, body, kept);
		for (byte[] part : following) {
			packet.writeBytes(part);
		}
		return packet.toByteArray();
	}

	private static byte[] variableInteger(int value) {
		return MqttWireMessage.encodeVariableByteInteger(value);
	}

}
