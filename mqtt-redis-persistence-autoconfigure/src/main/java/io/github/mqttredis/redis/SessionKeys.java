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

package io.github.mqttredis.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

import io.github.mqttredis.session.SessionId;

/**
 * The names of a session's keys in Redis. All of one session lie in one slot of a Redis
 * Cluster: what stands in braces is their hash tag.
 */
final class SessionKeys {

	private final String hash;

	private final byte[] hashKey;

	private final byte[] otherVersionKey;

	private final byte[] otherQueueKey;

	private final byte[] leaseKey;

	private final byte[] markKey;

	private final byte[] quarantineKey;

	private final byte[] queueKey;

	SessionKeys(String prefix, SessionId id) {
		String client = prefix + ":{" + escape(id.clientId()) + "@" + escape(id.broker()) + "}:";
		this.hash = client + id.version().suffix();
		this.hashKey = bytes(this.hash);
		this.otherVersionKey = bytes(client + id.version().other().suffix());
		this.otherQueueKey = queue(client + id.version().other().suffix());
		this.leaseKey = lease(this.hash);
		this.markKey = mark(this.hash);
		this.quarantineKey = quarantine(this.hash);
		this.queueKey = queue(this.hash);
	}

	/**
	 * Return the key of the sorted set of all sessions.
	 * @param prefix what all keys start with
	 * @return the key
	 */
	static byte[] sessions(String prefix) {
		return bytes(prefix + ":sessions");
	}

	/**
	 * Return the key of a session's lease.
	 * @param hash the name of the session's hash
	 * @return the key
	 */
	static byte[] lease(String hash) {
		return bytes(hash + ":lease");
	}

	/**
	 * Return the key of a session's mark.
	 * @param hash the name of the session's hash
	 * @return the key
	 */
	static byte[] mark(String hash) {
		return bytes(hash + ":mark");
	}

	/**
	 * Return the key of the hash of what cannot be read of a session.
	 * @param hash the name of the session's hash
	 * @return the key
	 */
	static byte[] quarantine(String hash) {
		return bytes(hash + ":quarantine");
	}

	/**
	 * Return the key of the stream of what waits in a session's queue.
	 * @param hash the name of the session's hash
	 * @return the key
	 */
	static byte[] queue(String hash) {
		return bytes(hash + ":queue");
	}

	/**
	 * Return a text in which nothing can end the part of a key that it stands in. No two
	 * texts have the same escape.
	 * @param text any text, also one that is no valid UTF-16
	 * @return the text with {@code % { } @}, control characters and lone surrogates
	 * replaced
	 */
	static String escape(String text) {
		StringBuilder result = new StringBuilder(text.length() + 8);
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
				result.append(c).append(text.charAt(++i));
			}
			else if (Character.isSurrogate(c)) {
				result.append("%u").append(String.format("%04X", (int) c));
			}
			else if (c == '%' || c == '{' || c == '}' || c == '@' || Character.isISOControl(c)) {
				result.append('%').append(String.format("%02X", (int) c));
			}
			else {
				result.append(c);
			}
		}
		return result.toString();
	}

	/**
	 * Write the names of some fields.
	 * @param fields the names, which may be any bytes
	 * @return the first ten of them, for messages
	 */
	static String escape(List<String> fields) {
		return fields.stream().limit(10).map(SessionKeys::escape).collect(Collectors.joining(", "))
				+ ((fields.size() > 10) ? ", ..." : "");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	byte[] hash() {
		return this.hashKey;
	}

	/**
	 * Return the key of the hash of the session that the same client has with the other
	 * version of MQTT.
	 * @return the key
	 */
	byte[] otherVersion() {
		return this.otherVersionKey;
	}

	byte[] otherQueue() {
		return this.otherQueueKey;
	}

	byte[] lease() {
		return this.leaseKey;
	}

	byte[] mark() {
		return this.markKey;
	}

	byte[] quarantine() {
		return this.quarantineKey;
	}

	byte[] queue() {
		return this.queueKey;
	}

	@Override
	public String toString() {
		return this.hash;
	}

}
