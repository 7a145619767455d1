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

	private final @Nullable RecordKey key;

	private final byte @Nullable [] value;

	/** What is stored in place of the value. */
	private final byte @Nullable [] stored;

	private int lengthAfter;

	private long since = System.nanoTime();

	private Write(long position, @Nullable RecordKey key, byte @Nullable [] value, byte @Nullable [] stored,
			int lengthAfter) {
		this.position = position;
		this.key = key;
		this.value = value;
		this.stored = stored;
		this.lengthAfter = lengthAfter;
	}

	static Write put(long position, RecordKey key, byte[] value, byte[] stored) {
		return new Write(position, key, value, stored, Batch.UNKNOWN_LENGTH);
	}

	static Write remove(long position, RecordKey key, int lengthAfter) {
		return new Write(position, key, null, null, lengthAfter);
	}

	static Write clear(long position) {
		return new Write(position, null, null, null, 0);
	}

	long position() {
		return this.position;
	}

	/**
	 * Return since when the record is there.
	 * @return a value of {@link System#nanoTime()}
	 */
	long since() {
		return this.since;
	}

	/**
	 * Take the place of an earlier write of the same record.
	 * @param previous the earlier write
	 */
	void replace(Write previous) {
		this.since = previous.since;
	}

	/**
	 * Return the key that is put or removed.
	 * @return the key, {@code null} if all records are removed
	 */
	@Nullable RecordKey key() {
		return this.key;
	}

	byte @Nullable [] value() {
		return this.value;
	}

	byte @Nullable [] stored() {
		return this.stored;
	}

	/**
	 * Make a write that stores the same record again.
	 * @param at its position
	 * @return the write
	 */
	Write again(long at) {
		return new Write(at, this.key, this.value, this.stored, Batch.UNKNOWN_LENGTH);
	}

	/**
	 * Return how many bytes of the log's bounds this write takes.
	 * @return the length of what is stored
	 */
	int bytes() {
		return (this.stored != null) ? this.stored.length : 0;
	}

	int lengthAfter() {
		return this.lengthAfter;
	}

	void lengthAfter(int records) {
		this.lengthAfter = records;
	}

	boolean samePacket(@Nullable Write other) {
		return other != null && this.key != null && this.key.samePacket(other.key);
	}

}
