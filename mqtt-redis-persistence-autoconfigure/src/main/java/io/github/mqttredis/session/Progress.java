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

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * How far a log is written to Redis, and who waits for it. It has its own lock, so that
 * woken threads do not block threads that append.
 *
 * @since 0.1.0
 */
public final class Progress {

	private final ReentrantLock lock = new ReentrantLock();

	/** Who waits. Guarded by the lock. */
	private final Set<Waiter> waiters = new HashSet<>();

	private volatile long applied;

	private volatile long failures;

	Progress() {
	}

	/**
	 * Return up to where everything is in Redis.
	 * @return the position of the last such write
	 */
	public long applied() {
		return this.applied;
	}

	/**
	 * Return how often shipping has failed.
	 * @return the number of calls of {@link WriteLog#failWaiters()}
	 */
	public long failures() {
		return this.failures;
	}

	/**
	 * Wait until a write is applied.
	 * @param position the write's position
	 * @param seen the number of {@link #failures()} that does not end this wait: read
	 * before the write was appended, or the failure of its batch may be missed
	 * @param nanos how long to wait at most, in nanoseconds
	 * @param cancelled asked before waiting and whenever {@link #wake()} is called
	 * @return whether it is applied; if not, shipping failed, the time is up or the wait
	 * was cancelled, and the write stays in the log
	 * @throws InterruptedException if the thread is interrupted; the write stays in the
	 * log
	 */
	public boolean await(long position, long seen, long nanos, BooleanSupplier cancelled) throws InterruptedException {
		if (this.applied >= position) {
			return true;
		}
		// Before the lock: an Error here must not keep it.
		Waiter waiter = new Waiter(position, this.lock.newCondition());
		this.lock.lockInterruptibly();
		try {
			this.waiters.add(waiter);
			long left = nanos;
			while (this.applied < position && this.failures == seen && left > 0 && !cancelled.getAsBoolean()) {
				left = waiter.changed.awaitNanos(left);
			}
			return this.applied >= position;
		}
		finally {
			this.waiters.remove(waiter);
			this.lock.unlock();
		}
	}

	/**
	 * Note that Redis holds what it did not hold before.
	 * @param position the position of the last write that it holds
	 */
	void advance(long position) {
		this.lock.lock();
		try {
			if (position > this.applied) {
				this.applied = position;
				// Not the others, who would look in vain and wait again.
				this.waiters.forEach((waiter) -> {
					if (waiter.position <= position) {
						waiter.changed.signal();
					}
				});
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void fail() {
		this.lock.lock();
		try {
			this.failures++;
			wakeAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Let those who wait look whether they are cancelled. */
	public void wake() {
		this.lock.lock();
		try {
			wakeAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void wakeAll() {
		this.waiters.forEach((waiter) -> waiter.changed.signal());
	}

	/**
	 * A thread that waits.
	 *
	 * @param position the position of the write it waits for
	 * @param changed tells it to look again
	 */
	private record Waiter(long position, Condition changed) {

	}

}
