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

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What is stored with a record besides its packet: the trace of its message, for which an
 * MQTT 3 packet has no place. The envelope precedes the packet. It begins with four bytes
 * that no packet and no encrypted record begins with. Its length (2 bytes) follows, and
 * then names and values in turn, each preceded by its length (2 bytes). A record without
 * a trace has no envelope.
 *
 * @since 0.1.0
 */
public final class RecordEnvelope {

	/**
	 * No MQTT packet has the type 0. Far from {@link RecordCodec#MARK}: a damaged one
	 * must not pass for an encrypted record, which would keep its client from starting.
	 */
	private static final int MARK = 0x00747263;

	private static final int HEAD = Integer.BYTES + Short.BYTES;

	/**
	 * So long that a look at the beginning of a record finds its topic, however long that
	 * is.
	 */
	private static final int LONGEST = 2048;

	private RecordEnvelope() {
	}

	/**
	 * Put a packet into an envelope.
	 * @param headers what is to be kept with it, by name; what finds no room, in their
	 * order, is left out
	 * @param packet the packet
	 * @return the record, which is the packet if there is nothing to be kept
	 */
	public static byte[] wrap(Map<String, String> headers, byte[] packet) {
		ByteArrayOutputStream kept = new ByteArrayOutputStream();
		headers.forEach((name, value) -> {
			byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
			byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
			if (kept.size() + 2 * Short.BYTES + nameBytes.length + valueBytes.length <= LONGEST) {
				write(kept, nameBytes);
				write(kept, valueBytes);
			}
		});
		if (kept.size() == 0) {
			return packet;
		}
		return ByteBuffer.allocate(HEAD + kept.size() + packet.length)
			.putInt(MARK)
			.putShort((short) kept.size())
			.put(kept.toByteArray())
			.put(packet)
			.array();
	}

	private static void write(ByteArrayOutputStream kept, byte[] text) {
		kept.write(text.length >> 8);
		kept.write(text.length);
		kept.writeBytes(text);
	}

	/**
	 * Return the packet of a record.
	 * @param record the record, which can be read
	 * @return the packet, which is the record if that has no envelope
	 */
	public static byte[] packet(byte[] record) {
		int length = length(record);
		return (length > 0) ? Arrays.copyOfRange(record, length, record.length) : record;
	}

	/**
	 * Return what is kept with a packet.
	 * @param record the record, {@code null} if there is none
	 * @return names and values, empty if nothing is
	 */
	public static Map<String, String> headers(byte @Nullable [] record) {
		int length = (record != null) ? length(record) : 0;
		if (record == null || length <= 0) {
			return Map.of();
		}
		Map<String, String> headers = new LinkedHashMap<>();
		ByteBuffer kept = ByteBuffer.wrap(record, HEAD, length - HEAD);
		while (kept.hasRemaining()) {
			headers.put(text(kept), text(kept));
		}
		return headers;
	}

	private static String text(ByteBuffer kept) {
		byte[] text = new byte[kept.getShort()];
		kept.get(text);
		return new String(text, StandardCharsets.UTF_8);
	}

	/**
	 * Return whether a record is that of a message of QoS 1.
	 * @param record the record
	 * @return whether it holds such a PUBLISH
	 */
	public static boolean isOfQos1(byte[] record) {
		int start = length(record);
		return start >= 0 && start < record.length && (record[start] & 0xf6) == 0x32;
	}

	/**
	 * Return where the packet of a record begins.
	 * @param record the record, or the beginning of it
	 * @return the length of its envelope, 0 if it has none, negative if that is damaged
	 */
	public static int length(byte[] record) {
		if (record.length < HEAD || record[0] != 0 || ByteBuffer.wrap(record).getInt() != MARK) {
			return 0;
		}
		int length = HEAD + ByteBuffer.wrap(record).getShort(Integer.BYTES);
		if (length <= HEAD || length > HEAD + LONGEST || length > record.length) {
			return -1;
		}
		ByteBuffer kept = ByteBuffer.wrap(record, HEAD, length - HEAD);
		int texts = 0;
		while (kept.remaining() >= Short.BYTES) {
			int text = kept.getShort();
			if (text < 0 || text > kept.remaining()) {
				return -1;
			}
			kept.position(kept.position() + text);
			texts++;
		}
		return (kept.hasRemaining() || texts % 2 != 0) ? -1 : length;
	}

}
