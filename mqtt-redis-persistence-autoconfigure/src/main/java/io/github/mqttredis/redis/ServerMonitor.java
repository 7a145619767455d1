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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.ServerStatus;
import org.jspecify.annotations.Nullable;

/**
 * Looks at Redis for those who want to know how it is. Has a connection and a thread of
 * its own, so that what is shipped never waits for it, and asks only when it is asked and
 * its last look is old.
 */
final class ServerMonitor implements AutoCloseable {

	private static final Duration OLD = Duration.ofSeconds(10);

	private static final Duration OLD_FAILURE = Duration.ofSeconds(1);

	private final RedisLink link;

	private final Duration timeout;

	private final ServerFacts facts;

	private final ScheduledThreadPoolExecutor executor = Listeners.executor("mqtt-redis-monitor");

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Look last;

	ServerMonitor(RedisLink link, Duration timeout, ServerFacts facts) {
		this.link = link;
		this.timeout = timeout;
		this.facts = facts;
	}

	/**
	 * Return how Redis is. Waits no longer than the time-out, and not at all for a look
	 * that others have waited for in vain.
	 * @return the last look, or a new one if that is old
	 */
	ServerStatus status() {
		Look look = look();
		long left = this.timeout.toNanos() - (System.nanoTime() - look.begun());
		try {
			return look.result().get(Math.max(0, left), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			return ServerStatus.unavailable("Redis at " + this.link.describe() + " did not answer within "
					+ this.timeout.toMillis() + " ms (mqtt.persistence.write-timeout)");
		}
		catch (ExecutionException ex) {
			RedisSessionStore.logger.error("Unexpected failure while looking at Redis", ex);
			return ServerStatus.unavailable("Looking at Redis at " + this.link.describe() + " failed");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ServerStatus.unavailable("Interrupted while waiting for Redis");
		}
	}

	private Look look() {
		this.lock.lock();
		try {
			Look current = this.last;
			if (current == null || current.isOld()) {
				current = new Look(System.nanoTime(), CompletableFuture.supplyAsync(this::read, this.executor));
				this.last = current;
			}
			return current;
		}
		finally {
			this.lock.unlock();
		}
	}

	private ServerStatus read() {
		try {
			return this.facts.read(this.link);
		}
		catch (RedisTrouble ex) {
			this.link.reset();
			return ServerStatus.unavailable(ex.getMessage() + " (Redis at " + this.link.describe() + ")");
		}
	}

	/** Look anew next time: Redis has come back. */
	void forget() {
		this.lock.lock();
		try {
			this.last = null;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.executor.getQueue().clear();
		this.executor.execute(this.link::close);
		this.executor.shutdown();
	}

	/**
	 * A look at Redis, under way or done.
	 *
	 * @param begun when it began, as {@link System#nanoTime()}
	 * @param result what was seen
	 */
	private record Look(long begun, CompletableFuture<ServerStatus> result) {

		boolean isOld() {
			if (!this.result.isDone()) {
				return false;
			}
			boolean good = !this.result.isCompletedExceptionally() && this.result.join().isAvailable();
			return System.nanoTime() - this.begun > (good ? OLD : OLD_FAILURE).toNanos();
		}

	}

}
