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

import java.io.IOException;

import io.github.mqttredis.paho.PacketInputStream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * Looks at what the broker sends on one connection before Paho does, where Paho 5 would
 * lose or repeat a message.
 * <ul>
 * <li>CONNACK: the broker takes no topic aliases. Paho stores a message without its topic
 * once an alias stands for it, and the alias ends with the connection. And Paho learns
 * the broker's Receive Maximum, before it sends what it has restored.</li>
 * <li>PUBREC with an error: the exchange has ended (4.3.3), so the message is complete.
 * Paho would drop the link and send the message again, for ever.</li>
 * <li>PUBLISH of QoS 2 and PUBREL: see {@link ReceivedMessages}.</li>
 * </ul>
 */
final class InboundPackets implements PacketInputStream.Packets {

	private static final Log logger = LogFactory.getLog(PersistentMqttAsyncClient.class);

	private static final int CONNACK = 2;

	private static final int PUBLISH = 3;

	private static final int PUBREC = 5;

	private static final int PUBREL = 6;

	private static final byte PUBCOMP_HEADER = 0x70;

	private static final byte PACKET_ID_NOT_FOUND = (byte) 0x92;

	/** The lowest reason code that is an error (2.4). */
	private static final int ERROR = 0x80;

	private static final byte[] NOTHING = {};

	private final ReceivedMessages received;

	private final PahoComms comms;

	private final long longest;

	/** Whether the packet before was a CONNACK that accepts the connection. */
	private boolean connected;

	private boolean sessionLost;

	/**
	 * Create the look at one connection.
	 * @param received what was received of QoS 2
	 * @param comms the client's inner parts
	 * @param longest the longest packet that Paho takes, in bytes
	 */
	InboundPackets(ReceivedMessages received, PahoComms comms, long longest) {
		this.received = received;
		this.comms = comms;
		this.longest = longest;
	}

	@Override
	public void next() throws IOException {
		if (this.connected) {
			this.connected = false;
			this.comms.countRestoredReleases();
		}
		if (this.sessionLost) {
			this.sessionLost = false;
			try {
				this.received.sessionLost();
			}
			catch (MqttException ex) {
				throw new IOException(ex.getMessage(), ex);
			}
		}
	}

	@Override
	public boolean wants(int first, int length) {
		return length <= this.longest && switch (first >> 4) {
			case CONNACK, PUBREC, PUBREL -> length > 1;
			case PUBLISH -> (first >> 1 & 3) == 2;
			default -> false;
		};
	}

	@Override
	public byte[] accept(byte[] packet) throws IOException {
		int body = bodyOf(packet);
		try {
			return switch ((packet[0] & 0xff) >> 4) {
				case CONNACK -> connack(packet, body);
				case PUBLISH -> publish(packet);
				case PUBREC -> pubrec(packet, body);
				default -> pubrel(packet, body);
			};
		}
		catch (MqttException | RuntimeException ex) {
			// Paho's receiver would die of a RuntimeException, and nobody would know.
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private byte[] connack(byte[] packet, int body) {
		if (packet[body + 1] == 0) {
			this.sessionLost = (packet[body] & 1) == 0;
			this.connected = true;
			ConnackProperties properties = new ConnackProperties(packet, body + 2);
			properties.refuseTopicAliases();
			this.comms.setReceiveMaximum(properties.receiveMaximum());
		}
		return packet;
	}

	private byte[] publish(byte[] packet) throws MqttException {
		this.received.store((MqttPublish) MqttWireMessage.createWireMessage(packet));
		return NOTHING;
	}

	private byte[] pubrec(byte[] packet, int body) {
		int reason = (packet.length > body + 2) ? packet[body + 2] & 0xff : 0;
		if (reason < ERROR) {
			return packet;
		}
		logger.warn("The broker refused the message of QoS 2 with packet id " + packetId(packet, body)
				+ ": reason code 0x" + Integer.toHexString(reason) + " (MQTT 5, 3.5.2.1). It is not sent again");
		// Paho takes no other error in a PUBCOMP.
		return new byte[] { PUBCOMP_HEADER, 3, packet[body], packet[body + 1], PACKET_ID_NOT_FOUND };
	}

	private byte[] pubrel(byte[] packet, int body) throws MqttException {
		if (this.received.release(packetId(packet, body))) {
			return NOTHING;
		}
		// Without its reason code: Paho would drop the link over an error, which only
		// says that the broker has forgotten the message.
		return new byte[] { packet[0], 2, packet[body], packet[body + 1] };
	}

	private static int packetId(byte[] packet, int body) {
		return (packet[body] & 0xff) << 8 | packet[body + 1] & 0xff;
	}

	private static int bodyOf(byte[] packet) {
		int body = 1;
		while ((packet[body++] & 0x80) != 0) {
			// The length of the packet, whose last byte has no continuation bit.
		}
		return body;
	}

}
