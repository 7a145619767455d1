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
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The status of one session, taken from memory.
 *
 * @param id the session
 * @param state its state in Redis
 * @param contents what it holds
 * @param leaseRemaining how long the lease runs if it is not renewed, zero if it is not
 * owned
 * @param quarantined how many records this process has put aside, because they could not
 * be read, or Redis did not accept them
 * @param lastFailure what went wrong last, {@code null} if nothing did
 * @param failedAt when that was
 * @param link how the client's link to its broker is, {@code null} if the client does not
 * say
 * @since 0.1.0
 */
public record SessionStatus(SessionId id, SessionState state, Contents contents, Duration leaseRemaining,
		long quarantined, @Nullable String lastFailure, @Nullable Instant failedAt, @Nullable LinkStatus link) {

	/**
	 * Return the number of records by kind.
	 * @return the number of each kind
	 */
	public Map<RecordKind, Integer> records() {
		return this.contents.records();
	}

	/**
	 * Return the bytes of all records' values.
	 * @return the sum
	 */
	public long bytes() {
		return this.contents.bytes();
	}

	/**
	 * Return the number of records of all kinds.
	 * @return the number of records
	 */
	public int size() {
		return records().values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * What a session holds.
	 *
	 * @param records the number of records by kind
	 * @param bytes the bytes of all records' values
	 * @param oldest how long ago the oldest record was stored or restored by this
	 * process, or put into the queue, {@code null} if there is no record
	 * @param queue what waits to be sent
	 */
	public record Contents(Map<RecordKind, Integer> records, long bytes, @Nullable Duration oldest, QueueStatus queue) {

		/**
		 * No record.
		 */
		public static final Contents NONE = new Contents(Map.of(), 0, null, QueueStatus.EMPTY);

	}

	/**
	 * What waits to be sent.
	 *
	 * @param messages the number of messages
	 * @param bytes their bytes
	 * @param oldest how long the oldest one has waited, {@code null} if none waits or
	 * that is not known
	 * @param perSecond how many messages a second were sent lately
	 */
	public record QueueStatus(long messages, long bytes, @Nullable Duration oldest, double perSecond) {

		/**
		 * Nothing waits.
		 */
		public static final QueueStatus EMPTY = new QueueStatus(0, 0, null, 0);

		/**
		 * Return when all will be sent that waits, at the present rate.
		 * @return the time until then, {@code null} if nothing was sent lately
		 */
		public @Nullable Duration timeToDrain() {
			return (this.perSecond > 0) ? Duration.ofMillis((long) (this.messages / this.perSecond * 1000)) : null;
		}

	}

}
