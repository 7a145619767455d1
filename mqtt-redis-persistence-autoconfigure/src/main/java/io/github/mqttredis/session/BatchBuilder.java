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

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import io.github.mqttredis.session.Batch.QueueChange;
import org.jspecify.annotations.Nullable;

/**
 * Makes a batch of the first writes of a log, within bounds.
 */
final class BatchBuilder {

	private final int maxFields;

	private final long maxBytes;

	// In no order: Redis applies all of a batch at once, and these take less memory.

	private final Map<RecordKey, byte[]> puts = new HashMap<>();

	private final Set<RecordKey> removes = new HashSet<>();

	private final NavigableMap<Long, QueuedMessage> queued = new TreeMap<>();

	private final Set<Long> dequeued = new HashSet<>();

	private long queueFrom;

	private long queueHead;

	private long movedBytes;

	private long bytes;

	private boolean clear;

	private @Nullable Write last;

	BatchBuilder(int maxFields, long maxBytes) {
		this.maxFields = maxFields;
		this.maxBytes = maxBytes;
	}

	/**
	 * Add a write if there is room. A later write of a key takes the place of an earlier
	 * one.
	 * @param write the next write of the log
	 * @return {@code false} if the batch is full
	 */
	boolean add(Write write) {
		if (isFullFor(write)) {
			return false;
		}
		this.last = write;
		this.queueHead = Math.max(this.queueHead, write.queueHead());
		RecordKey key = write.key();
		byte[] value = write.stored();
		RecordKey from = write.from();
		if (key == null) {
			this.clear = true;
			this.puts.clear();
			this.removes.clear();
			this.bytes = this.queued.values().stream().mapToLong((message) -> message.record().length).sum();
		}
		else if (write.isTrim()) {
			this.queueFrom = key.number();
		}
		else {
			if (from != null) {
				remove(from);
			}
			if (from != null || key.kind() == RecordKind.PUBREL) {
				this.movedBytes += write.bytes();
			}
			if (value == null) {
				remove(key);
			}
			else if (key.kind() == RecordKind.QUEUED) {
				this.queued.put(key.number(), write.message().with(value));
				this.bytes += value.length;
			}
			else {
				this.removes.remove(key);
				byte[] replaced = this.puts.put(key, value);
				this.bytes += value.length - ((replaced != null) ? replaced.length : 0);
			}
		}
		return true;
	}

	private void remove(RecordKey key) {
		byte[] replaced;
		if (key.kind() == RecordKind.QUEUED) {
			QueuedMessage message = this.queued.remove(key.number());
			replaced = (message != null) ? message.record() : null;
			if (message == null) {
				this.dequeued.add(key.number());
			}
		}
		else {
			this.removes.add(key);
			replaced = this.puts.remove(key);
		}
		this.bytes -= (replaced != null) ? replaced.length : 0;
	}

	private boolean isFullFor(Write write) {
		int fields = this.puts.size() + this.removes.size() + this.queued.size() + this.dequeued.size();
		if (fields == 0 || write.key() == null || write.samePacket(this.last)) {
			return false;
		}
		return fields >= this.maxFields || this.bytes + write.bytes() > this.maxBytes;
	}

	/**
	 * Return what was added.
	 * @param lengthKnownFrom from which position on writes know the number of records
	 * after them
	 * @return the batch, {@code null} if nothing was added
	 */
	@Nullable Batch build(long lengthKnownFrom) {
		if (this.last == null) {
			return null;
		}
		boolean lengthKnown = this.last.position() >= lengthKnownFrom;
		// Nearly always what leaves the queue are its oldest messages: one command for
		// all of them.
		long from = (this.queueFrom < 0 || this.dequeued.isEmpty()) ? this.queueFrom
				: Math.max(this.queueFrom, this.queueHead);
		return new Batch(this.clear, this.puts, this.clear ? Set.of() : this.removes,
				new QueueChange(from, List.copyOf(this.queued.values()), this.dequeued, this.movedBytes),
				this.last.position(), lengthKnown ? this.last.lengthsAfter() : Lengths.UNKNOWN, null);
	}

	/**
	 * Take out of the middle of a log what makes room: removals, messages that leave the
	 * queue, and PUBREL, of packet ids of which nothing else waits to be stored, because
	 * what is stored of a packet id must stay consistent.
	 * @param pending the log
	 * @param maxFields the most fields
	 * @return the batch, {@code null} if there are no such writes
	 */
	static @Nullable Batch makingRoom(Collection<Write> pending, int maxFields) {
		BatchBuilder all = new BatchBuilder(Integer.MAX_VALUE, Long.MAX_VALUE);
		Map<RecordKey, Integer> writes = new HashMap<>();
		Set<RecordKey> left = new HashSet<>();
		for (Write write : pending) {
			if (write.key() == null || write.isTrim() || write.isHeld()) {
				return null;
			}
			all.add(write);
			writes.merge(write.key().message(), 1, Integer::sum);
			if (write.from() != null) {
				left.add(write.from());
			}
		}
		Set<RecordKey> waiting = new HashSet<>();
		all.puts.keySet().forEach((key) -> waiting.add(key.message()));
		all.queued.keySet().forEach((number) -> waiting.add(RecordKey.queued(number)));
		BatchBuilder builder = new BatchBuilder(Integer.MAX_VALUE, Long.MAX_VALUE);
		Set<RecordKey> chosen = new HashSet<>();
		Set<Write> taken = Collections.newSetFromMap(new IdentityHashMap<>());
		for (Write write : pending) {
			RecordKey message = Objects.requireNonNull(write.key()).message();
			RecordKey from = write.from();
			boolean leaves = from != null && from.kind() == RecordKind.QUEUED && all.dequeued.contains(from.number());
			boolean moves = (leaves || isPubrel(write)) && Integer.valueOf(1).equals(writes.get(message));
			// What comes into the queue and leaves it stays in its place.
			boolean gone = !waiting.contains(message) && !left.contains(message);
			if (chosen.contains(message) || (chosen.size() < maxFields && (moves || gone))) {
				chosen.add(message);
				builder.add(write);
				taken.add(write);
			}
		}
		builder.queueHead = 0;
		Batch batch = builder.build(Long.MAX_VALUE);
		return (batch != null)
				? new Batch(false, batch.puts(), batch.removes(), batch.queue(), 0, Lengths.UNKNOWN, taken) : null;
	}

	private static boolean isPubrel(Write write) {
		RecordKey key = write.key();
		return key != null && key.kind() == RecordKind.PUBREL && write.value() != null;
	}

}
