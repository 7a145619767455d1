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

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A record as it is stored.
 *
 * @param key its key; any text if it is none that a record has
 * @param size its size in bytes
 * @param packet what it holds, {@code null} if that cannot be read
 * @param encrypted whether it cannot be read because it is encrypted: with a key that
 * this process does not have, or too large to be decrypted for a look at it
 * @param waitingSince since when it waits in the queue, {@code null} if it does not
 * @since 0.1.0
 */
public record InspectedRecord(String key, long size, @Nullable Packet packet, boolean encrypted,
		@Nullable Instant waitingSince) {

	/**
	 * Take a record apart.
	 * @param version the version of MQTT of its session
	 * @param key its key
	 * @param beginning its bytes, or the first of them
	 * @param size its size in bytes
	 * @return the record
	 */
	public static InspectedRecord of(MqttVersion version, String key, byte[] beginning, long size) {
		RecordKey parsed = SetAside.keyOf(key);
		Packet packet = (parsed != null) ? PacketReader.read(version, parsed, beginning, size) : null;
		return new InspectedRecord(key, size, packet, false, null);
	}

	/**
	 * Return this record as one that waits in the queue.
	 * @param taken when it was put there, by the queue's clock
	 * @param ahead how far the machine's clock is ahead of that one
	 * @return the record
	 */
	public InspectedRecord waiting(long taken, long ahead) {
		return new InspectedRecord(this.key, this.size, this.packet, this.encrypted,
				Instant.ofEpochMilli(taken + ahead));
	}

	/**
	 * Return why the record is in quarantine.
	 * @return why, {@code null} if it is not there, or could not be read
	 */
	public @Nullable SetAside setAside() {
		return SetAside.parse(this.key);
	}

	/**
	 * Return a record that cannot be read.
	 * @param key its key
	 * @param size its size in bytes
	 * @param encrypted whether that is because it is encrypted
	 * @return the record
	 */
	public static InspectedRecord closed(String key, long size, boolean encrypted) {
		return new InspectedRecord(key, size, null, encrypted, null);
	}

	/**
	 * What a record holds.
	 *
	 * @param key its key, taken apart
	 * @param publish the message, {@code null} if it is a PUBREL
	 */
	public record Packet(RecordKey key, @Nullable Publish publish) {

	}

	/**
	 * A stored PUBLISH.
	 *
	 * @param qos its quality of service
	 * @param duplicate whether it is marked as sent before
	 * @param retained whether the broker keeps it for later subscribers
	 * @param topic its topic; empty if an alias stands for it
	 * @param properties its properties by name; empty in MQTT 3
	 * @param payloadSize the size of its payload in bytes
	 * @param payload its payload, or the beginning of it
	 */
	public record Publish(int qos, boolean duplicate, boolean retained, String topic, Map<String, Object> properties,
			long payloadSize, byte[] payload) {

	}

}
