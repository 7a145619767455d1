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

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What is in memory of a session's queue: its oldest messages, and those that the store
 * does not have yet. The others are read from the store as the oldest ones are handed
 * over.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link WriteLog}.
 */
final class QueueWindow {

	private final long mostBytes;

	/** The oldest messages: all that wait below {@link #end}. */
	private final NavigableMap<Long, Write> oldest = new TreeMap<>();

	/** What waits from {@link #end} on and is not in the store yet. */
	private final NavigableMap<Long, Write> unstored = new TreeMap<>();

	/** What was removed, and is younger than something that still waits. */
	private final NavigableSet<Long> removed = new TreeSet<>();

	private long end = 1;

	/** The number of the message that is handed over, and may be put back. */
	private long handing = Long.MAX_VALUE;

	/** The number of the youngest message that ever was. */
	private long last;

	private long count;

	/** Whether the store has told how many messages there are. */
	private boolean counted = true;

	private long bytes;

	/** The bytes of all messages that ever were, and of those that have gone. */
	private long total;

	private long gone;

	QueueWindow(long mostBytes) {
		this.mostBytes = mostBytes;
	}

	/**
	 * Begin to number messages, of which the store has none when the session is opened.
	 * @param number the first number
	 */
	void begin(long number) {
		this.last = number - 1;
		this.end = number;
	}

	/**
	 * Take what the store has when the session is opened.
	 * @param page the oldest messages
	 * @param writes what stores them
	 */
	void begin(QueuePage page, List<Write> writes) {
		this.last = page.last();
		this.count = page.length();
		this.total = page.total();
		this.end = 0;
		this.gone = writes.isEmpty() ? this.total : before(writes.get(0));
		add(writes, page.isWhole());
	}

	long nextNumber() {
		return this.last + 1;
	}

	long total() {
		return this.total;
	}

	void add(Write write) {
		QueuedMessage message = write.message();
		boolean whole = isWhole();
		this.last = message.number();
		this.total = message.total();
		this.count++;
		if (whole && this.bytes < this.mostBytes) {
			hold(write);
		}
		else {
			this.unstored.put(message.number(), write);
		}
	}

	private void hold(Write write) {
		this.oldest.put(write.message().number(), write);
		this.bytes += write.bytes();
		this.end = write.message().number() + 1;
	}

	/**
	 * Return whether all that waits is in memory.
	 * @return whether it is
	 */
	boolean isWhole() {
		return this.end > this.last;
	}

	/**
	 * Put a message anew that is in memory.
	 * @param write what stores it
	 */
	void replace(Write write) {
		long number = write.message().number();
		(this.oldest.containsKey(number) ? this.oldest : this.unstored).put(number, write);
	}

	/**
	 * Remove a message.
	 * @param number its number
	 * @return whether it was there
	 */
	boolean remove(long number) {
		// Not those that this one keeps in place: it may be put back.
		this.removed.headSet(oldestThatMayWait()).clear();
		Write held = this.oldest.remove(number);
		if (held != null) {
			this.bytes -= held.bytes();
		}
		else if (number < this.end || number > this.last || this.removed.contains(number)) {
			return false;
		}
		this.unstored.remove(number);
		this.removed.add(number);
		this.count--;
		Write first = first();
		if (this.count == 0) {
			this.gone = this.total;
			this.end = this.last + 1;
		}
		else if (first != null) {
			this.gone = before(first);
		}
		else if (held != null) {
			this.gone = held.message().total();
		}
		return true;
	}

	/**
	 * Note that a message is handed over, or that none is.
	 * @param number its number, {@link Long#MAX_VALUE} for none
	 */
	void handing(long number) {
		this.handing = number;
	}

	/**
	 * Forget a message that was read and is not here, because it cannot be decoded.
	 * @param number its number
	 */
	void unreadable(long number) {
		if (!remove(number) && number < this.end && this.removed.add(number)) {
			this.count--;
		}
	}

	/**
	 * Put the oldest message back that was just removed.
	 * @param write what stores it
	 */
	void putBack(Write write) {
		this.removed.remove(write.message().number());
		this.oldest.put(write.message().number(), write);
		this.bytes += write.bytes();
		this.count++;
		this.gone = before(write);
	}

