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
import java.util.Arrays;

import io.github.mqttredis.paho.BrokerLimits;

/**
 * Finds its way through the properties of a CONNACK (3.2.2.3, and 2.2.2 for their types)
 * or an AUTH (3.15.2.2), which has none that a CONNACK has not.
 */
final class ServerProperties {

	private static final int REASON_STRING = 0x1f;

	private static final int RECEIVE_MAXIMUM = 0x21;

	private static final int TOPIC_ALIAS_MAXIMUM = 0x22;

	private static final int MAXIMUM_QOS = 0x24;

	private static final int RETAIN_AVAILABLE = 0x25;

	private static final int USER_PROPERTY = 0x26;

	private static final int MAXIMUM_PACKET_SIZE = 0x27;

	/** What a broker takes that says nothing (3.2.2.3.3). */
	private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;

	private static final int NOT_THERE = -1;

	private final byte[] packet;

	private int position;

	/**
	 * Create the properties.
	 * @param packet the CONNACK or AUTH
	 * @param position where the length of its properties stands
	 */
	ServerProperties(byte[] packet, int position) {
		this.packet = packet;
		this.position = position;
		if (position < packet.length) {
			skipVariable();
		}
	}

	/**
	 * Set the number of topic aliases that the broker takes to zero, in place.
	 */
	void refuseTopicAliases() {
		int found = find(TOPIC_ALIAS_MAXIMUM);
		if (found != NOT_THERE) {
			this.packet[found] = 0;
			this.packet[found + 1] = 0;
		}
	}

	/**
	 * Return how many messages of QoS 1 and 2 the broker takes at a time.
	 * @return the broker's Receive Maximum
	 */
	int receiveMaximum() {
		int found = find(RECEIVE_MAXIMUM);
		return (found != NOT_THERE) ? twoBytes(found) : DEFAULT_RECEIVE_MAXIMUM;
	}

	/**
	 * Return which messages the broker takes, and leave no limit in its place.
	 * @return the limits
	 */
	BrokerLimits takeLimits() {
		int size = find(MAXIMUM_PACKET_SIZE);
		int qos = find(MAXIMUM_QOS);
		int retain = find(RETAIN_AVAILABLE);
		BrokerLimits limits = new BrokerLimits(
				(size != NOT_THERE) ? ((long) twoBytes(size) << 16) + twoBytes(size + 2)
						: BrokerLimits.NONE.packetSize(),
				(qos != NOT_THERE) ? this.packet[qos] : BrokerLimits.NONE.qos(),
				retain == NOT_THERE || this.packet[retain] != 0);
		if (size != NOT_THERE) {
			Arrays.fill(this.packet, size, size + 4, (byte) 0xff);
		}
		if (qos != NOT_THERE) {
			this.packet[qos] = 2;
		}
		if (retain != NOT_THERE) {
			this.packet[retain] = 1;
		}
		return limits;
	}

	/**
	 * Return the properties that say what the broker takes and does, and not why.
	 * @return all but Reason String and User Property
	 */
	byte[] withoutReasons() {
		ByteArrayOutputStream kept = new ByteArrayOutputStream();
		int at = this.position;
		while (at < this.packet.length) {
			int identifier = this.packet[at];
			int end = at + 1 + lengthOf(identifier, at + 1);
			if (identifier != REASON_STRING && identifier != USER_PROPERTY) {
				kept.write(this.packet, at, end - at);
			}
			at = end;
		}
		return kept.toByteArray();
	}

	private int find(int wanted) {
		int at = this.position;
		while (at < this.packet.length) {
			int identifier = this.packet[at++];
			if (identifier == wanted) {
				return at;
			}
			at += lengthOf(identifier, at);
		}
		return NOT_THERE;
	}

	private int lengthOf(int identifier, int at) {
		return switch (identifier) {
			case MAXIMUM_QOS, RETAIN_AVAILABLE, 0x28, 0x29, 0x2a -> 1;
			case 0x13, RECEIVE_MAXIMUM, TOPIC_ALIAS_MAXIMUM -> 2;
			case 0x11, MAXIMUM_PACKET_SIZE -> 4;
			case 0x12, 0x15, 0x16, 0x1a, 0x1c, REASON_STRING -> textLength(at);
			case USER_PROPERTY -> {
				int name = textLength(at);
				yield name + textLength(at + name);
			}
			// Not a property of CONNACK or AUTH: Paho has to say so.
			default -> this.packet.length;
		};
	}

	private int textLength(int at) {
		return 2 + twoBytes(at);
	}

	private int twoBytes(int at) {
		return (this.packet[at] & 0xff) << 8 | this.packet[at + 1] & 0xff;
	}

	private void skipVariable() {
		while ((this.packet[this.position++] & 0x80) != 0) {
			// The last byte has no continuation bit.
		}
	}

}
