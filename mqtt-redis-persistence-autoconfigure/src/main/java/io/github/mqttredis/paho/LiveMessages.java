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

import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Messages that are sent ahead of those that wait. They are published while the client is
 * connected, and none overtakes another one of its topic that has to wait after all.
 * <p>
 * Any thread may wait here for room. The rest is guarded by the lock of the
 * {@link OfflineQueue}.
 */
final class LiveMessages {

	/** How long one waits for room before it waits behind all others. */
	private static final long LIMIT = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

	/** So many topics are told apart of which live messages wait. */
	private static final int MOST_TOPICS = 10_000;

	/** Those who publish and wait for room. */
	private final Queue<Thread> publishers = new ConcurrentLinkedQueue<>();

	/** The number of the youngest live message that waits, by topic. */
	private final Map<String, Long> waiting = new HashMap<>();

	/** Up to this number, live messages of any topic wait. */
	private long anyWaiting;

	/**
	 * Return whether somebody waits for room, so that what waits is to leave it.
	 * @return whether somebody does
	 */
	boolean isAwaited() {
		return !this.publishers.isEmpty();
	}

	boolean enter() {
		return this.publishers.add(Thread.currentThread());
	}

	void leave() {
		this.publishers.remove(Thread.currentThread());
	}

	/** Note that there may be room. */
	void wake() {
		this.publishers.forEach(LockSupport::unpark);
	}

	/**
	 * Wait for room.
	 * @param connected whether there is a link
	 * @param room whether there is room
	 * @param since since when this thread waits, as {@link System#nanoTime()}
	 * @return whether there is room
	 */
	boolean await(BooleanSupplier connected, BooleanSupplier room, long since) {
		while (connected.getAsBoolean()) {
			if (room.getAsBoolean()) {
				return true;
			}
			long left = LIMIT - (System.nanoTime() - since);
			if (left <= 0 || Thread.currentThread().isInterrupted()) {
				return false;
			}
			LockSupport.parkNanos(Math.min(left, LONGEST_PAUSE));
		}
		return false;
	}

	/**
	 * Return whether a live message has to wait, because one of its topic does.
	 * @param topic its topic
	 * @param handedTo the number of the youngest message that waits no more
	 * @return whether it has to
	 */
	boolean mustWait(String topic, long handedTo) {
		return this.anyWaiting > handedTo || this.waiting.getOrDefault(topic, 0L) > handedTo;
	}

	/**
	 * Note that a live message waits.
	 * @param topic its topic
	 * @param number its number in the queue
	 * @param handedTo the number of the youngest message that waits no more
	 */
	void waits(String topic, long number, long handedTo) {
		this.waiting.put(topic, number);
		if (this.waiting.size() > MOST_TOPICS) {
			this.waiting.values().removeIf((last) -> last <= handedTo);
		}
		if (this.waiting.size() > MOST_TOPICS) {
			this.waiting.clear();
			this.anyWaiting = number;
		}
	}

}