	private static long before(Write write) {
		return write.message().total() - write.message().record().length;
	}

	/**
	 * Note that the store has messages.
	 * @param messages the messages
	 */
	void stored(Collection<QueuedMessage> messages) {
		if (!this.unstored.isEmpty()) {
			messages.forEach((message) -> this.unstored.remove(message.number()));
		}
	}

	/**
	 * Take messages that follow those in memory.
	 * @param writes what stores them
	 * @param all whether the store has no more
	 */
	void add(List<Write> writes, boolean all) {
		for (Write write : writes) {
			long number = write.message().number();
			if (number >= this.end && !this.removed.contains(number)) {
				Write mine = this.unstored.remove(number);
				hold((mine != null) ? mine : write);
			}
		}
		while (all && !this.unstored.isEmpty() && this.bytes < this.mostBytes) {
			hold(this.unstored.pollFirstEntry().getValue());
		}
		if (all && this.unstored.isEmpty()) {
			this.end = this.last + 1;
		}
	}

	QueuedMessage at(int index) {
		return this.oldest.values()
			.stream()
			.skip(index)
			.findFirst()
			.orElseThrow(() -> new IndexOutOfBoundsException(index))
			.message();
	}

	@Nullable Write first() {
		Map.Entry<Long, Write> first = this.oldest.firstEntry();
		return (first != null) ? first.getValue() : null;
	}

	/**
	 * Return a message that is in memory.
	 * @param number its number
	 * @return what stores it, {@code null} if it is not
	 */
	@Nullable Write get(long number) {
		Write held = this.oldest.get(number);
		return (held != null) ? held : this.unstored.get(number);
	}

	boolean contains(long number) {
		return this.oldest.containsKey(number)
				|| (number >= this.end && number <= this.last && !this.removed.contains(number));
	}

	/**
	 * Return from where on messages are to be read from the store.
	 * @return the number, 0 if there is room for none, or nothing to read
	 */
	long wanted() {
		return (!isWhole() && this.bytes < (this.mostBytes + 1) / 2) ? Math.max(this.end, 1) : 0;
	}

	/**
	 * Return what makes the store hold what is in memory.
	 * @param lastStored the highest number that the store ever had
	 * @return the messages that it lacks, the oldest first
	 */
	List<Write> lacking(long lastStored) {
		List<Write> result = new ArrayList<>(this.oldest.tailMap(lastStored, false).values());
		result.addAll(this.unstored.tailMap(lastStored, false).values());
		return result;
	}

	List<Long> removed() {
		return List.copyOf(this.removed);
	}

	/**
	 * Return the number of the oldest message.
	 * @return the number, or a lower one
	 */
	long head() {
		return this.oldest.isEmpty() ? Math.max(this.end, 1) : this.oldest.firstKey();
	}

	/**
	 * Return below which number nothing waits, nor may be put back.
	 * @return the number
	 */
	long oldestThatMayWait() {
		return Math.min(head(), this.handing);
	}

	/**
	 * Note that the store may have lost messages that are not in memory. If all are in
	 * memory, these are what there is.
	 * @return how many are missing that were counted
	 */
	long uncounted() {
		this.counted = isWhole();
		if (!this.counted) {
			return 0;
		}
		long missing = this.count - this.oldest.size();
		this.count = this.oldest.size();
		return missing;
	}

	/**
	 * Take the number of messages that the store has told.
	 * @param messages how many wait
	 * @return how many are missing
	 */
	long counted(long messages) {
		long missing = this.count - messages;
		this.count = messages;
		this.counted = true;
		if (messages == 0) {
			this.gone = this.total;
			this.end = this.last + 1;
		}
		return missing;
	}

	/**
	 * Return how many messages wait.
	 * @return the number, or {@link Lengths#NOT_KNOWN}
	 */
	long length() {
		return this.counted ? this.count : Lengths.NOT_KNOWN;
	}

	long count() {
		return this.count;
	}

	/**
	 * Return the bytes of all messages that wait.
	 * @return the sum, with those that were removed out of their turn
	 */
	long bytes() {
		return this.total - this.gone;
	}

}
