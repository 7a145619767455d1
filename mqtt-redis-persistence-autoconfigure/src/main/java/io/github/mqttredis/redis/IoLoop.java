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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The one thread that speaks with Redis, for all sessions. Everybody else hands it work
 * and waits no longer than a time-out; only a publisher that finds it idle ships its own
 * record, which saves two changes of thread.
 * <p>
 * Once a command was not answered Redis counts as away: nothing is sent but probes, and
 * callers are told at once, until a probe is answered.
 */
final class IoLoop {

	private static final Duration FIRST_CONNECT = Duration.ofSeconds(10);

	private final RedisLink link;

	private final Duration timeout;

	private final RedisPresence presence;

	private final ScheduledThreadPoolExecutor executor;

	/**
	 * Guards the connection, and what sessions know of what they have shipped. The I/O
	 * thread has it while it runs a task; a publisher tries it only, holding no lock of
	 * Paho's or ours. Who has it speaks with Redis, which no other lock is held for.
	 */
	private final ReentrantLock turn = new ReentrantLock();

	/** Runs what is not ours, so that it cannot hold up what is shipped. */
	private final Listeners listeners;

	/**
	 * Start the thread.
	 * @param link the connection
	 * @param timeout how long callers wait
	 * @param listeners told how sessions change
	 * @param onAway run on the I/O thread when Redis is away
	 * @param onBack run on the I/O thread when Redis answers again
	 */
	IoLoop(RedisLink link, Duration timeout, Listeners listeners, Runnable onAway, Runnable onBack) {
		this.link = link;
		this.timeout = timeout;
		this.listeners = listeners;
		this.presence = new RedisPresence(link, this::later, onAway, onBack);
		this.executor = Listeners.executor("mqtt-redis-io");
	}

	Listeners listeners() {
		return this.listeners;
	}

	RedisLink link() {
		return this.link;
	}

	/**
	 * Return why Redis counts as away.
	 * @return the reason, {@code null} if it does not
	 */
	@Nullable RedisTrouble away() {
		return this.presence.away();
	}

	void execute(Runnable task) {
		this.executor.execute(inTurn(task));
	}

	void later(Runnable task, Duration delay) {
		this.executor.schedule(inTurn(task), delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	void every(Duration period, Runnable task) {
		this.executor.scheduleWithFixedDelay(inTurn(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
	}

	private Runnable inTurn(Runnable task) {
		return Listeners.guarded(() -> {
			this.turn.lock();
			try {
				task.run();
			}
			finally {
				this.turn.unlock();
			}
		});
	}

	/**
	 * Run a task on the calling thread, if nobody else speaks with Redis and there is a
	 * connection.
	 * @param task the task
	 */
	void tryHere(Runnable task) {
		// A publisher that comes back at once would overtake the I/O thread for ever,
		// which has work for all sessions.
		if (!this.turn.hasQueuedThreads() && this.turn.tryLock()) {
			try {
				if (this.link.isConnected()) {
					Listeners.guarded(task).run();
				}
			}
			finally {
				this.turn.unlock();
			}
		}
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
		return call(command, 0);
	}

	/**
	 * Run a command that moves many bytes, and wait for its answer the longer for it.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @param bytes how many bytes
	 * @return the answer
	 * @throws SessionUnavailableException if there was no answer in time, or not the one
	 * that was asked for
	 */
	<T> T call(Function<RedisConnection, T> command, long bytes) throws SessionUnavailableException {
		return await(() -> {
			List<T> answer = new ArrayList<>(1);
			guard(() -> answer.add(this.link.run(command, bytes)));
			return answer.get(0);
		}, this.timeout.plus(RedisLink.extraTime(bytes)));
	}

	/**
	 * Connect for the first time. That loads and starts a Redis client, which may take
	 * longer than any command.
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	void connect() throws SessionUnavailableException {
		await(() -> {
			guard(() -> this.link.runFirst(RedisConnection::ping));
			return true;
		}, this.timeout.plus(FIRST_CONNECT));
	}

	/**
	 * Run something on the I/O thread that speaks with Redis itself, and wait for its
	 * end.
	 * @param work what to run
	 * @throws SessionUnavailableException if it did not end well in time
	 */
	void perform(Work work) throws SessionUnavailableException {
		await(() -> {
			guard(work);
			return true;
		}, this.timeout);
	}

	private <T> T await(Callable<T> task, Duration patience) throws SessionUnavailableException {
		FutureTask<T> future = new FutureTask<>(task);
		execute(future);
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

	/**
	 * Run a command that may as well fail. Called in turn.
	 * @param what what it does, for the log
	 * @param command the command
	 */
	void attempt(String what, Function<RedisConnection, ?> command) {
		try {
			guard(() -> this.link.run(command));
		}
		catch (RedisTrouble trouble) {
			RedisSessionStore.logger.debug(what + " failed", trouble);
		}
	}

	private void guard(Work work) throws RedisTrouble {
		RedisTrouble reason = away();
		if (reason != null) {
			throw reason;
		}
		try {
			work.run();
		}
		catch (RedisTrouble trouble) {
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				lost(trouble);
			}
			throw trouble;
		}
	}

	/**
	 * Note that Redis did not answer. Called in turn.
	 * @param trouble what happened
	 */
	void lost(RedisTrouble trouble) {
		lost(trouble, true);
	}

	/**
	 * Note that Redis did not answer. Called in turn.
	 * @param trouble what happened
	 * @param told whether sessions are told if Redis answers over a new connection
	 */
	void lost(RedisTrouble trouble, boolean told) {
		this.presence.lost(trouble, told);
	}

	/**
	 * End the thread and the connection, at most after the time-out.
	 */
	void close() {
		this.listeners.close();
		this.executor.getQueue().clear();
		execute(this.link::close);
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

	/**
	 * Something that speaks with Redis.
	 */
	interface Work {

		void run() throws RedisTrouble;

	}

}
