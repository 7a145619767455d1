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

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One entry of the write log.
 */
final class Write {

	private final long position;

	private final @Nullable RecordKey key;

	private final byte @Nullable [] value;

	/** What is stored instead of the value. */
	private final byte @Nullable [] stored;

	/** What is removed in the same step, because it becomes this. */
	private final @Nullable RecordKey from;

	/** What is put in the queue. */
	private final @Nullable QueuedMessage message;

	private Lengths lengthsAfter = Lengths.UNKNOWN;

	/** What is older has left the queue with this write or one before it. */
	private long queueHead;

	/** Whether this, and what follows it, is not to be shipped yet. */
	private boolean held;

	/** Whether somebody waits until this is stored, and is told if it cannot be. */
	private boolean awaited = true;

	private long since = System.nanoTime();

	private Write(long position, @Nullable RecordKey key, byte @Nullable [] value, byte @Nullable [] stored,
			@Nullable RecordKey from, @Nullable QueuedMessage message) {
		this.position = position;
		this.key = key;
		this.value = value;
		this.stored = stored;
		this.from = from;
		this.message = message;
	}

	static Write put(long position, RecordKey key, byte[] value, byte[] stored) {
		return move(position, null, key, value, stored);
	}

	static Write move(long position, @Nullable RecordKey from, RecordKey key, byte[] value, byte[] stored) {
		return new Write(position, key, value, stored, from, null);
	}

	static Write queue(long position, @Nullable RecordKey from, QueuedMessage message, byte[] stored) {
		return new Write(position, message.key(), message.record(), stored, from, message);
	}

	static Write remove(long position, RecordKey key) {
		return new Write(position, key, null, null, null, null);
	}

	/**
	 * Remove what is older from the queue.
	 * @param position the write's position
	 * @param oldest the key of the oldest message that stays
	 * @return the write
	 */
	static Write trim(long position, RecordKey oldest) {
		return new Write(position, oldest, null, null, oldest, null);
	}

	boolean isTrim() {
		return this.value == null && this.from != null;
	}

	static Write clear(long position) {
		return new Write(position, null, null, null, null, null);
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
	 * @param lastQueued the highest number of a message that the store may have
	 * @return the write
	 */
	Write again(long at, long lastQueued) {
		// With what it was, if the store may have that still: one step, as before.
		RecordKey former = (this.from != null && this.from.number() <= lastQueued) ? this.from : null;
		Write write = new Write(at, this.key, this.value, this.stored, former, this.message);
		write.held = this.held;
		write.awaited = this.awaited;
		return write;
	}

	/**
	 * Return how many bytes of the log's bounds this write takes.
	 * @return the length of what is stored
	 */
	int bytes() {
		return (this.stored != null) ? this.stored.length : 0;
	}

	Lengths lengthsAfter() {
		return this.lengthsAfter;
	}

	void lengthsAfter(Lengths lengths) {
		this.lengthsAfter = lengths;
	}

	long queueHead() {
		return this.queueHead;
	}

	void queueHead(long number) {
		this.queueHead = number;
	}

	boolean isHeld() {
		return this.held;
	}

	Write held(boolean isHeld) {
		this.held = isHeld;
		return this;
	}

	boolean isAwaited() {
		return this.awaited;
	}

	Write awaited(boolean isAwaited) {
		this.awaited = isAwaited;
		return this;
	}

	@Nullable RecordKey from() {
		return this.from;
	}

	/**
	 * Return what is put in the queue.
	 * @return the message, of a write that puts one there
	 */
	QueuedMessage message() {
		return Objects.requireNonNull(this.message);
	}

	boolean samePacket(@Nullable Write other) {
		return other != null && this.key != null && this.key.samePacket(other.key);
	}

}
