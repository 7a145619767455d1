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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A session's writes in the order in which the client made them, together with the mirror
 * that they make. Clients append and wait; one thread ships: what was appended while a
 * batch was under way goes with the next one.
 * <p>
 * Locking: {@link #lock} guards what is not final or volatile. Clients call with Paho's
 * locks held; nothing in here calls out or does I/O under the lock, so it is always the
 * innermost one and cannot deadlock with Paho's.
 *
 * @since 0.1.0
 */
public final class WriteLog {

	private final ReentrantLock lock = new ReentrantLock();

	private final Mirror mirror = new Mirror();

	private final Progress progress = new Progress();

	private final PendingWrites pending;

	private final BiFunction<RecordKey, byte[], byte[]> encoder;

	/**
	 * What the store does not take: neither in the mirror nor to be shipped, and kept for
	 * as long as its client has it. Replaced under the lock, read without it.
	 */
	private volatile Map<RecordKey, byte[]> aside = Map.of();

	private long appended;

	/** The position of the last write that somebody may wait for. */
	private volatile long lastAwaited;

	/** The position of the last write that shipping has failed for. */
	private volatile long failedTo;

	/**
	 * Create a log.
	 * @param maxWrites how many writes may wait for Redis before the log is dropped
	 * @param maxBytes how many bytes may wait for Redis before the log is dropped
	 * @param encoder makes of a record what is stored; used by those who append
	 */
	public WriteLog(int maxWrites, long maxBytes, BiFunction<RecordKey, byte[], byte[]> encoder) {
		this.pending = new PendingWrites(maxWrites, maxBytes);
		this.encoder = encoder;
	}

	/**
	 * Fill the mirror with what Redis holds.
	 * @param records the records
	 * @param stored what Redis holds of each of them
	 */
	void load(Map<String, byte[]> records, Function<String, byte[]> stored) {
		read((all) -> {
			records.forEach((name, value) -> {
				RecordKey key = RecordKey.require(name);
				all.put(key, Write.put(0, key, value, stored.apply(name)));
			});
			return all;
		});
	}

	/**
	 * Append the storing of a record.
	 * @param key the key
	 * @param value the record, which must not be changed afterwards
	 * @return the position to wait for
	 */
	public long put(RecordKey key, byte[] value) {
		return put(key, value, () -> true);
	}

	/**
	 * Append the storing of a record, if that is allowed still.
	 * @param key the key
	 * @param value the record, which must not be changed afterwards
	 * @param allowed asked with the log's lock held, so that whoever ends it there, and
	 * reads the mirror then, misses nothing
	 * @return the position to wait for, 0 if it was not allowed
	 */
	public long put(RecordKey key, byte[] value, BooleanSupplier allowed) {
		byte[] stored = this.encoder.apply(key, value);
		this.lock.lock();
		try {
			if (!allowed.getAsBoolean()) {
				return 0;
			}
			long position = ++this.appended;
			forgetAside(key);
			Write write = Write.put(position, key, value, stored);
			this.mirror.put(key, write);
			write.lengthAfter(this.mirror.size());
			this.pending.add(write);
			this.lastAwaited = position;
			return position;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Append the removal of a record, if there is such a record.
	 * @param key the key
	 * @return whether there was such a record
	 */
	public boolean remove(RecordKey key) {
		this.lock.lock();
		try {
			forgetAside(key);
			boolean removed = this.mirror.remove(key);
			if (removed) {
				this.pending.add(Write.remove(++this.appended, key, this.mirror.size()));
			}
			return removed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Append the removal of all records.
	 * @return the position to wait for
	 */
	public long clear() {
		return read((records) -> {
			records.clear();
			this.aside = Map.of();
			this.pending.add(Write.clear(++this.appended));
			this.lastAwaited = this.appended;
			return this.appended;
		});
	}

	/**
	 * Return how far this log is in Redis, to wait for it.
	 * @return the progress
	 */
	public Progress progress() {
		return this.progress;
	}

	/**
	 * Return whether shipping has failed since a write was appended.
	 * @param position the write's position
	 * @return whether it has
	 */
	public boolean hasFailed(long position) {
		return position <= this.failedTo;
	}

	/**
	 * Return which write has to be applied for a record to be stored.
	 * @param record the record
	 * @return the write's position
	 */
	public long position(RecordKey record) {
		return isAwaited() ? read((records) -> records.position(record)) : 0;
	}

	/**
	 * Return which write has to be applied for records to be stored.
	 * @param which tells by a record's value whether it counts
	 * @return the write's position
	 */
	public long position(Predicate<byte[]> which) {
		return isAwaited() ? read((records) -> records.position(which)) : 0;
	}

	/**
	 * Return the next writes to ship, at most the given number of fields and bytes; a
	 * larger record goes alone, and neighbouring writes of one packet id are not parted.
	 * Writes to one key are coalesced. The writes stay in the log until
	 * {@link #applied(Batch)}.
	 * @param maxFields the most fields
	 * @param maxBatchBytes the most bytes
	 * @return the batch, {@code null} if there is nothing to ship
	 */
	public @Nullable Batch next(int maxFields, long maxBatchBytes) {
		// The batch is made without the lock, so that nobody waits for it to be made.
		return read((any) -> this.pending.first(maxFields)).batch(maxFields, maxBatchBytes);
	}

	/**
	 * Return removals to ship ahead of the log, for a Redis that takes no more records:
	 * those of packet ids of which nothing is waiting to be stored.
	 * @param maxFields the most fields
	 * @return the batch, {@code null} if there is nothing to ship
	 */
	public @Nullable Batch nextRemoves(int maxFields) {
		return read((any) -> this.pending.removes(maxFields));
	}

	/**
	 * Note that Redis holds a batch.
	 * @param batch the batch
	 */
	public void applied(Batch batch) {
		this.progress.advance(read((any) -> {
			this.pending.remove(batch);
			return this.pending.appliedTo();
		}));
	}

	/**
	 * Set the largest record of a batch aside, which the store does not take: the rest of
	 * the log goes on without it, and it counts as stored nowhere. Its client may go on
	 * to have it; it is forgotten once that removes it or puts another one in its place.
	 * @param batch the batch, which was not applied
	 * @return the record's key, {@code null} if the batch stores nothing
	 */
	public @Nullable RecordKey setAside(Batch batch) {
		RecordKey key = batch.largest();
		if (key != null) {
			read((records) -> {
				Write write = records.write(key);
				byte[] value = (write != null) ? write.value() : null;
				this.pending.giveUp(key, batch.end());
				// One that was put since has a chance of its own.
				if (write != null && value != null && write.position() <= batch.end()) {
					records.remove(key);
					Map<RecordKey, byte[]> more = new HashMap<>(this.aside);
					more.put(key, value);
					this.aside = Map.copyOf(more);
				}
				return key;
			});
			this.progress.wake();
		}
		return key;
	}

	/**
	 * Forget a record that the store has moved elsewhere.
	 * @param key the record's key
	 */
	public void moved(RecordKey key) {
		read((records) -> {
			this.pending.giveUp(key, this.appended);
			return records.remove(key);
		});
	}

	private void forgetAside(RecordKey key) {
		if (this.aside.containsKey(key)) {
			Map<RecordKey, byte[]> rest = new HashMap<>(this.aside);
			rest.remove(key);
			this.aside = Map.copyOf(rest);
		}
	}

	/**
	 * Return a record that is set aside.
	 * @param key the key
	 * @return the record, {@code null} if it is not
	 */
	public byte @Nullable [] aside(RecordKey key) {
		return this.aside.get(key);
	}

	/**
	 * Return how many records are set aside.
	 * @return the number
	 */
	public int countAside() {
		return this.aside.size();
	}

	/** End the waits of all who wait now. What they wait for stays in the log. */
	public void failWaiters() {
		this.failedTo = end();
		this.progress.fail();
	}

	/**
	 * Replace the log by what makes Redis hold exactly the mirror, whatever part of it
	 * Redis holds now. All that concerns one packet id stands together, so that no prefix
	 * of it is a state in which the client never was.
	 * @param stored the keys that Redis holds now
	 */
	public void rewrite(Collection<String> stored) {
		this.progress.advance(read((records) -> {
			List<Write> writes = records.keysWith(stored).stream().map(this::rewrite).toList();
			this.pending.restart(writes, this.appended);
			this.lastAwaited = this.appended;
			return this.pending.appliedTo();
		}));
	}

	private Write rewrite(RecordKey key) {
		Write last = this.mirror.write(key);
		long position = ++this.appended;
		Write write = (last != null) ? last.again(position) : Write.remove(position, key, this.mirror.size());
		write.lengthAfter(this.mirror.size());
		if (last != null) {
			// Who depends on the record waits until it is written back.
			this.mirror.put(key, write);
		}
		return write;
	}

	/**
	 * Return whether the log grew past its bounds.
	 * @return whether {@link #rewrite(Collection)} is due
	 */
	public boolean isDropped() {
		return read((any) -> this.pending.isDropped());
	}

	/**
	 * Return whether there is something to ship.
	 * @return whether {@link #next(int, long)} would return a batch
	 */
	public boolean hasPending() {
		return read((any) -> !this.pending.isEmpty());
	}

	/**
	 * Return whether something is to be shipped that somebody may wait for: more than
	 * removals.
	 * @return whether there is
	 */
	public boolean isAwaited() {
		return this.lastAwaited > this.progress.applied();
	}

	/**
	 * Return the position of the last write of all.
	 * @return the position
	 */
	public long end() {
		return read((any) -> this.appended);
	}

	/**
	 * Return a record, {@code null} if there is none.
	 * @param key the key
	 * @return the record
	 */
	public byte @Nullable [] get(RecordKey key) {
		return this.<byte @Nullable []>read((records) -> records.get(key));
	}

	/**
	 * Read the mirror.
	 * @param <T> the type of the answer
	 * @param reader what to read; must not block
	 * @return the answer
	 */
	public <T extends @Nullable Object> T read(Function<Mirror, T> reader) {
		this.lock.lock();
		try {
			return reader.apply(this.mirror);
		}
		finally {
			this.lock.unlock();
		}
	}

}
