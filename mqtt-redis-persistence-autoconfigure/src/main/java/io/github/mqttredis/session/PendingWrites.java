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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The writes that wait for Redis, within bounds. Past the bounds they are given up: the
 * mirror holds all that counts and is written back as a whole.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link WriteLog}.
 */
final class PendingWrites {

	private final ArrayDeque<Write> writes = new ArrayDeque<>();

	private final int maxWrites;

	private final long maxBytes;

	/** How many writes count for the bounds, and their bytes. */
	private int waiting;

	private long bytes;

	private boolean dropped;

	/** The position of the last write of all, also of those that were given up. */
	private long end;

	/** The position of the last write that is known to be in Redis. */
	private long appliedTo;

	/**
	 * Until this position the mirror is written back: what was appended before counts as
	 * applied only when the whole of it is.
	 */
	private long rewriteEnd;

	/** From this position on a write knows how many records Redis has after it. */
	private long lengthKnownFrom;

	PendingWrites(int maxWrites, long maxBytes) {
		this.maxWrites = maxWrites;
		this.maxBytes = maxBytes;
	}

	void add(Write write) {
		this.end = write.position();
		if (this.dropped) {
			return;
		}
		if (this.waiting >= this.maxWrites || this.bytes + counted(write) > this.maxBytes) {
			this.writes.clear();
			this.dropped = true;
			recount();
			return;
		}
		this.writes.add(write);
		count(write, 1);
	}

	private void count(Write write, int times) {
		// What is written back is in memory anyway, and dropping it would begin it anew.
		if (write.position() > this.rewriteEnd) {
			this.waiting += times;
			this.bytes += times * counted(write);
		}
	}

	private void recount() {
		this.waiting = 0;
		this.bytes = 0;
		this.writes.forEach((write) -> count(write, 1));
	}

	/**
	 * A single record may be larger than all bounds, and must not have the whole session
	 * written back each time that another one follows it.
	 */
	private long counted(Write write) {
		return Math.min(write.bytes(), this.maxBytes / 4);
	}

	/**
	 * Begin anew with writes that write back the mirror, whatever their number: they hold
	 * nothing that the mirror does not hold anyway.
	 * @param rewrite the writes
	 * @param endOfRewrite the position of the last of them
	 */
	void restart(List<Write> rewrite, long endOfRewrite) {
		this.writes.clear();
		this.writes.addAll(rewrite);
		this.dropped = false;
		this.end = endOfRewrite;
		this.rewriteEnd = endOfRewrite;
		recount();
		this.lengthKnownFrom = endOfRewrite;
		noteApplied(0);
	}

	/**
	 * Return whether the store falls behind.
	 * @return whether so much waits that more of it would soon be too much
	 */
	boolean isBehind() {
		return this.dropped || this.waiting > this.maxWrites / 4 || this.bytes > this.maxBytes / 4;
	}

	boolean isDropped() {
		return this.dropped;
	}

	boolean isEmpty() {
		return this.writes.isEmpty();
	}

	/**
	 * Return up to where everything is in Redis.
	 * @return the position of the last such write
	 */
	long appliedTo() {
		return this.appliedTo;
	}

	/**
	 * Remove what is in Redis now.
	 * @param batch the batch that was applied
	 */
	void remove(Batch batch) {
		Set<Write> outOfOrder = batch.outOfOrder();
		if (outOfOrder != null) {
			this.writes.removeIf(outOfOrder::contains);
			outOfOrder.forEach((write) -> count(write, -1));
		}
		while (!this.writes.isEmpty() && this.writes.peek().position() <= batch.end()) {
			count(this.writes.remove(), -1);
		}
		noteApplied(batch.end());
	}

	private void noteApplied(long position) {
		if (this.dropped) {
			return;
		}
		long reached = this.writes.isEmpty() ? this.end : position;
		if (reached >= this.rewriteEnd) {
			this.appliedTo = Math.max(this.appliedTo, reached);
		}
	}

	/**
	 * Return whether the store may have messages that are to be removed, nobody knows how
	 * many.
	 * @return whether it may
	 */
	boolean trims() {
		return this.writes.stream().anyMatch(Write::isTrim);
	}

	/**
	 * Return how many messages the queue has more once all this is applied.
	 * @return the number, negative if there are fewer
	 */
	long queueGrowth() {
		long growth = 0;
		for (Write write : this.writes) {
			RecordKey key = write.key();
			RecordKey from = write.from();
			if (key != null && key.kind() == RecordKind.QUEUED && !write.isTrim()) {
				growth += (write.value() != null) ? 1 : -1;
			}
			if (from != null && from.kind() == RecordKind.QUEUED && !write.isTrim()) {
				growth--;
			}
		}
		return growth;
	}

	/**
	 * Give up what stores a record: it is removed in its place, because an earlier record
	 * of that name may be there. The numbers of records that writes expect are no longer
	 * right.
	 * @param key the record's key
	 * @param to the position of the last write that is given up
	 */
	void giveUp(RecordKey key, long to) {
		List<Write> kept = this.writes.stream()
			.map((write) -> (write.position() <= to && key.equals(write.key())) ? Write.remove(write.position(), key)
					: write)
			.toList();
		this.writes.clear();
		this.writes.addAll(kept);
		recount();
		this.lengthKnownFrom = this.end + 1;
	}

	/**
	 * Forget a write that was not shipped. If it is one of those that write back the
	 * mirror, they are begun anew.
	 * @param write the write
	 */
	void takeBack(Write write) {
		if (this.rewriteEnd >= write.position() || !this.writes.remove(write)) {
			this.writes.clear();
			this.dropped = true;
			recount();
			return;
		}
		count(write, -1);
		this.lengthKnownFrom = this.end + 1;
		noteApplied(this.appliedTo);
	}

	/**
	 * Return the first writes that may be shipped.
	 * @param most how many at most, but for neighbours of one packet id
	 * @return a copy
	 */
	First first(int most) {
		List<Write> result = new ArrayList<>(Math.min(most, this.writes.size()));
		Write last = null;
		for (Write write : this.writes) {
			if (write.isHeld() || (result.size() >= most && !write.samePacket(last))) {
				break;
			}
			result.add(write);
			last = write;
		}
		return new First(result, this.lengthKnownFrom);
	}

	/**
	 * Return what makes room and may go ahead of the log. Once it does, the numbers of
	 * records that earlier writes expect are no longer right.
	 * @param maxFields the most fields
	 * @return the batch, {@code null} if there are none
	 */
	@Nullable Batch makingRoom(int maxFields) {
		Batch batch = BatchBuilder.makingRoom(this.writes, maxFields);
		if (batch != null) {
			this.lengthKnownFrom = Math.max(this.lengthKnownFrom, this.end);
		}
		return batch;
	}

	/**
	 * The first writes of a log.
	 *
	 * @param writes the writes
	 * @param lengthKnownFrom from which position on they know the number of records after
	 * them
	 */
	record First(List<Write> writes, long lengthKnownFrom) {

		@Nullable Batch batch(int maxFields, long maxBytes) {
			BatchBuilder builder = new BatchBuilder(maxFields, maxBytes);
			for (Write write : this.writes) {
				if (!builder.add(write)) {
					break;
				}
			}
			return builder.build(this.lengthKnownFrom);
		}

	}

}
