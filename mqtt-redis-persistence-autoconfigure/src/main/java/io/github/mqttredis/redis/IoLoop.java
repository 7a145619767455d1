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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The one thread that speaks with Redis, for all sessions. Everybody else hands it work
 * and waits no longer than a time-out.
 * <p>
 * Once a command was not answered Redis counts as away: nothing is sent but probes, and
 * callers are told at once, until a probe is answered.
 */
final class IoLoop {

	private static final Duration FIRST_CONNECT = Duration.ofSeconds(10);

	private static final Duration FIRST_PROBE = Duration.ofMillis(50);

	private static final Duration SLOWEST_PROBE = Duration.ofSeconds(1);

	private final RedisLink link;

	private final Duration timeout;

	private final Runnable onAway;

	private final Runnable onBack;

	private final ScheduledThreadPoolExecutor executor;

	private volatile @Nullable RedisTrouble away;

	/**
	 * Start the thread.
	 * @param link the connection
	 * @param timeout how long callers wait
	 * @param onAway run on the I/O thread when Redis is away
	 * @param onBack run on the I/O thread when Redis answers again
	 */
	IoLoop(RedisLink link, Duration timeout, Runnable onAway, Runnable onBack) {
		this.link = link;
		this.timeout = timeout;
		this.onAway = onAway;
		this.onBack = onBack;
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "mqtt-redis-io");
			thread.setDaemon(true);
			return thread;
		}, (task, pool) -> {
			// Work that comes after the end has nobody left who waits for it.
		});
		this.executor.setRemoveOnCancelPolicy(true);
	}

	RedisLink link() {
		return this.link;
	}

	/**
	 * Return why Redis counts as away.
	 * @return the reason, {@code null} if it does not
	 */
	@Nullable RedisTrouble away() {
		return this.away;
	}

	void execute(Runnable task) {
		this.executor.execute(guarded(task));
	}

	void later(Runnable task, Duration delay) {
		this.executor.schedule(guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	void every(Duration period, Runnable task) {
		this.executor.scheduleWithFixedDelay(guarded(task), period.toMillis(), period.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RuntimeException ex) {
				// A defect of ours; the thread and its periodic tasks must go on.
				RedisSessionStore.logger.error("Unexpected failure in the I/O thread of MQTT sessions", ex);
			}
		};
	}

	/**
	 * Run a command on the I/O thread and wait for its answer. Not to be called with a
	 * lock held that the I/O thread may want.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return the answer
	 * @throws SessionUnavailableException if there was no answer in time, or not the one
	 * that was asked for
	 */
	<T> T call(Function<RedisConnection, T> command) throws SessionUnavailableException {
		return call(command, this.timeout);
	}

	/**
	 * Connect for the first time. That loads and starts a Redis client, which may take
	 * longer than any command.
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	void connect() throws SessionUnavailableException {
		call(RedisConnection::ping, this.timeout.plus(FIRST_CONNECT));
	}

	private <T> T call(Function<RedisConnection, T> command, Duration patience) throws SessionUnavailableException {
		Future<T> future = this.executor.submit(() -> runNow(command));
		try {
			return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			throw new SessionUnavailableException("Redis at " + this.link.describe() + " did not answer within "
					+ patience.toMillis() + " ms (mqtt.persistence.write-timeout). Check that it runs and is reachable",
					ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SessionUnavailableException("Interrupted while waiting for Redis", ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new SessionUnavailableException(cause.getMessage() + " (Redis at " + this.link.describe() + ")",
					cause);
		}
		finally {
			future.cancel(false);
		}
	}

	private <T> T runNow(Function<RedisConnection, T> command) throws RedisTrouble {
		RedisTrouble reason = this.away;
		if (reason != null) {
			throw reason;
		}
		try {
			return this.link.run(command);
		}
		catch (RedisTrouble trouble) {
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				lost(trouble);
			}
			throw trouble;
		}
	}

	/**
	 * Note that Redis did not answer. A connection that broke is made anew at once; if
	 * that fails too, Redis counts as away. Called on the I/O thread.
	 * @param trouble what happened
	 */
	void lost(RedisTrouble trouble) {
		if (trouble.isTimeout()) {
			// A second wait of the same length would be the callers' loss.
			goAway(trouble);
			return;
		}
		this.link.reset();
		try {
			this.link.run(RedisConnection::ping);
			this.onBack.run();
		}
		catch (RedisTrouble again) {
			goAway(again);
		}
	}

	private void goAway(RedisTrouble trouble) {
		if (this.away == null) {
			RedisSessionStore.logger.warn("Redis at " + this.link.describe()
					+ " is away; MQTT messages are not accepted until it is back: " + trouble.getMessage());
		}
		this.away = trouble;
		this.onAway.run();
		later(() -> probe(FIRST_PROBE), FIRST_PROBE);
	}

	private void probe(Duration delay) {
		this.link.reset();
		try {
			this.link.run(RedisConnection::ping);
			this.away = null;
			RedisSessionStore.logger.info("Redis at " + this.link.describe() + " is back");
			this.onBack.run();
		}
		catch (RedisTrouble trouble) {
			this.away = trouble;
			Duration next = delay.multipliedBy(2);
			next = (next.compareTo(SLOWEST_PROBE) > 0) ? SLOWEST_PROBE : next;
			Duration following = next;
			later(() -> probe(following), following);
		}
	}

	/**
	 * End the thread and the connection, at most after the time-out.
	 */
	void close() {
		this.executor.getQueue().clear();
		this.executor.execute(this.link::close);
		this.executor.shutdown();
		try {
			if (!this.executor.awaitTermination(this.timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				this.executor.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.executor.shutdownNow();
		}
	}

}
