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

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts and times what was done for a session since this process first opened it.
 * Counting takes no lock and allocates nothing, so it can be done forevery record.
 *
 * @since 0.1.0
 */
public final class SessionActivity {

	private static final int OPERATIONS = Operation.values().length;

	/**
	 * For each operation how often it did what was asked and how long that took, and the
	 * same for when it did not; then how often each event was. One array, because a
	 * process may have a thousand sessions.
	 */
	private final AtomicLongArray counts = new AtomicLongArray(4 * OPERATIONS + Event.values().length);

	/**
	 * Count an operation that ends now.
	 * @param operation the operation
	 * @param start when it began, as {@link System#nanoTime()}
	 * @param success whether it did what was asked
	 */
	public void ended(Operation operation, long start, boolean success) {
		int index = index(operation, success);
		this.counts.getAndIncrement(index);
		this.counts.getAndAdd(index + 1, System.nanoTime() - start);
	}

	/**
	 * Count events.
	 * @param event what happened
	 * @param times how often
	 */
	public void happened(Event event, long times) {
		this.counts.getAndAdd(index(event), times);
	}

	/**
	 * Return the counts of two together.
	 * @param other the other counts
	 * @return the sums, which count for themselves from here on
	 */
	SessionActivity plus(SessionActivity other) {
		SessionActivity sum = new SessionActivity();
		for (int i = 0; i < this.counts.length(); i++) {
			sum.counts.set(i, this.counts.get(i) + other.counts.get(i));
		}
		return sum;
	}

	/**
	 * Return how often an operation ended.
	 * @param operation the operation
	 * @param success those that did what was asked, or the others
	 * @return the number
	 */
	public long count(Operation operation, boolean success) {
		return this.counts.get(index(operation, success));
	}

	/**
	 * Return how long an operation took.
	 * @param operation the operation
	 * @param success those that did what was asked, or the others
	 * @return the sum, in nanoseconds
	 */
	public long nanos(Operation operation, boolean success) {
		return this.counts.get(index(operation, success) + 1);
	}

	/**
	 * Return how often something happened.
	 * @param event what happened
	 * @return the number
	 */
	public long count(Event event) {
		return this.counts.get(index(event));
	}

	private static int index(Operation operation, boolean success) {
		return 4 * operation.ordinal() + (success ? 0 : 2);
	}

	private static int index(Event event) {
		return 4 * OPERATIONS + event.ordinal();
	}

	/**
	 * What takes time.
	 */
	public enum Operation {

		/**
		 * Opening a session: waiting for the lease, and loading.
		 */
		OPEN,

		/**
		 * A client's call that stores a record.
		 */
		PUT,

		/**
		 * A client's call that removes a record.
		 */
		REMOVE,

		/**
		 * A publisher's wait until its message is stored, outside of the client's locks.
		 */
		PUBLISH_WAIT,

		/**
		 * A packet's wait until what it depends on is stored.
		 */
		BARRIER_WAIT,

		/**
		 * A round trip that ships part of the log.
		 */
		BATCH

	}

	/**
	 * What happens.
	 */
	public enum Event {

		/**
		 * The lease was taken.
		 */
		LEASE_TAKEN,

		/**
		 * The lease was renewed without a batch.
		 */
		LEASE_RENEWED,

		/**
		 * Another process has taken the lease.
		 */
		LEASE_LOST,

		/**
		 * Redis lost data, and the session is written back.
		 */
		RESYNC,

		/**
		 * A record was restored.
		 */
		RECORD_RESTORED,

		/**
		 * A message that waited to be sent is gone, because the store lost it and only
		 * the store had it.
		 */
		QUEUE_LOST,

		/**
		 * A message was refused, because as many waited as may.
		 */
		MESSAGE_REJECTED,

		/**
		 * The oldest message was given up, because as many waited as may.
		 */
		OLDEST_DROPPED,

		/**
		 * A new message was given up, because as many waited as may.
		 */
		NEWEST_DROPPED,

		/**
		 * A message was given up that had waited for longer than it was wanted.
		 */
		MESSAGE_EXPIRED,

		/**
		 * A record that cannot be read was put aside.
		 */
		RECORD_QUARANTINED,

		/**
		 * A message was set aside that cannot be sent.
		 */
		MESSAGE_UNDELIVERABLE,

		/**
		 * A received message was skipped, because the heap has no room for it.
		 */
		MESSAGE_SKIPPED,

		/**
		 * The broker has accepted the client.
		 */
		LINK_MADE,

		/**
		 * A link was lost, or could not be made.
		 */
		LINK_FAILED,

		/**
		 * A record was put or removed by a batch.
		 */
		BATCH_RECORD,

		/**
		 * An event was not told, because listeners did not keep up.
		 */
		EVENT_DROPPED

	}

}
