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

package io.github.mqttredis.paho;

import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.OfflineBufferSettings.Drain;

/**
 * When the next message may be sent of those that have waited. Messages and bytes have a
 * bucket of tokens each, which holds what comes in a tenth of a second.
 * <p>
 * Not thread-safe.
 */
final class DrainPace {

	private static final long BURST = TimeUnit.MILLISECONDS.toNanos(100);

	private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

	/** When the buckets are full again. */
	private long messages;

	private long bytes;

	DrainPace(long now) {
		this.messages = now;
		this.bytes = now;
	}

	/**
	 * Return how long the next message has to wait.
	 * @param now the time, as {@link System#nanoTime()}
	 * @return the time in nanoseconds, 0 if it need not
	 */
	long pause(long now) {
		return Math.max(0, Math.max(this.messages - now, this.bytes - now) - BURST);
	}

	/**
	 * Note that a message is sent.
	 * @param drain the bounds
	 * @param size the message's size in bytes
	 * @param now the time, as {@link System#nanoTime()}
	 */
	void sent(Drain drain, int size, long now) {
		this.messages = after(this.messages, now, 1, drain.messages());
		this.bytes = after(this.bytes, now, size, drain.bytes());
	}

	private static long after(long full, long now, long amount, long rate) {
		long from = (full - now > 0) ? full : now;
		return (rate > 0) ? from + (long) (amount * SECOND / rate) : from;
	}

}
