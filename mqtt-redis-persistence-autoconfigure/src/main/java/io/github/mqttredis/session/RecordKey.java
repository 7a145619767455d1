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

import org.jspecify.annotations.Nullable;

/**
 * A key of Paho's, taken apart.
 *
 * @param kind what the record holds
 * @param packetId the MQTT packet id, 1 to 65,535
 * @since 0.1.0
 */
public record RecordKey(RecordKind kind, int packetId) implements Comparable<RecordKey> {

	private static final int MAX_PACKET_ID = 65_535;

	/**
	 * The records of one packet id stand together: they depend on each other. Packet ids
	 * of received messages are the broker's own and make a sequence of their own.
	 */
	private static final Comparator<RecordKey> ORDER = Comparator.comparing(RecordKey::isInbound)
		.thenComparingInt(RecordKey::packetId)
		.thenComparing(RecordKey::kind);

	/**
	 * Take a key apart.
	 * @param key the key
	 * @return its parts, or {@code null} if Paho would not write such a key
	 */
	public static @Nullable RecordKey parse(String key) {
		RecordKind kind = RecordKind.of(key);
		int packetId = (kind != null) ? packetId(key, kind.prefix().length()) : -1;
		return (kind != null && packetId > 0) ? new RecordKey(kind, packetId) : null;
	}

	/**
	 * Take a key apart that must be Paho's.
	 * @param key the key
	 * @return its parts
	 * @throws IllegalArgumentException if Paho would not write such a key
	 */
	public static RecordKey require(String key) {
		RecordKey parsed = parse(key);
		if (parsed == null) {
			throw new IllegalArgumentException("'" + key + "' is not a key of Paho's");
		}
		return parsed;
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
		return other != null && this.packetId == other.packetId && isInbound() == other.isInbound();
	}

	/**
	 * Return the key of another record of the same packet id.
	 * @param other the kind of the other record
	 * @return the key
	 */
	public RecordKey sibling(RecordKind other) {
		return new RecordKey(other, this.packetId);
	}

	private boolean isInbound() {
		return this.kind == RecordKind.RECEIVED;
	}

	/**
	 * Return this key as Paho writes it.
	 * @return the bytes, in ASCII
	 */
	public byte[] toBytes() {
		byte[] prefix = this.kind.prefixBytes();
		int digits = 1;
		for (int rest = this.packetId / 10; rest > 0; rest /= 10) {
			digits++;
		}
		byte[] result = Arrays.copyOf(prefix, prefix.length + digits);
		int rest = this.packetId;
		for (int i = result.length - 1; i >= prefix.length; i--) {
			result[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		return result;
	}

	@Override
	public int hashCode() {
		return this.kind.ordinal() << 16 | this.packetId;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RecordKey key && this.packetId == key.packetId && this.kind == key.kind;
	}

	@Override
	public int compareTo(RecordKey other) {
		return ORDER.compare(this, other);
	}

	@Override
	public String toString() {
		return this.kind.prefix() + this.packetId;
	}

}
