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

/**
 * Finds its way through the properties of a CONNACK (3.2.2.3, and 2.2.2 for their types).
 */
final class ConnackProperties {

	private static final int TOPIC_ALIAS_MAXIMUM = 0x22;

	private final byte[] packet;

	private int position;

	private ConnackProperties(byte[] packet, int position) {
		this.packet = packet;
		this.position = position;
	}

	/**
	 * Set the number of topic aliases that the broker takes to zero, in place.
	 * @param packet the CONNACK
	 * @param position where the length of its properties stands
	 */
	static void refuseTopicAliases(byte[] packet, int position) {
		if (position >= packet.length) {
			return;
		}
		ConnackProperties properties = new ConnackProperties(packet, position);
		properties.skipVariable();
		while (properties.position < packet.length) {
			int identifier = packet[properties.position++];
			if (identifier == TOPIC_ALIAS_MAXIMUM) {
				packet[properties.position] = 0;
				packet[properties.position + 1] = 0;
			}
			properties.position += properties.lengthOf(identifier);
		}
	}

	private int lengthOf(int identifier) {
		return switch (identifier) {
			case 0x24, 0x25, 0x28, 0x29, 0x2a -> 1;
			case 0x13, 0x21, TOPIC_ALIAS_MAXIMUM -> 2;
			case 0x11, 0x27 -> 4;
			case 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f -> textLength(this.position);
			case 0x26 -> {
				int name = textLength(this.position);
				yield name + textLength(this.position + name);
			}
			// Not a property of CONNACK: Paho has to say so.
			default -> this.packet.length;
		};
	}

	private int textLength(int at) {
		return 2 + ((this.packet[at] & 0xff) << 8 | this.packet[at + 1] & 0xff);
	}

	private void skipVariable() {
		while ((this.packet[this.position++] & 0x80) != 0) {
			// The last byte has no continuation bit.
		}
	}

}
