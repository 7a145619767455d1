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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SessionStatus.QueueStatus;
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

	/** Stands for a queue of which nothing stays. */
	private static final RecordKey ALL_OF_QUEUE = RecordKey.queued(-1);

	private final ReentrantLock lock = new ReentrantLock();

	/** So that messages come to the queue in the order of their numbers. */
	private final ReentrantLock queueing = new ReentrantLock();

	private final Mirror mirror;

	private final Progress progress = new Progress();

	private final PendingWrites pending;

	private final BiFunction<RecordKey, byte[], byte[]> encoder;

	/**
	 * What the store does not take: neither in the mirror nor to be shipped, and kept for
	 * as long as its client has it. Replaced under the lock, read without it.
	 */
	private volatile Map<RecordKey, byte[]> aside = Map.of();

	private final QueueClock clock = new QueueClock();

	/** How fast messages leave the queue. */
	private final Rate handedOver = new Rate();

	/** What is handed over, and not known to be taken yet. */
	private @Nullable Held held;

	private long appended;

	/** The position of the last write that somebody may wait for. */
	private volatile long lastAwaited;

	/** The position of the last write that shipping has failed for. */
	private volatile long failedTo;

	/**
	 * Create a log.
	 * @param maxWrites how many writes may wait for Redis before the log is dropped
	 * @param maxBytes how many bytes may wait for Redis before the log is dropped
	 * @param queueBytes how many bytes of the queue are in memory, about
	 * @param encoder makes of a record what is stored; used by those who append
	 */
	public WriteLog(int maxWrites, long maxBytes, long queueBytes, BiFunction<RecordKey, byte[], byte[]> encoder) {
		this.mirror = new Mirror(queueBytes);
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
		return read((records) -> {
			if (!allowed.getAsBoolean()) {
				return 0L;
			}
			forgetAside(key);
			Write write = Write.put(++this.appended, key, value, stored);
			records.put(key, write);
			return append(write);
		});
	}

	/**
	 * Append that a message of the queue becomes a record, in one step. It is shipped
	 * once {@link #handed} is called, and nothing is that follows it. One message at a
	 * time is handed over.
	 * @param message the message
	 * @param key the record's key
	 * @param value the record, which must not be changed afterwards
	 * @param allowed asked as in {@link #put(RecordKey, byte[], BooleanSupplier)}
	 * @return whether it was allowed, and the message there
	 */
	public boolean hand(QueuedMessage message, RecordKey key, byte[] value, BooleanSupplier allowed) {
		byte[] stored = this.encoder.apply(key, value);
		return read((records) -> {
			Write waiting = records.write(message.key());
			if (waiting == null || !allowed.getAsBoolean() || this.held != null || !records.remove(message.key())) {
				return false;
			}
			forgetAside(key);
			Write write = Write.move(++this.appended, message.key(), key, value, stored).held(true);
			records.put(key, write);
			this.held = new Held(key, write, waiting);
			append(write);
			records.queue().handing(message.number());
			return true;
		});
	}

	/**
	 * Return whether what was handed over is neither {@link #handed} nor
	 * {@link #takeBack() taken back} yet.
	 * @return whether there is something that must not be shipped
	 */
	public boolean isHeld() {
		return read((any) -> this.held != null);
	}

	/** Have shipped what was handed over. */
	public void handed() {
		read((records) -> {
			if (release(records) != null) {
				this.handedOver.count(System.nanoTime());
			}
			return true;
		});
	}

	/**
	 * Take back what was handed over: the record becomes the message again, at its place,
	 * whatever has become of the record since.
	 */
	public void takeBack() {
		this.progress.advance(read((records) -> {
			Held over = release(records);
			if (over != null) {
				if (records.write(over.key()) == over.write()) {
					records.remove(over.key());
				}
				records.queue().putBack(over.waiting());
				this.pending.takeBack(over.write());
			}
			return this.pending.appliedTo();
		}));
	}

	private @Nullable Held release(Mirror records) {
		Held over = this.held;
		this.held = null;
		if (over != null) {
			over.write().held(false);
			records.queue().handing(Long.MAX_VALUE);
		}
		return over;
	}

	/**
	 * Append a message to the queue, if that is allowed still.
	 * @param from the key of the record that becomes this message, {@code null} if none
	 * does
	 * @param record its PUBLISH, which must not be changed afterwards
	 * @param lifetime how long it is wanted, in milliseconds, 0 for ever
	 * @param awaited whether somebody waits until it is stored
	 * @param allowed asked as in {@link #put(RecordKey, byte[], BooleanSupplier)}
	 * @return the message and its position, {@code null} if it was not allowed, or the
	 * record is not there
	 */
	public @Nullable Appended queue(@Nullable RecordKey from, byte[] record, long lifetime, boolean awaited,
			BooleanSupplier allowed) {
		long failures = this.progress.failures();
		this.queueing.lock();
		try {
			long now = this.clock.now();
			QueuedMessage message = read((records) -> new QueuedMessage(records.queue().nextNumber(), now,
					(lifetime > 0) ? now + lifetime : 0, records.queue().total() + record.length, record));
			byte[] stored = this.encoder.apply(message.key(), record);
			return this.<@Nullable Appended>read((records) -> {
				if (!allowed.getAsBoolean() || (from != null && !records.remove(from))) {
					return null;
				}
				Write write = Write.queue(++this.appended, from, message, stored).awaited(awaited);
				records.queue().add(write);
				return new Appended(message, append(write), failures, awaited);
			});
		}
		finally {
			this.queueing.unlock();
		}
	}

	private long append(Write write) {
		add(write);
		this.lastAwaited = write.position();
		return write.position();
	}

	private void add(Write write) {
		write.lengthsAfter(this.mirror.lengths());
		write.queueHead(this.mirror.queue().oldestThatMayWait());
		this.pending.add(write);
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
				add(Write.remove(++this.appended, key));
			}
			return removed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Append the removal of all records, but for the queue, which is no part of an MQTT
	 * session that ends.
	 * @return the position to wait for
	 */
	public long clear() {
		return read((records) -> {
			records.clear();
			this.aside = Map.of();
			return append(Write.clear(++this.appended));
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
	 * Return what makes room, to ship ahead of the log for a Redis that takes no more
	 * records: removals and messages that leave the queue, of packet ids of which nothing
	 * else is waiting to be stored.
	 * @param maxFields the most fields
	 * @return the batch, {@code null} if there is nothing to ship
	 */
	public @Nullable Batch nextMakingRoom(int maxFields) {
		return read((any) -> this.pending.makingRoom(maxFields));
	}

	/**
	 * Note that Redis holds a batch.
	 * @param batch the batch
	 */
	public void applied(Batch batch) {
		this.progress.advance(read((records) -> {
			this.pending.remove(batch);
			records.queue().stored(batch.queue().added());
			return this.pending.appliedTo();
		}));
	}

	/**
	 * Take what the store has of the queue when the session is opened.
	 * @param page its oldest messages
	 * @param records the records of those that can be read, by number
	 */
	public void loadQueue(QueuePage page, Map<Long, byte[]> records) {
		read((all) -> {
			all.queue().begin(page, writes(page, records));
			this.clock.atLeast(page.taken());
			return true;
		});
	}

	/**
	 * Begin to number messages, of which the store has none when the session is opened.
	 * @param number the first number, higher than any that the session ever had
	 */
	public void beginQueue(long number) {
		read((all) -> {
			all.queue().begin(number);
			return true;
		});
	}

	/**
	 * Return the time by which messages in the queue grow old.
	 * @return the clock
	 */
	public QueueClock clock() {
		return this.clock;
	}

	/**
	 * Take messages from the store that follow those in memory.
	 * @param page the messages
	 * @param records the records of those that can be read, by number
	 */
	public void addToQueue(QueuePage page, Map<Long, byte[]> records) {
		read((all) -> {
			all.queue().add(writes(page, records), page.isWhole());
			return true;
		});
	}

	private static List<Write> writes(QueuePage page, Map<Long, byte[]> records) {
		List<Write> writes = new ArrayList<>();
		for (QueuedMessage message : page.messages()) {
			byte[] record = records.get(message.number());
			if (record != null) {
				writes.add(Write.queue(0, null, message.with(record), message.record()));
			}
		}
		return writes;
	}

	/**
	 * Return from where on messages of the queue are to be read from the store.
	 * @return the number, 0 if none are
	 */
	public long wantedOfQueue() {
		return read((records) -> records.queue().wanted());
	}

	/**
	 * Return whether all that waits in the queue is in memory, so that all of it could be
	 * written back.
	 * @return whether it is
	 */
	public boolean isWholeInMemory() {
		return read((records) -> records.queue().isWhole());
	}

	/**
	 * Return the oldest message of the queue.
	 * @return the message, {@code null} if none waits, or it is still to be read
	 */
	public @Nullable QueuedMessage firstOfQueue() {
		return this.<@Nullable QueuedMessage>read((records) -> {
			Write first = records.queue().first();
			return (first != null) ? first.message() : null;
		});
	}

	/**
	 * Return how much waits in the queue.
	 * @return the number of messages and their bytes
	 */
	public QueueSize queueSize() {
		return read((records) -> new QueueSize(records.queue().count(), records.queue().bytes()));
	}

	/**
	 * Return what there is.
	 * @return a copy
	 */
	public Contents contents() {
		return read((records) -> {
			QueueSize size = queueSize();
			QueuedMessage first = firstOfQueue();
			Duration oldest = (first != null) ? Duration.ofMillis(Math.max(0, this.clock.now() - first.taken())) : null;
			return records.contents(new QueueStatus(size.messages(), size.bytes(), oldest,
					this.handedOver.perSecond(System.nanoTime())));
		});
	}

	/**
	 * Take the number of messages that the store has told, if it is not known.
	 * @param applied how many the store has
	 * @return how many messages are missing that nobody can write back
	 */
	public long queueCounted(long applied) {
		return read((records) -> (records.queue().length() == Lengths.NOT_KNOWN && !this.pending.trims()
				&& !this.pending.isDropped()) ? records.queue().counted(applied + this.pending.queueGrowth()) : 0L);
	}

	/**
	 * Set the largest record of a batch aside, which the store does not take: the rest of
	 * the log goes on without it, and it counts as stored nowhere. Its client may go on
	 * to have it; it is forgotten once that removes it or puts another one in its place.
	 * A message of the queue that nobody waits for is forgotten at once.
	 * @param batch the batch, which was not applied
	 * @return the record, {@code null} if the batch stores nothing that still matters
	 */
	public @Nullable Refused setAside(Batch batch) {
		RecordKey key = batch.largest();
		if (key == null) {
			return null;
		}
		Refused refused = this.<@Nullable Refused>read((records) -> {
			Write write = records.write(key);
			byte[] value = (write != null) ? write.value() : null;
			this.pending.giveUp(key, batch.end());
			// One that was put since has a chance of its own.
			if (write == null || value == null || write.position() > batch.end()) {
				return null;
			}
			records.remove(key);
			if (write.isAwaited()) {
				Map<RecordKey, byte[]> more = new HashMap<>(this.aside);
				more.put(key, value);
				this.aside = Map.copyOf(more);
			}
			return new Refused(key, value, write.isAwaited());
		});
		this.progress.wake();
		return refused;
	}

	/**
	 * Forget a message of the queue that cannot be read, and that the store has moved
	 * elsewhere.
	 * @param message its key
	 */
	public void unreadable(RecordKey message) {
		read((records) -> {
			records.queue().unreadable(message.number());
			return true;
		});
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
	 * @param lastQueued the highest number that a message in the queue of Redis ever had
	 * @return how many messages of the queue are missing that nobody has
	 */
	public long rewrite(Collection<String> stored, long lastQueued) {
		long[] missing = { 0 };
		this.progress.advance(read((records) -> {
			List<Write> writes = new ArrayList<>(
					records.keysWith(stored).stream().map((key) -> rewrite(key, lastQueued)).toList());
			missing[0] = records.queue().uncounted();
			writes.addAll(rewriteQueue(records.queue(), lastQueued));
			writes.forEach((write) -> write.lengthsAfter(records.lengths()));
			this.pending.restart(writes, this.appended);
			this.lastAwaited = this.appended;
			return this.pending.appliedTo();
		}));
		return missing[0];
	}

	private Write rewrite(RecordKey key, long lastQueued) {
		Write last = this.mirror.write(key);
		long position = ++this.appended;
		Write write = (last != null) ? last.again(position, lastQueued) : Write.remove(position, key);
		if (last != null) {
			// Who depends on the record waits until it is written back.
			this.mirror.put(key, write);
			Held over = this.held;
			if (over != null && over.write() == last) {
				this.held = new Held(key, write, over.waiting());
			}
		}
		return write;
	}

	/** What Redis has beyond the window is all that there is of it. */
	private List<Write> rewriteQueue(QueueWindow queue, long lastStored) {
		List<Write> writes = new ArrayList<>();
		long last = lastStored;
		if (lastStored >= queue.nextNumber()) {
			// Of an owner before this one, by whose clock it was later.
			writes.add(Write.trim(++this.appended, ALL_OF_QUEUE));
			last = 0;
		}
		for (long number : queue.removed()) {
			if (number <= last) {
				writes.add(Write.remove(++this.appended, RecordKey.queued(number)));
			}
		}
		// Behind these, of which Redis may have some or none: what follows is counted.
		if (last > 0) {
			writes.add(Write.trim(++this.appended, RecordKey.queued(queue.head())));
		}
		for (Write lacking : queue.lacking(last)) {
			Write write = lacking.again(++this.appended, 0);
			queue.replace(write);
			writes.add(write);
		}
		return writes;
	}

	/**
	 * Return whether the log grew past its bounds.
	 * @return whether {@link #rewrite(Collection, long)} is due
	 */
	public boolean isDropped() {
		return read((any) -> this.pending.isDropped());
	}

	/**
	 * Return whether the store falls behind, so that whoever appends should wait for it.
	 * @return whether much waits for it
	 */
	public boolean isBehind() {
		return read((any) -> this.pending.isBehind());
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

	/**
	 * A message that is handed over.
	 *
	 * @param key the key of the record that it has become
	 * @param write what stores that record
	 * @param waiting what stored the message while it waited
	 */
	private record Held(RecordKey key, Write write, Write waiting) {

	}

	/** How often something happens: in the last seconds, or in those before. */
	private static final class Rate {

		private static final long SPAN = TimeUnit.SECONDS.toNanos(5);

		private long since;

		private long count;

		private double last;

		void count(long now) {
			turn(now);
			this.count++;
		}

		double perSecond(long now) {
			turn(now);
			double ofThis = perSecond(this.count, now - this.since);
			// A short time says little, unless there is nothing else to go by.
			return (now - this.since < SPAN / 5 && this.last > 0) ? this.last : ofThis;
		}

		private void turn(long now) {
			long passed = now - this.since;
			if (passed >= SPAN) {
				this.last = (passed < 2 * SPAN) ? perSecond(this.count, passed) : 0;
				this.count = 0;
				this.since = now;
			}
		}

		private static double perSecond(long count, long nanos) {
			return count * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(100));
		}

	}

	/**
	 * A message that was appended to the queue.
	 *
	 * @param message the message
	 * @param position the position to wait for
	 * @param failures the number of failures before it was appended
	 * @param awaited whether somebody waits until it is stored
	 */
	public record Appended(QueuedMessage message, long position, long failures, boolean awaited) {

	}

	/**
	 * A record that the store does not take.
	 *
	 * @param key its key
	 * @param record the record
	 * @param kept whether it is set aside, because its client still has it; if not, it is
	 * a message that nobody waits for
	 */
	public record Refused(RecordKey key, byte[] record, boolean kept) {

	}

	/**
	 * How much waits in a queue.
	 *
	 * @param messages the number of messages
	 * @param bytes their bytes
	 */
	public record QueueSize(long messages, long bytes) {

	}

}
