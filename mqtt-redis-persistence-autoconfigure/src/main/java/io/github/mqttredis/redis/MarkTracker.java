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

package io.github.mqttredis.redis;

import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.Lengths;
import io.github.mqttredis.session.QueueClock;
import org.jspecify.annotations.Nullable;

/**
 * What the owner knows of the mark in Redis: the one it set last, and the ones that
 * commands without an answer may have set. Used in turn ({@link IoLoop}) only.
 */
final class MarkTracker {

	/**
	 * Of all sessions of this process: a confirmation that comes late can hit the next
	 * epoch of a session, whose numbers have to be others.
	 */
	private static final AtomicLong SEQUENCE = new AtomicLong();

	private final QueueClock clock;

	private Mark mark = Mark.NONE;

	private Lengths lengths = Lengths.UNKNOWN;

	private @Nullable Batch unanswered;

	private Mark unansweredMark = Mark.NONE;

	MarkTracker(QueueClock clock) {
		this.clock = clock;
	}

	/**
	 * How the mark that was found in Redis fits what this owner did.
	 */
	enum Found {

		/**
		 * Nothing changed since the last answer.
		 */
		UNCHANGED,

		/**
		 * The batch whose answer was missed is applied.
		 */
		BATCH_APPLIED,

		/**
		 * A confirmation whose answer was missed is applied. What it found is not known:
		 * Redis may have lost data before it, and whether a batch before it was applied
		 * cannot be told, but it can no longer be applied now.
		 */
		CONFIRMED,

		/**
		 * The mark is none that this owner set: Redis lost data.
		 */
		LOST

	}

	/**
	 * Begin an epoch.
	 * @param begun the first mark in it
	 */
	void begin(Mark begun) {
		this.mark = begun;
		this.unanswered = null;
		this.lengths = Lengths.UNKNOWN;
	}

	Mark mark() {
		return this.mark;
	}

	/**
	 * Return a mark that no command has used yet.
	 * @return the mark
	 */
	Mark next() {
		return new Mark(this.mark.epoch(), SEQUENCE.incrementAndGet(), this.clock.ahead());
	}

	void sending(Batch batch, Mark next) {
		this.unanswered = batch;
		this.unansweredMark = next;
	}

	/**
	 * Note that Redis applied what was sent.
	 * @param next the mark that it set
	 * @param after what there must be now
	 */
	void applied(Mark next, Lengths after) {
		this.mark = next;
		this.lengths = after;
		this.unanswered = null;
	}

	/**
	 * Note that Redis refused what was sent.
	 */
	void refused() {
		this.unanswered = null;
	}

	/**
	 * Return the batch whose answer was missed.
	 * @return the batch, {@code null} if there is none
	 */
	@Nullable Batch unanswered() {
		return this.unanswered;
	}

	/**
	 * Return whether what was sent is applied.
	 * @param found the mark that was found before it
	 * @param expected the mark that it was sent for
	 * @param next the mark that it was to set
	 * @return whether it was applied now, or before, if a client of Redis has sent it
	 * twice
	 */
	static boolean isApplied(Mark found, Mark expected, Mark next) {
		return found.equals(expected) || found.equals(next);
	}

	/**
	 * Tell what a mark means that was found in Redis.
	 * @param found the mark
	 * @return what it means
	 */
	Found judge(Mark found) {
		if (found.equals(this.mark)) {
			return Found.UNCHANGED;
		}
		if (this.unanswered != null && found.equals(this.unansweredMark)) {
			return Found.BATCH_APPLIED;
		}
		// Redis that lost data has an earlier mark, or none.
		boolean later = found.epoch() == this.mark.epoch() && found.sequence() > this.mark.sequence();
		return later ? Found.CONFIRMED : Found.LOST;
	}

	/**
	 * Return what Redis must have.
	 * @return the numbers, as far as they are known
	 */
	Lengths lengths() {
		return this.lengths;
	}

	/**
	 * How far a session has come: the epoch grows with every acquisition of the lease,
	 * the sequence with every command of the owner, by one or more. No two commands set
	 * the same mark.
	 *
	 * @param epoch the epoch, 0 if there is no mark
	 * @param sequence the number of the owner's last command, 0 at the beginning of an
	 * epoch
	 * @param ahead how far the machine's clock was ahead of the queue's then, in
	 * milliseconds
	 */
	record Mark(long epoch, long sequence, long ahead) {

		/**
		 * The mark of a session that has none.
		 */
		static final Mark NONE = new Mark(0, 0, 0);

		private static final Pattern FORMAT = Pattern.compile("(\\d{1,18}):(\\d{1,18}):(-?\\d{1,18})");

		/**
		 * Read a stored mark.
		 * @param text the stored value, may be empty
		 * @return the mark, {@link #NONE} if there is none that can be read
		 */
		static Mark parse(String text) {
			Matcher matcher = FORMAT.matcher(text);
			return matcher.matches() ? new Mark(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)),
					Long.parseLong(matcher.group(3))) : NONE;
		}

		@Override
		public String toString() {
			return this.epoch + ":" + this.sequence + ":" + this.ahead;
		}

	}

}
