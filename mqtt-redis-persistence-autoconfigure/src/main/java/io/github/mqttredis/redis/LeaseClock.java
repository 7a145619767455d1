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

import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;

/**
 * How long a lease still runs. Set in turn ({@link IoLoop}), read by all.
 */
final class LeaseClock {

	private final Duration ttl;

	private final SessionActivity activity;

	private volatile long renewed;

	LeaseClock(Duration ttl, SessionActivity activity) {
		this.ttl = ttl;
		this.activity = activity;
	}

	/**
	 * Note that Redis has given us the lease.
	 * @param asked when it was asked to, as {@link System#nanoTime()}: the lease may run
	 * since then
	 */
	void taken(long asked) {
		this.activity.happened(Event.LEASE_TAKEN, 1);
		extended(asked);
	}

	/**
	 * Note that Redis has renewed the lease because we asked it.
	 * @param asked when it was asked to
	 */
	void renewed(long asked) {
		this.activity.happened(Event.LEASE_RENEWED, 1);
		extended(asked);
	}

	/**
	 * Note that Redis has renewed the lease with a batch.
	 * @param asked when the batch was sent
	 */
	void extended(long asked) {
		this.renewed = asked;
	}

	/**
	 * Return whether the lease is to be renewed.
	 * @return whether a quarter of its time is over
	 */
	boolean isDue() {
		return System.nanoTime() - this.renewed >= this.ttl.toNanos() / 4;
	}

	/**
	 * Return how long the lease runs if it is not renewed.
	 * @return the time, zero if it has ended
	 */
	Duration remaining() {
		return Duration.ofNanos(Math.max(0, this.ttl.toNanos() - (System.nanoTime() - this.renewed)));
	}

}
