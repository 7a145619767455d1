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

package io.github.mqttredis.sample.launcher;

import java.util.Objects;
import java.util.Set;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;

import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Reads from Redis itself what the gateway has in flight.
 *
 * @since 0.1.0
 */
public final class InflightReader {

	private final StringRedisTemplate redis;

	private final String key;

	InflightReader(StringRedisTemplate redis, String key) {
		this.redis = redis;
		this.key = key;
	}

	/**
	 * Return the key of the hash that holds a session's records.
	 * @param prefix the configured prefix
	 * @param clientId the MQTT client identifier
	 * @param broker the first URI of the broker, or its configured name
	 * @param version the version of MQTT
	 * @return the key
	 */
	static String key(String prefix, String clientId, String broker, MqttVersion version) {
		SessionId id = SessionId.ofUri(clientId, broker, version);
		return prefix + ":{" + escape(id.clientId()) + "@" + escape(id.broker()) + "}:" + id.version().suffix();
	}

	private static String escape(String part) {
		StringBuilder escaped = new StringBuilder();
		for (char c : part.toCharArray()) {
			if ("%{}@".indexOf(c) >= 0 || Character.isISOControl(c)) {
				escaped.append('%').append("%02X".formatted((int) c));
			}
			else {
				escaped.append(c);
			}
		}
		return escaped.toString();
	}

	/**
	 * Count the records.
	 * @return the number of records
	 */
	public long count() {
		return this.redis.opsForHash().size(this.key) + queued();
	}

	/**
	 * Count the records by kind.
	 * @return the records by kind
	 */
	public InflightRecords read() {
		Set<Object> fields = this.redis.opsForHash().keys(this.key);
		return InflightRecords.of(fields.stream().map(Objects::toString).toList(), queued());
	}

	/**
	 * Count the messages that wait until they can be sent.
	 * @return the number of messages
	 */
	public long queued() {
		return Objects.requireNonNullElse(this.redis.opsForStream().size(this.key + ":queue"), 0L);
	}

}
