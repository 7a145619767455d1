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
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SessionStatus.QueueStatus;
import org.jspecify.annotations.Nullable;

/**
 * The records of a session in memory. The owner of a session is its only writer, so what
 * stands here is what Redis holds, or will hold once the write log is shipped.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link WriteLog}.
 *
 * @since 0.1.0
 */
public final class Mirror {

	/** In the order in which the keys came, so that the first one is the oldest. */
	private final Map<RecordKey, Write> records = new LinkedHashMap<>();

	private final int[] counts = new int[RecordKind.values().length];

	private long bytes;

	private final QueueWindow queue;

	Mirror(long queueBytes) {
		this.queue = new QueueWindow(queueBytes);
	}

	/**
	 * Return what is in memory of the queue.
	 * @return the window
	 */
	QueueWindow queue() {
		return this.queue;
	}

	/**
	 * Return what the store has once all that was appended is applied.
	 * @return the numbers, as far as they are known
	 */
	public Lengths lengths() {
		return new Lengths(this.records.size(), this.queue.length());
	}

	/**
	 * Take a record.
	 * @param key the key of the record
	 * @param write what stores it
	 */
	void put(RecordKey key, Write write) {
		Write previous = this.records.put(key, write);
		if (previous != null) {
			write.replace(previous);
			forget(key, previous);
		}
		this.counts[key.kind().ordinal()]++;
		this.bytes += write.bytes();
	}

	/**
	 * Remove a record.
	 * @param key the key
	 * @return whether there was one
	 */
	boolean remove(RecordKey key) {
		if (key.kind() == RecordKind.QUEUED) {
			return this.queue.remove(key.number());
		}
		Write previous = this.records.remove(key);
		if (previous != null) {
			forget(key, previous);
		}
		return previous != null;
	}

	private void forget(RecordKey key, Write write) {
		this.counts[key.kind().ordinal()]--;
		this.bytes -= write.bytes();
	}

	void clear() {
		this.records.clear();
		this.bytes = 0;
		Arrays.fill(this.counts, 0);
	}

	/**
	 * Return a record.
	 * @param key the key
	 * @return the record, {@code null} if there is none
	 */
	public byte @Nullable [] get(RecordKey key) {
		Write write = write(key);
		return (write != null) ? write.value() : null;
	}

	/**
	 * Return what stored a record last.
	 * @param key the key
	 * @return the write, {@code null} if there is no such record
	 */
	@Nullable Write write(RecordKey key) {
		return (key.kind() == RecordKind.QUEUED) ? this.queue.get(key.number()) : this.records.get(key);
	}

	/**
	 * Return whether there is such a record.
	 * @param key the key
	 * @return whether there is
	 */
	public boolean contains(RecordKey key) {
		return (key.kind() == RecordKind.QUEUED) ? this.queue.contains(key.number()) : this.records.containsKey(key);
	}

	/**
	 * Return from where on in the log a record is stored.
	 * @param key the key
	 * @return the position, 0 if there is no such record
	 */
	long position(RecordKey key) {
		Write write = write(key);
		return (write != null) ? write.position() : 0;
	}

	/**
	 * Return up to where records are stored.
	 * @param which tells by a record's value whether it counts
	 * @return the position of the last one, 0 if there is none
	 */
	long position(Predicate<byte[]> which) {
		long last = 0;
		for (Write write : this.records.values()) {
			byte[] value = write.value();
			if (value != null && write.position() > last && which.test(value)) {
				last = write.position();
			}
		}
		return last;
	}

	/**
	 * Return the number of records, but for the queue.
	 * @return the number
	 */
	public int size() {
		return this.records.size();
	}

	/**
	 * Return the bytes of all records.
	 * @return the sum of the lengths of the values
	 */
	public long bytes() {
		return this.bytes + this.queue.bytes();
	}

	/**
	 * Return what there is.
	 * @param queued what waits in the queue
	 * @return a copy
	 */
	Contents contents(QueueStatus queued) {
		Iterator<Write> writes = this.records.values().iterator();
		Duration record = writes.hasNext() ? Duration.ofNanos(System.nanoTime() - writes.next().since()) : null;
		Duration waiting = queued.oldest();
		boolean waitsLonger = waiting != null && (record == null || waiting.compareTo(record) > 0);
		return new Contents(counts(), bytes(), waitsLonger ? waiting : record, queued);
	}

	/**
	 * Return the number of records by kind.
	 * @return a copy
	 */
	public Map<RecordKind, Integer> counts() {
		Map<RecordKind, Integer> result = new EnumMap<>(RecordKind.class);
		for (RecordKind kind : RecordKind.values()) {
			result.put(kind, this.counts[kind.ordinal()]);
		}
		result.put(RecordKind.QUEUED, (int) Math.min(Integer.MAX_VALUE, this.queue.count()));
		return result;
	}

	/**
	 * Return the keys of all records that have a packet id, those of one packet id next
	 * to each other.
	 * @return a copy, sorted
	 */
	public List<String> keys() {
		return this.records.keySet().stream().sorted().map(RecordKey::toString).toList();
	}

	/**
	 * Return the keys of all records and others, those of one packet id next to each
	 * other.
	 * @param others keys of records that have a packet id
	 * @return a copy, sorted
	 */
	Set<RecordKey> keysWith(Collection<String> others) {
		Set<RecordKey> result = new TreeSet<>(this.records.keySet());
		others.forEach((name) -> result.add(RecordKey.require(name)));
		return result;
	}

}
