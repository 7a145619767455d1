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

/**
 * Tells whether the bytes of a record are the packet that its key announces. Paho fails
 * in its constructor over a record that it cannot read, or takes it for another
 * message's.
 * <p>
 * Reads only what both versions of MQTT have in common: the fixed header (2.2), topic
 * name and packet id (3.3.2 of MQTT 3.1.1 and of MQTT 5). The packet may be in an
 * {@link RecordEnvelope envelope}.
 */
final class RecordFormat {

	private static final int PUBLISH = 3;

	/** Type and flags of a PUBREL, which are fixed (3.6.1). */
	private static final int PUBREL_HEADER = 0x62;

	private static final int DUPLICATE = 8;

	private static final int QOS = 6;

	private final byte[] bytes;

	private final long size;

	/** Where the packet begins: it may be in an envelope. */
	private final int start;

	private int position;

	private RecordFormat(byte[] bytes, long size) {
		this.bytes = bytes;
		this.size = size;
		this.start = RecordEnvelope.length(bytes);
		this.position = this.start + 1;
	}

	/**
	 * Tell whether a record can be read.
	 * @param key the record's key
	 * @param bytes the record
	 * @return whether it is a whole packet of the right kind with the right packet id
	 */
	static boolean isReadable(RecordKey key, byte[] bytes) {
		return isReadable(key, bytes, bytes.length);
	}

	/**
	 * Tell whether a record can be read of which only the beginning is at hand.
	 * @param key the record's key
	 * @param bytes the beginning, with topic and packet id
	 * @param size the size of the record
	 * @return whether it is a whole packet of the right kind with the right packet id
	 */
	static boolean isReadable(RecordKey key, byte[] bytes, long size) {
		RecordFormat packet = new RecordFormat(bytes, size);
		if (packet.start < 0 || bytes.length < packet.start + 2 || !packet.skipRemainingLength()) {
			return false;
		}
		return (key.kind() == RecordKind.PUBREL) ? packet.isPubrel(key) : packet.isPublish(key);
	}

	/**
	 * Tell whether a readable PUBLISH lacks its topic. In MQTT 5 a topic alias may stand
	 * in its place (3.3.2.3.4), which ends with the connection and is not stored.
	 * @param key the record's key
	 * @param bytes the record, which is readable
	 * @return whether it could not be sent again
	 */
	static boolean lacksTopic(RecordKey key, byte[] bytes) {
		if (key.kind() == RecordKind.PUBREL) {
			return false;
		}
		RecordFormat packet = new RecordFormat(bytes, bytes.length);
		return packet.skipRemainingLength() && packet.twoBytes() == 0;
	}

	/**
	 * Give a PUBLISH another packet id, as a message that was never sent.
	 * @param publish the record, which is readable
	 * @param packetId the packet id
	 * @return a copy of the record
	 */
	static byte[] renumbered(byte[] publish, int packetId) {
		RecordFormat packet = new RecordFormat(publish.clone(), publish.length);
		packet.bytes[packet.start] &= ~DUPLICATE;
		if (packet.skipRemainingLength() && packet.skipTopic() && (packet.first() & QOS) != 0) {
			packet.bytes[packet.position] = (byte) (packetId >> 8);
			packet.bytes[packet.position + 1] = (byte) packetId;
		}
		return packet.bytes;
	}

	/**
	 * Go past the length of the packet.
	 * @return whether it is the length of what follows
	 */
	private boolean skipRemainingLength() {
		int length = 0;
		for (int shift = 0; shift <= 21 && this.position < this.bytes.length; shift += 7) {
			int digit = this.bytes[this.position++];
			length += (digit & 0x7f) << shift;
			if ((digit & 0x80) == 0) {
				return length == this.size - this.position;
			}
		}
		return false;
	}

	private boolean isPubrel(RecordKey key) {
		return first() == PUBREL_HEADER && isPacketId(key);
	}

	private boolean isPublish(RecordKey key) {
		int qos = (first() >> 1) & 3;
		if (first() >> 4 != PUBLISH || !skipTopic()) {
			return false;
		}
		return switch (key.kind()) {
			case SENT -> (qos == 1 || qos == 2) && isPacketId(key);
			case RECEIVED -> qos == 2 && isPacketId(key);
			// It gets its packet id when it is handed over.
			case QUEUED -> qos == 0 || (qos != 3 && this.position + 2 <= this.bytes.length);
			// The offline buffer stores messages of QoS 0 as well, which carry no id.
			default -> qos == 0 || (qos != 3 && isPacketId(key));
		};
	}

	private int first() {
		return this.bytes[this.start] & 0xff;
	}

	private boolean skipTopic() {
		if (this.position + 2 > this.bytes.length) {
			return false;
		}
		this.position += 2 + twoBytes();
		return this.position <= this.bytes.length;
	}

	private boolean isPacketId(RecordKey key) {
		return this.position + 2 <= this.bytes.length && twoBytes() == key.packetId();
	}

	private int twoBytes() {
		return (this.bytes[this.position] & 0xff) << 8 | (this.bytes[this.position + 1] & 0xff);
	}

}
