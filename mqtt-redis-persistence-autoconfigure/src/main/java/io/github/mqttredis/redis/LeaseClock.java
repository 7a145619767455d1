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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;

/**
 * How long a lease still runs. Set in turn ({@link IoLoop}), read by all.
 * <p>
 * {@link System#nanoTime()} stands still while the machine sleeps, and the time of day
 * may be set: the one of them counts by which more time has passed. A lease that looks
 * older than it is is renewed sooner; nothing else comes of it.
 */
final class LeaseClock {

	private final Duration ttl;

	private final SessionActivity activity;

	private final LongSupplier timeOfDay;

	private volatile Asked renewed = new Asked(0, 0);

	LeaseClock(Duration ttl, SessionActivity activity) {
		this(ttl, activity, System::currentTimeMillis);
	}

	LeaseClock(Duration ttl, SessionActivity activity, LongSupplier timeOfDay) {
		this.ttl = ttl;
		this.activity = activity;
		this.timeOfDay = timeOfDay;
	}

	/**
	 * Return the present instant.
	 * @return when Redis is asked for the lease, or for more of it
	 */
	Asked now() {
		return new Asked(System.nanoTime(), this.timeOfDay.getAsLong());
	}

	/**
	 * Note that Redis has given us the lease.
	 * @param asked when it was asked to: the lease may run since then
	 */
	void taken(Asked asked) {
		this.activity.happened(Event.LEASE_TAKEN, 1);
		extended(asked);
	}

	/**
	 * Note that Redis has renewed the lease because we asked it.
	 * @param asked when it was asked to
	 */
	void renewed(Asked asked) {
		this.activity.happened(Event.LEASE_RENEWED, 1);
		extended(asked);
	}

	/**
	 * Note that Redis has renewed the lease with a batch.
	 * @param asked when the batch was sent
	 */
	void extended(Asked asked) {
		this.renewed = asked;
	}

	/**
	 * Return whether the lease is to be renewed.
	 * @return whether a quarter of its time is over
	 */
	boolean isDue() {
		return age() >= this.ttl.toNanos() / 4;
	}

	/**
	 * Return how long the lease runs if it is not renewed.
	 * @return the time, zero if it has ended
	 */
	Duration remaining() {
		return Duration.ofNanos(Math.max(0, this.ttl.toNanos() - age()));
	}

	private long age() {
		Asked last = this.renewed;
		Asked now = now();
		return Math.max(now.nanos() - last.nanos(), TimeUnit.MILLISECONDS.toNanos(now.millis() - last.millis()));
	}

	/**
	 * An instant.
	 *
	 * @param nanos by {@link System#nanoTime()}
	 * @param millis by the time of day
	 */
	record Asked(long nanos, long millis) {

	}

}
