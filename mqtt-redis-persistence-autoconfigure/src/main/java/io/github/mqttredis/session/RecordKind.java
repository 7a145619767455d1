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

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of record that a session has, named by what they hold. The prefixes of those
 * that have a packet id are Eclipse Paho's ({@code ClientState}, the constants
 * {@code PERSISTENCE_*_PREFIX}).
 *
 * @since 0.1.0
 */
public enum RecordKind {

	/**
	 * A PUBLISH of QoS 1 or 2 that was handed to the client to send.
	 */
	SENT("s-"),

	/**
	 * A PUBREL that answers the PUBREC of a sent QoS 2 PUBLISH.
	 */
	PUBREL("sc-"),

	/**
	 * A PUBLISH that waits in the buffer of a client of Paho's own.
	 */
	BUFFERED("sb-"),

	/**
	 * A QoS 2 PUBLISH that was received and not yet released.
	 */
	RECEIVED("r-"),

	/**
	 * A PUBLISH that waits in the queue of one of our clients. Its number is its place in
	 * the queue, not a packet id.
	 */
	QUEUED("q-");

	private static final RecordKind[] WITH_PACKET_ID = { SENT, PUBREL, BUFFERED, RECEIVED };

	private final String prefix;

	private final byte[] prefixBytes;

	RecordKind(String prefix) {
		this.prefix = prefix;
		this.prefixBytes = prefix.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Tell the kind of a record that has a packet id by the prefix of its key.
	 * @param key the key
	 * @return the kind, {@code null} if no such kind has this prefix
	 */
	static @Nullable RecordKind of(String key) {
		for (RecordKind kind : WITH_PACKET_ID) {
			if (key.startsWith(kind.prefix)) {
				return kind;
			}
		}
		return null;
	}

	byte[] prefixBytes() {
		return this.prefixBytes;
	}

	/**
	 * Return whether the client keeps a message in memory although storing it failed.
	 * What it keeps stays in the log, and is stored when the store is back. A PUBREL has
	 * to be sent once PUBREC is there; a client of Paho's own for MQTT 5 swallows the
	 * failure to store a buffered message.
	 * @param version the version of MQTT
	 * @return whether the client keeps it
	 */
	public boolean isKeptUnstored(MqttVersion version) {
		return this == PUBREL || (this == BUFFERED && version == MqttVersion.V5);
	}

	/**
	 * Return the prefix of this kind's keys.
	 * @return the prefix, such as {@code s-}
	 */
	public String prefix() {
		return this.prefix;
	}

}
