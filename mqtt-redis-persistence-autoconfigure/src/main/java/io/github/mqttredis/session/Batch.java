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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Writes that go to Redis in one step: all of them or none.
 *
 * @since 0.1.0
 */
public final class Batch {

	/** No packet has this id. */
	private static final RecordKey PROBE = new RecordKey(RecordKind.SENT, 0);

	private final boolean clear;

	private final Map<RecordKey, byte[]> puts;

	private final Collection<RecordKey> removes;

	private final QueueChange queue;

	private final long end;

	private final Lengths lengthsAfter;

	private final @Nullable Set<Write> outOfOrder;

	private final long putBytes;

	Batch(boolean clear, Map<RecordKey, byte[]> puts, Collection<RecordKey> removes, QueueChange queue, long end,
			Lengths lengthsAfter, @Nullable Set<Write> outOfOrder) {
		this.clear = clear;
		this.puts = puts;
		this.removes = removes;
		this.queue = queue;
		this.end = end;
		this.lengthsAfter = lengthsAfter;
		this.outOfOrder = outOfOrder;
		long sum = 0;
		for (byte[] record : puts.values()) {
			sum += record.length;
		}
		this.putBytes = sum;
	}

	/**
	 * Return a batch that changes nothing, and that Redis refuses as long as it would
	 * refuse to store or remove a record: it puts and removes one of its own.
	 * @param lengths what the session has
	 * @return the batch
	 */
	public static Batch probe(Lengths lengths) {
		return new Batch(false, Map.of(PROBE, new byte[0]), List.of(PROBE), QueueChange.NONE, 0, lengths, null);
	}

	/**
	 * Return a batch of records that are no writes of a log.
	 * @param records the records by key
	 * @return the batch
	 */
	public static Batch of(Map<RecordKey, byte[]> records) {
		return new Batch(false, records, List.of(), QueueChange.NONE, 0, Lengths.UNKNOWN, null);
	}

	/**
	 * Return whether Redis stores records if it applies this batch. One at its memory
	 * limit applies any batch that begins with a removal.
	 * @return whether storing comes first
	 */
	public boolean provesRoom() {
		return !this.clear && !removesFirst() && !(this.puts.isEmpty() && this.queue.added().isEmpty());
	}

	/**
	 * Return whether all records are removed before anything is put.
	 * @return whether this batch clears the session
	 */
	public boolean clears() {
		return this.clear;
	}

	/**
	 * Return what is stored.
	 * @return the records by key
	 */
	public Map<RecordKey, byte[]> puts() {
		return this.puts;
	}

	/**
	 * Return how much is stored.
	 * @return the sum of the lengths of the values
	 */
	public long bytes() {
		return this.putBytes + this.queue.added().stream().mapToLong((message) -> message.record().length).sum();
	}

	/**
	 * Return whether this begins with removals, so that a full Redis lets it through:
	 * nothing is stored but what leaves the queue, and PUBREL, which takes next to no
	 * room and lets the broker end a message.
	 * @return whether it does
	 */
	public boolean removesFirst() {
		return this.queue.movedBytes() > 0 && this.queue.added().isEmpty() && this.putBytes <= this.queue.movedBytes();
	}

	/**
	 * Return what becomes of the queue.
	 * @return messages that are put in, and that are removed
	 */
	public QueueChange queue() {
		return this.queue;
	}

	/**
	 * Return whether all of this batch concerns one packet id, so that it cannot be
	 * parted.
	 * @return whether it does
	 */
	public boolean isOnePacket() {
		return Stream
			.of(this.puts.keySet().stream(), this.removes.stream(), this.queue.added().stream().map(QueuedMessage::key))
			.flatMap((keys) -> keys)
			.map(RecordKey::message)
			.distinct()
			.count() <= 1;
	}

	/**
	 * Return the largest record that is stored.
	 * @return its key, {@code null} if nothing is stored
	 */
	public @Nullable RecordKey largest() {
		Map<RecordKey, byte[]> all = new HashMap<>(this.puts);
		this.queue.added().forEach((message) -> all.put(message.key(), message.record()));
		return all.entrySet()
			.stream()
			.max(Comparator.comparingInt((put) -> put.getValue().length))
			.map(Map.Entry::getKey)
			.orElse(null);
	}

	/**
	 * Return how many records and messages are put or removed.
	 * @return the number
	 */
	public int size() {
		return this.puts.size() + this.removes.size() + this.queue.added().size() + this.queue.removed().size();
	}

	/**
	 * Return what is removed.
	 * @return the keys
	 */
	public Collection<RecordKey> removes() {
		return this.removes;
	}

	/**
	 * Return how much the session has once this batch is applied.
	 * @return the numbers, as far as they are known
	 */
	public Lengths lengthsAfter() {
		return this.lengthsAfter;
	}

	/**
	 * Return the position of the last write of this batch.
	 * @return the position
	 */
	public long end() {
		return this.end;
	}

	/**
	 * Return the writes of this batch if they are not the first ones of the log.
	 * @return the writes, {@code null} if they are the first ones
	 */
	@Nullable Set<Write> outOfOrder() {
		return this.outOfOrder;
	}

	/**
	 * What becomes of a session's queue.
	 *
	 * @param from what is older is removed, 0 for nothing
	 * @param added what is put in, the oldest first
	 * @param removed the numbers of what is removed, also of what is older than
	 * {@code from}
	 * @param movedBytes the bytes of what is stored instead of what is removed, or of
	 * what leads to a removal
	 */
	public record QueueChange(long from, Collection<QueuedMessage> added, Collection<Long> removed, long movedBytes) {

		static final QueueChange NONE = new QueueChange(0, List.of(), List.of(), 0);

	}

}
