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

import org.jspecify.annotations.Nullable;

/**
 * One entry of the write log.
 */
final class Write {

	private final long position;

	private final @Nullable String key;

	private final byte @Nullable [] value;

	private final int lengthAfter;

	private Write(long position, @Nullable String key, byte @Nullable [] value, int lengthAfter) {
		this.position = position;
		this.key = key;
		this.value = value;
		this.lengthAfter = lengthAfter;
	}

	static Write put(long position, String key, byte[] value, int lengthAfter) {
		return new Write(position, key, value, lengthAfter);
	}

	static Write remove(long position, String key, int lengthAfter) {
		return new Write(position, key, null, lengthAfter);
	}

	static Write clear(long position) {
		return new Write(position, null, null, 0);
	}

	long position() {
		return this.position;
	}

	/**
	 * Return the key that is put or removed.
	 * @return Paho's key, {@code null} if all records are removed
	 */
	@Nullable String key() {
		return this.key;
	}

	byte @Nullable [] value() {
		return this.value;
	}

	/**
	 * Return how many bytes of the log's bounds this write takes.
	 * @return the length of the value
	 */
	int bytes() {
		return (this.value != null) ? this.value.length : 0;
	}

	int lengthAfter() {
		return this.lengthAfter;
	}

	boolean samePacket(@Nullable Write other) {
		if (other == null || this.key == null || other.key == null) {
			return false;
		}
		RecordKey parsed = RecordKey.parse(this.key);
		return parsed != null && parsed.samePacket(RecordKey.parse(other.key));
	}

}
