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

import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The key of a record, taken apart.
 *
 * @param kind what the record holds
 * @param number the MQTT packet id, 1 to 65,535; of a message in the queue its place
 * there
 * @since 0.1.0
 */
public record RecordKey(RecordKind kind, long number) implements Comparable<RecordKey> {

	private static final int MAX_PACKET_ID = 65_535;

	private static final Pattern QUEUED = Pattern.compile("q-[1-9][0-9]{0,17}");

	/**
	 * The records of one packet id stand together: they depend on each other. Packet ids
	 * of received messages are the broker's own and make a sequence of their own, as the
	 * places in the queue do.
	 */
	private static final Comparator<RecordKey> ORDER = Comparator.comparing(RecordKey::sequence)
		.thenComparingLong(RecordKey::number)
		.thenComparing(RecordKey::kind);

	/**
	 * Take a key apart.
	 * @param key the key
	 * @return its parts, or {@code null} if no record that has a packet id has such a key
	 */
	public static @Nullable RecordKey parse(String key) {
		RecordKind kind = RecordKind.of(key);
		int packetId = (kind != null) ? packetId(key, kind.prefix().length()) : -1;
		return (kind != null && packetId > 0) ? new RecordKey(kind, packetId) : null;
	}

	/**
	 * Take the key apart of a record that has a packet id.
	 * @param key the key
	 * @return its parts
	 * @throws IllegalArgumentException if no such record has such a key
	 */
	public static RecordKey require(String key) {
		RecordKey parsed = parse(key);
		if (parsed == null) {
			throw new IllegalArgumentException("'" + key + "' is not the key of a record");
		}
		return parsed;
	}

	/**
	 * Take the key apart of a record of any kind, also of a message in the queue.
	 * @param key the key
	 * @return its parts, or {@code null} if there is no such key
	 */
	public static @Nullable RecordKey parseAny(String key) {
		return QUEUED.matcher(key).matches()
				? queued(Long.parseLong(key.substring(RecordKind.QUEUED.prefix().length()))) : parse(key);
	}

	/**
	 * Return the key of a message in the queue.
	 * @param number its place there
	 * @return the key
	 */
	public static RecordKey queued(long number) {
		return new RecordKey(RecordKind.QUEUED, number);
	}

	/**
	 * Return the packet id.
	 * @return the MQTT packet id, of a record that has one
	 */
	public int packetId() {
		return (int) this.number;
	}

	private static int packetId(String key, int from) {
		if (key.length() == from || key.length() > from + 5 || key.charAt(from) == '0') {
			return -1;
		}
		int value = 0;
		for (int i = from; i < key.length(); i++) {
			char c = key.charAt(i);
			if (c < '0' || c > '9') {
				return -1;
			}
			value = value * 10 + (c - '0');
		}
		return (value <= MAX_PACKET_ID) ? value : -1;
	}

	/**
	 * Return whether two records belong to the same message.
	 * @param other the other key
	 * @return whether both speak of one packet id in one direction
	 */
	public boolean samePacket(@Nullable RecordKey other) {
		return other != null && this.number == other.number && sequence() == other.sequence();
	}

	/**
	 * Return the key of another record of the same packet id.
	 * @param other the kind of the other record
	 * @return the key
	 */
	public RecordKey sibling(RecordKind other) {
		return new RecordKey(other, this.number);
	}

	/**
	 * Return whose numbers this key's number is one of.
	 * @return the kind that stands for the sequence
	 */
	private RecordKind sequence() {
		return switch (this.kind) {
			case RECEIVED, QUEUED -> this.kind;
			default -> RecordKind.SENT;
		};
	}

	/**
	 * Return one key for all records of a message.
	 * @return the key
	 */
	RecordKey message() {
		return sibling(sequence());
	}

	/**
	 * Return this key as it is stored.
	 * @return the bytes, in ASCII
	 */
	public byte[] toBytes() {
		byte[] prefix = this.kind.prefixBytes();
		int digits = 1;
		for (long rest = this.number / 10; rest > 0; rest /= 10) {
			digits++;
		}
		byte[] result = Arrays.copyOf(prefix, prefix.length + digits);
		long rest = this.number;
		for (int i = result.length - 1; i >= prefix.length; i--) {
			result[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		return result;
	}

	@Override
	public int hashCode() {
		return this.kind.ordinal() << 16 ^ Long.hashCode(this.number);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RecordKey key && this.number == key.number && this.kind == key.kind;
	}

	@Override
	public int compareTo(RecordKey other) {
		return ORDER.compare(this, other);
	}

	@Override
	public String toString() {
		return this.kind.prefix() + this.number;
	}

}
