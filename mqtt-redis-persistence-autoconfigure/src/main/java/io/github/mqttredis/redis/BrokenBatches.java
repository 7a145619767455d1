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

import java.time.Duration;
import java.util.Objects;

import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.WriteLog;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * The batches of one session over which Redis ends the connection, or which it answers
 * with an error: its limits for the size of a command, or those of a proxy, are below the
 * size of the batch. Such a batch is tried again after growing pauses, one packet id at a
 * time, and given up when it has failed often enough. Used in turn ({@link IoLoop}) only.
 * <p>
 * An innocent record is not taken for such a one if the connection, or Redis, is merely
 * bad: before each attempt Redis has answered, twice over a new connection, there are
 * seconds from the first to the last, and nothing else of the session goes between them.
 */
final class BrokenBatches {

	/** How often a batch is tried. */
	static final int ATTEMPTS = 5;

	private static final int MAX_FIELDS = 1000;

	private static final long MAX_BYTES = 1024 * 1024;

	private static final long FEW_BYTES = 64 * 1024;

	private static final ExponentialBackOff PAUSES = pauses();

	private long maxBytes = MAX_BYTES;

	/** Up to where the log is shipped in parts, because a batch of them has failed. */
	private long partedTo;

	/** The largest record of the batch that failed last, and the size of the batch. */
	private @Nullable RecordKey failedRecord;

	private long failedBytes;

	/** Read without the turn by those who ask whether something has failed. */
	private volatile int failures;

	/** What was answered with an error, until Redis answers something else. */
	private @Nullable Batch refused;

	private @Nullable BackOffExecution pauses;

	private long pauseBegan;

	private Duration pause = Duration.ZERO;

	private static ExponentialBackOff pauses() {
		ExponentialBackOff result = new ExponentialBackOff(500, 2);
		result.setMaxInterval(Duration.ofSeconds(30).toMillis());
		return result;
	}

	/**
	 * Return what to ship next.
	 * @param log the session's log
	 * @return the batch, {@code null} if there is nothing to ship
	 */
	@Nullable Batch next(WriteLog log) {
		return log.next((this.partedTo > 0) ? 1 : MAX_FIELDS, this.maxBytes);
	}

	/**
	 * Note that a batch failed, and that it was not for Redis as a whole. What fails
	 * again is parted: all of it together may be too large, and nothing of it alone.
	 * @param batch the batch
	 */
	void failed(Batch batch) {
		if (hasFailed() && batch.largest() != null && !batch.isOnePacket()) {
			this.partedTo = batch.end();
			this.maxBytes = Math.max(FEW_BYTES, batch.bytes() / 2);
			this.failures = 0;
		}
		this.failures = isKnown(batch) ? this.failures + 1 : 1;
		this.failedRecord = batch.largest();
		this.failedBytes = batch.bytes();
	}

	/**
	 * Note that a batch was answered with an error. Whether that was about the batch is
	 * told by the next answer.
	 * @param batch the batch
	 */
	void refused(Batch batch) {
		this.refused = batch;
	}

	/**
	 * Note whether Redis does what else it is asked right after it has refused a batch.
	 * @param answered whether it does
	 */
	void judge(boolean answered) {
		Batch judged = this.refused;
		this.refused = null;
		if (answered && judged != null) {
			failed(judged);
			beginPause();
		}
	}

	/** A record that was put again meanwhile, and is the same, has been tried before. */
	private boolean isKnown(Batch batch) {
		return batch.bytes() == this.failedBytes && Objects.equals(batch.largest(), this.failedRecord);
	}

	/**
	 * Begin a pause, longer than the one before. There is none at first: most connections
	 * break once, for reasons of their own.
	 */
	void beginPause() {
		BackOffExecution current = this.pauses;
		this.pause = (current != null) ? Duration.ofMillis(current.nextBackOff()) : Duration.ZERO;
		this.pauses = (current != null) ? current : PAUSES.start();
		this.pauseBegan = System.nanoTime();
	}

	/**
	 * Note that a batch was applied.
	 * @param batch the batch
	 */
	void applied(Batch batch) {
		if (batch.end() >= this.partedTo) {
			this.partedTo = 0;
		}
		forget();
	}

	/**
	 * Forget what has failed: it was given up, or Redis went away, which may have been
	 * the reason.
	 */
	void forget() {
		this.refused = null;
		this.failures = 0;
		this.pauses = null;
		this.pause = Duration.ZERO;
	}

	/**
	 * Return whether a batch has failed, and none was applied since.
	 * @return whether the next one is likely to
	 */
	boolean hasFailed() {
		return this.failures > 0;
	}

	/**
	 * Return whether a batch need not be tried again.
	 * @param batch the batch
	 * @return whether it has failed often enough
	 */
	boolean isHopeless(Batch batch) {
		return this.failures >= ATTEMPTS && isKnown(batch) && batch.isOnePacket();
	}

	/**
	 * Return how long nothing is to be shipped.
	 * @return the rest of the pause, zero if there is none
	 */
	Duration pause() {
		Duration left = this.pause.minusNanos(System.nanoTime() - this.pauseBegan);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * How large a record is that Redis did not take. For a while the next one of that
	 * size is refused at once: it would hold up its session for as long as the first one
	 * did. Set in turn ({@link IoLoop}), read by all.
	 */
	static final class RefusedSize {

		private static final Duration KNOWN_FOR = Duration.ofMinutes(1);

		private volatile Known known = new Known(Integer.MAX_VALUE, System.nanoTime());

		void refused(int size) {
			this.known = new Known(size, System.nanoTime());
		}

		/**
		 * Return whether a record is too large.
		 * @param record the record
		 * @return whether Redis did not take such a one a moment ago
		 */
		boolean isReached(byte[] record) {
			Known current = this.known;
			return record.length >= current.size() && System.nanoTime() - current.since() < KNOWN_FOR.toNanos();
		}

		private record Known(int size, long since) {

		}

	}

}
