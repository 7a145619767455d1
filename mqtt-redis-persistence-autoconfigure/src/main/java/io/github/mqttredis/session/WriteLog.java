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
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A session's writes in the order in which the client made them, together with the mirror
 * that they make. Clients append and wait; one thread ships: what was appended while a
 * batch was under way goes with the next one.
 * <p>
 * Locking: {@link #lock} guards every field. Clients call with Paho's locks held; nothing
 * in here calls out or does I/O under the lock, so it is always the innermost one and
 * cannot deadlock with Paho's.
 *
 * @since 0.1.0
 */
public final class WriteLog {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition progress = this.lock.newCondition();

	private final Mirror mirror = new Mirror();

	private final PendingWrites pending;

	private long appended;

	private final AwaitedPuts awaited = new AwaitedPuts();

	private volatile long applied;

	private volatile long failures;

	/**
	 * Create a log.
	 * @param maxWrites how many writes may wait for Redis before the log is dropped
	 * @param maxBytes how many bytes may wait for Redis before the log is dropped
	 */
	public WriteLog(int maxWrites, long maxBytes) {
		this.pending = new PendingWrites(maxWrites, maxBytes);
	}

	/** Fill the mirror with what Redis holds. */
	void load(Map<String, byte[]> records) {
		run(() -> records.forEach((name, value) -> this.mirror.put(RecordKey.require(name), name, value)));
	}

	/**
	 * Append the storing of a record.
	 * @param name Paho's key
	 * @param value the record, which must not be changed afterwards
	 * @param beforeSend whether packets have to wait for it
	 * @return the position to wait for
	 */
	public long put(String name, byte[] value, boolean beforeSend) {
		RecordKey key = RecordKey.require(name);
		return read((records) -> {
			records.put(key, name, value);
			long position = ++this.appended;
			this.awaited.add(position, beforeSend);
			this.pending.add(Write.put(position, name, value, records.size()));
			return position;
		});
	}

	/**
	 * Note that a record was not stored and its packet will not be sent.
	 * @param position the position of the record
	 */
	public void withdraw(long position) {
		run(() -> this.awaited.withdraw(position));
	}

	/**
	 * Append the removal of a record, if there is such a record.
	 * @param name Paho's key
	 * @return whether there was such a record
	 */
	public boolean remove(String name) {
		return read((records) -> {
			boolean removed = records.remove(name);
			if (removed) {
				this.pending.add(Write.remove(++this.appended, name, records.size()));
			}
			return removed;
		});
	}

	/**
	 * Append the removal of all records.
	 * @return the position to wait for
	 */
	public long clear() {
		return read((records) -> {
			records.clear();
			this.pending.add(Write.clear(++this.appended));
			return this.appended;
		});
	}

	/**
	 * Wait until a write is applied.
	 * @param position the write's position
	 * @param seen the number of {@link #failures()} that does not end this wait: read
	 * before the write was appended, or the failure of its batch may be missed
	 * @param nanos how long to wait at most, in nanoseconds
	 * @param cancelled asked before waiting and whenever {@link #wakeWaiters()} is called
	 * @return whether it is applied; if not, shipping failed, the time is up or the wait
	 * was cancelled, and the write stays in the log
	 * @throws InterruptedException if the thread is interrupted; the write stays in the
	 * log
	 */
	public boolean await(long position, long seen, long nanos, BooleanSupplier cancelled) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long left = nanos;
			while (this.applied < position && this.failures == seen && left > 0 && !cancelled.getAsBoolean()) {
				left = this.progress.awaitNanos(left);
			}
			return this.applied >= position;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return how often shipping has failed.
	 * @return the number of calls of {@link #failWaiters()}
	 */
	public long failures() {
		return this.failures;
	}

	/**
	 * Return the position of the last record that packets have to wait for.
	 * @return the position, 0 if there was none
	 */
	public long lastPut() {
		return this.awaited.last();
	}

	/**
	 * Return whether Redis holds every record that was put.
	 * @return whether nothing has to be waited for
	 */
	public boolean putsApplied() {
		// A record put between the two reads belongs to a packet that is sent later.
		return this.applied >= this.awaited.last();
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
		return read((any) -> this.pending.batch(maxFields, maxBatchBytes));
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
		run(() -> {
			this.pending.remove(batch);
			advance();
		});
	}

	private void advance() {
		long position = this.pending.appliedTo();
		if (position > this.applied) {
			this.applied = position;
			this.awaited.applied(position);
			this.progress.signalAll();
		}
	}

	/** End the waits of all who wait now. What they wait for stays in the log. */
	public void failWaiters() {
		run(() -> {
			this.failures++;
			this.progress.signalAll();
		});
	}

	/** Let those who wait look whether they are cancelled. */
	public void wakeWaiters() {
		run(this.progress::signalAll);
	}

	/**
	 * Replace the log by what makes Redis hold exactly the mirror, whatever part of it
	 * Redis holds now. All that concerns one packet id stands together, so that no prefix
	 * of it is a state in which the client never was.
	 * @param stored the keys that Redis holds now
	 */
	public void rewrite(Collection<String> stored) {
		run(() -> {
			List<Write> writes = this.mirror.keysWith(stored).stream().map((key) -> rewrite(key.toString())).toList();
			this.pending.restart(writes, this.appended);
			advance();
		});
	}

	private Write rewrite(String name) {
		byte[] value = this.mirror.get(name);
		long position = ++this.appended;
		return (value != null) ? Write.put(position, name, value, this.mirror.size())
				: Write.remove(position, name, this.mirror.size());
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
	 * Return the position of the last write of all.
	 * @return the position to wait for until everything is shipped
	 */
	public long end() {
		return read((any) -> this.appended);
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

	private void run(Runnable action) {
		read((any) -> {
			action.run();
			return any;
		});
	}

}
