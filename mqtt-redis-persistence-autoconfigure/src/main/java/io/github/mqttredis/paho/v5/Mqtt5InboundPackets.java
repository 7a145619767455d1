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

import io.github.mqttredis.paho.InboundPackets;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.UndeliverableMessages;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Looks at what MQTT 5 has besides.
 * <ul>
 * <li>CONNACK: the broker takes no topic aliases. Paho stores a message without its topic
 * once an alias stands for it, and the alias ends with the connection. It learns nothing
 * of the limits of messages, which are kept for them here: it would end the connection
 * over a message that is too large, and lower a QoS, or take a retain flag away, without
 * a word. And Paho learns the broker's Receive Maximum, before it sends what it has
 * restored.</li>
 * <li>PUBREC with an error: the exchange has ended (4.3.3), so the message is complete.
 * Paho would drop the link and send the message again, forever.</li>
 * <li>All but PUBLISH: see {@link DecodablePackets}.</li>
 * </ul>
 */
final class Mqtt5InboundPackets extends InboundPackets {

	private static final Log logger = LogFactory.getLog(PersistentMqttAsyncClient.class);

	private static final int PUBACK = 4;

	private static final int PUBREC = 5;

	private static final int PUBCOMP = 7;

	private static final int DISCONNECT = 14;

	private static final int AUTH = 15;

	private static final byte PUBCOMP_HEADER = 0x70;

	private static final byte PACKET_ID_NOT_FOUND = (byte) 0x92;

	/** The lowest reason code that is an error (2.4). */
	private static final int ERROR = 0x80;

	private final PahoComms comms;

	private final DecodablePackets packets = new DecodablePackets();

	/**
	 * Create the look at one connection.
	 * @param received what was received
	 * @param undeliverable told what the broker takes, and has answered
	 * @param comms the client's inner parts
	 * @param longest the longest packet that Paho takes, in bytes
	 */
	Mqtt5InboundPackets(ReceivedMessages received, UndeliverableMessages undeliverable, PahoComms comms, long longest) {
		super(received, undeliverable, () -> true, longest);
		this.comms = comms;
	}

	@Override
	protected void connected() {
		this.comms.countRestoredReleases();
	}

	@Override
	protected boolean wantsType(int type, int length) {
		return type == DISCONNECT && length > 0 || type == PUBCOMP && length > 2 || type == AUTH && length > 1;
	}

	@Override
	protected void accepted(byte[] packet, int position) {
		ServerProperties properties = new ServerProperties(packet, position);
		properties.refuseTopicAliases();
		undeliverable().limits(properties.takeLimits());
		this.comms.setReceiveMaximum(properties.receiveMaximum());
	}

	@Override
	protected byte[] accept(byte[] packet, int body) throws IOException {
		int type = (packet[0] & 0xff) >> 4;
		if (type == DISCONNECT) {
			undeliverable().disconnected(packet[body] & 0xff);
			ending(packet[body] & 0xff);
		}
		int reason = (packet.length > body + 2) ? packet[body + 2] & 0xff : 0;
		if ((type == PUBACK || type == PUBREC) && reason >= ERROR) {
			refused(packetId(packet, body), "The broker refused it: reason code 0x" + Integer.toHexString(reason));
		}
		if (type != PUBREC || reason < ERROR) {
			return this.packets.decodable(packet, body);
		}
		logger.warn("The broker refused the QoS 2 message with packet id " + packetId(packet, body) + ": reason code 0x"
				+ Integer.toHexString(reason) + " (MQTT 5, 3.5.2.1). It is not sent again");
		// Paho takes no other error in a PUBCOMP.
		return new byte[] { PUBCOMP_HEADER, 3, packet[body], packet[body + 1], PACKET_ID_NOT_FOUND };
	}

}
