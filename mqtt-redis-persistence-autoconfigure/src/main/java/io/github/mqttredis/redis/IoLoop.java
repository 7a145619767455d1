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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.redis.Speaker.Exchange.Answer;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Speaks with Redis for all sessions. Who has something to send says so; one thread asks
 * each of them for its command, sends them together, and tells each its answer: a round
 * trip serves all. At most one command of a session is under way, so no answer decides
 * over another session's command. A publisher that finds nobody speaking sends its own
 * command, which saves two changes of thread.
 * <p>
 * Once a command was not answered Redis counts as away: nothing is sent but probes, and
 * callers are told at once, until a probe is answered.
 */
final class IoLoop {

	private static final Duration FIRST_CONNECT = Duration.ofSeconds(10);

	/** So that who comes next waits for some milliseconds at most. */
	private static final int MOST_IN_A_ROUND = 256;

	private static final long MOST_BYTES_IN_A_ROUND = 4L * 1024 * 1024;

	/** So that leases are renewed however much there is to do besides. */
	private static final int MOST_IDLE_IN_A_ROUND = 64;

	private static final String UNEXPECTED = "Unexpected failure";

	/**
	 * How long a removal, which nobody waits for, waits for company at least. It waits at
	 * most twice as long.
	 */
	private static final Duration LINGER = Duration.ofMillis(25);

	/** How long those that are answered wait for others, in a Cluster. */
	private static final Duration PATIENCE = Duration.ofMillis(20);

	/** So that a Cluster that has not settled is not looked at all the time. */
	private static final Duration CONNECT_ANEW = Duration.ofMillis(500);

	private final RedisLink link;

	private final Duration timeout;

	private final RedisPresence presence;

	private final ScheduledThreadPoolExecutor executor;

	/** Sends large records, which others do not wait for. */
	private final ScheduledThreadPoolExecutor large;

	/** Connects to a Cluster anew. */
	private final ScheduledThreadPoolExecutor beside;

	private final AtomicBoolean connecting = new AtomicBoolean();

	/** When something was answered last. Used in turn only. */
	private long answered = System.nanoTime();

	/**
	 * Guards the connection, and what sessions know of what they have sent. The I/O
	 * thread has it while it runs a task; a publisher tries it only, holding no lock of
	 * Paho's or ours. Who has it speaks with Redis, which no other lock is held for.
	 */
	private final ReentrantLock turn = new ReentrantLock();

	/** Those who have something to send that somebody waits for. */
	private final Queue<Speaker> urgent = new ConcurrentLinkedQueue<>();

	/** Those who have something to send that nobody waits for. */
	private final Queue<Speaker> idle = new ConcurrentLinkedQueue<>();

	/** Those who become so before long, if they are not asked sooner. */
	private final Queue<Speaker> lingering = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean planned = new AtomicBoolean();

	private final AtomicBoolean ticking = new AtomicBoolean();

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
		this.presence = new RedisPresence(link, this::later, onAway, onBack, this::connectAnew);
		this.executor = Listeners.executor("mqtt-redis-io");
		this.large = Listeners.executor("mqtt-redis-large-records");
		this.beside = Listeners.executor("mqtt-redis-connect");
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

	/**
	 * Run a task on the I/O thread, in turn.
	 * @param task the task
	 */
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

	// Rounds

	/**
	 * Ask somebody for a command in the next round.
	 * @param speaker whom
	 */
	void soonest(Speaker speaker) {
		due(speaker, speaker.urgent, this.urgent);
	}

	/**
	 * Ask somebody for a command when nobody is left who is waited for.
	 * @param speaker whom
	 */
	void whenIdle(Speaker speaker) {
		due(speaker, speaker.idle, this.idle);
	}

	/**
	 * Ask somebody for a command before long, together with others.
	 * @param speaker whom
	 */
	void beforeLong(Speaker speaker) {
		if (!speaker.lingering.get() && speaker.lingering.compareAndSet(false, true)) {
			speaker.spoke = false;
			speaker.lingersSince = System.nanoTime();
			this.lingering.add(speaker);
		}
		planTick();
	}

	private void planTick() {
		once(this.ticking,
				() -> this.executor.schedule(Listeners.guarded(this::tick), LINGER.toMillis(), TimeUnit.MILLISECONDS));
	}

	/**
	 * Without the turn, which a publisher would find taken: the queues and flags are made
	 * for any thread, and who is added or speaks meanwhile is looked at once more. Who
	 * has spoken has told all there was; if there is more since, it goes along next time.
	 */
	private void tick() {
		this.ticking.set(false);
		long now = System.nanoTime();
		try {
			Speaker speaker = this.lingering.peek();
			while (speaker != null && now - speaker.lingersSince >= LINGER.toNanos()) {
				this.lingering.poll();
				speaker.lingering.set(false);
				if (speaker.spoke) {
					beforeLong(speaker);
				}
				else {
					whenIdle(speaker);
				}
				speaker = this.lingering.peek();
			}
		}
		finally {
			if (!this.lingering.isEmpty()) {
				planTick();
			}
		}
	}

	private void due(Speaker speaker, AtomicBoolean waiting, Queue<Speaker> queue) {
		once(waiting, () -> {
			queue.add(speaker);
			once(this.planned, () -> execute(this::round));
		});
	}

	/**
	 * Run a task in turn, once, however often this is asked for until then.
	 * @param planned whether it is
	 * @param delay how much later
	 * @param task the task
	 */
	void later(AtomicBoolean planned, Duration delay, Runnable task) {
		once(planned, () -> later(() -> {
			planned.set(false);
			task.run();
		}, delay));
	}

	private static void once(AtomicBoolean planned, Runnable plan) {
		if (planned.get() || !planned.compareAndSet(false, true)) {
			return;
		}
		boolean accepted = false;
		try {
			plan.run();
			accepted = true;
		}
		finally {
			if (!accepted) {
				// No memory, or no thread, for it: whoever asks next plans it anew.
				planned.set(false);
			}
		}
	}

	private void round() {
		// First, so that who is added from here on is served by the next round.
		this.planned.set(false);
		List<Exchange<?>> round = new ArrayList<>(MOST_IN_A_ROUND + MOST_IDLE_IN_A_ROUND);
		try {
			collect(this.urgent, (speaker) -> speaker.urgent, round, MOST_IN_A_ROUND);
			collect(this.idle, (speaker) -> speaker.idle, round, round.size() + MOST_IDLE_IN_A_ROUND);
		}
		finally {
			if (!this.urgent.isEmpty() || !this.idle.isEmpty()) {
				once(this.planned, () -> execute(this::round));
			}
			guarded(round, () -> speak(round));
		}
	}

	private static void collect(Queue<Speaker> speakers, Function<Speaker, AtomicBoolean> waiting,
			List<Exchange<?>> round, int most) {
		long bytes = 0;
		while (round.size() < most && bytes < MOST_BYTES_IN_A_ROUND) {
			Speaker speaker = speakers.poll();
			if (speaker == null) {
				break;
			}
			// First, so that what it has from here on is asked for in the next round.
			waiting.apply(speaker).set(false);
			Exchange<?> exchange = ask(speaker, speaker::next);
			if (exchange != null) {
				round.add(exchange);
				speaker.underWay = true;
				speaker.spoke = true;
				bytes += exchange.command().bytes();
			}
		}
	}

	private static @Nullable Exchange<?> ask(Speaker speaker, Supplier<@Nullable Exchange<?>> next) {
		if (speaker.underWay) {
			speaker.askedMeanwhile = true;
			return null;
		}
		try {
			return next.get();
		}
		catch (RuntimeException | Error ex) {
			Listeners.unexpected(ex);
			speaker.again();
			return null;
		}
	}

	private void speak(List<Exchange<?>> round) {
		List<Exchange<?>> together = new ArrayList<>(round.size());
		List<Exchange<?>> alone = new ArrayList<>();
		for (Exchange<?> exchange : round) {
			if (exchange.command().isLarge()) {
				guarded(List.of(exchange), () -> this.large.execute(() -> sendLarge(exchange)));
			}
			else {
				(exchange.alone() ? alone : together).add(exchange);
			}
		}
		send(together);
		alone.forEach((exchange) -> send(List.of(exchange)));
	}

	private void send(List<Exchange<?>> exchanges) {
		if (!exchanges.isEmpty()) {
			guarded(exchanges, () -> {
				RedisTrouble away = away();
				if (away != null) {
					exchanges.forEach((exchange) -> conclude(exchange, exchange.failed(away, false)));
					return;
				}
				attend(new RoundTrip(exchanges, this::conclude, Thread.currentThread()), (trip) -> {
					if (!trip.await(patience(trip)) && !trip.isLate()) {
						return false;
					}
					trip.expire();
					judge(trip);
					return true;
				});
			});
		}
	}

	/** In a Cluster, those that are answered do not wait for a node that is not. */
	private Duration patience(RoundTrip trip) {
		return this.link.isCluster() ? PATIENCE : trip.timeout();
	}

	/** Whose answer is not concluded here, the I/O thread concludes. */
	private void attend(RoundTrip trip, Predicate<RoundTrip> attended) {
		boolean sent = false;
		try {
			this.link.send(trip);
			if (!attended.test(trip)) {
				trip.leave((task) -> execute(() -> {
					task.run();
					judge(trip);
				}));
				later(() -> {
					trip.expire();
					judge(trip);
				}, trip.rest());
			}
			sent = true;
		}
		finally {
			if (!sent) {
				trip.abandon();
			}
		}
	}

	/** Whose command is neither answered nor has failed would never be asked again. */
	private void guarded(List<Exchange<?>> exchanges, Runnable task) {
		if (!Listeners.run(task)) {
			exchanges.stream().map(Exchange::speaker).filter((speaker) -> speaker.underWay).forEach((speaker) -> {
				speaker.underWay = false;
				Listeners.run(speaker::again);
			});
		}
	}

	/** That a large command was not answered tells nothing of others. */
	private void sendLarge(Exchange<?> exchange) {
		Answer[] answer = new Answer[1];
		if (!Listeners.run(() -> answer[0] = this.link.sendLarge(exchange))) {
			answer[0] = exchange.failed(RedisTrouble.of(new IllegalStateException(UNEXPECTED)), true);
		}
		execute(() -> guarded(List.of(exchange), () -> conclude(exchange, answer[0])));
	}

	/** See what answers mean for the connection, unless there is another one since. */
	private void judge(RoundTrip trip) {
		RoundTrip.Loss loss = trip.loss();
		if (loss.link() != this.link.number()) {
			return;
		}
		if (loss.wrongServer()) {
			this.link.reset();
		}
		if (loss.trouble() != null && away() == null) {
			this.presence.lost(loss.trouble(), loss.told(), this.answered - loss.start() > 0);
		}
	}

	/**
	 * Connect to a Cluster anew, beside the connection that is used: a node that hangs
	 * may have a successor by now. What is under way over the former one may still be
	 * answered.
	 */
	private void connectAnew() {
		once(this.connecting, () -> this.beside.schedule(Listeners.guarded(() -> {
			try {
				RedisLink other = this.link.another();
				if (this.executor.isShutdown()) {
					other.close();
					return;
				}
				execute(() -> {
					this.link.swap(other);
					this.beside.schedule(Listeners.guarded(other::close), this.timeout.toMillis(),
							TimeUnit.MILLISECONDS);
				});
			}
			catch (RedisTrouble trouble) {
				RedisSessionStore.logger.debug("Connecting anew failed", trouble);
			}
			finally {
				this.connecting.set(false);
			}
		}), CONNECT_ANEW.toMillis(), TimeUnit.MILLISECONDS));
	}

	private void conclude(Exchange<?> exchange, Answer answer) {
		Speaker speaker = exchange.speaker();
		speaker.underWay = false;
		if (answer.trouble() == null) {
			this.answered = System.nanoTime();
		}
		if (!Listeners.run(answer.conclusion())) {
			speaker.again();
		}
		if (speaker.askedMeanwhile) {
			speaker.askedMeanwhile = false;
			soonest(speaker);
		}
	}

	/**
	 * Send somebody's command on the calling thread, if nobody else speaks with Redis, or
	 * is about to, and there is a connection.
	 * @param speaker whose command
	 * @param next returns the command
	 * @return whether it was sent, and answered as it was asked for
	 */
	boolean tryHere(Speaker speaker, Supplier<@Nullable Exchange<?>> next) {
		// Whoever waits for the turn has it first: the I/O thread has work for all.
		if (this.planned.get() || this.turn.hasQueuedThreads() || !this.turn.tryLock()) {
			return false;
		}
		try {
			Exchange<?> exchange = this.link.isConnected() ? ask(speaker, next) : null;
			if (exchange == null) {
				return false;
			}
			boolean[] answered = { false };
			speaker.underWay = true;
			speaker.spoke = true;
			// A publisher waits for no more than one answer.
			guarded(List.of(exchange), () -> attend(new RoundTrip(List.of(exchange), this::conclude, null), (trip) -> {
				answered[0] = trip.awaitOne(patience(trip));
				return answered[0];
			}));
			return answered[0];
		}
		finally {
			this.turn.unlock();
		}
	}

	// Those who wait

	/**
	 * Have a command sent along with the next one that is asked for.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return its answer
	 */
	<T> Question<T> along(Command<T> command) {
		Question<T> question = new Question<>(command);
		this.idle.add(question);
		return question;
	}

	/**
	 * Have a command sent in the next round, and wait for its answer.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return the answer
	 * @throws SessionUnavailableException if there was no answer in time, or not the one
	 * that was asked for
	 */
	<T> T call(Command<T> command) throws SessionUnavailableException {
		Question<T> question = new Question<>(command);
		soonest(question);
		return question.await();
	}

	/**
	 * Run something on the I/O thread that speaks with Redis, and wait for its answer.
	 * Not to be called with a lock held that the I/O thread may want.
	 * @param <T> the type of the answer
	 * @param command what to run
	 * @return the answer
	 * @throws SessionUnavailableException if there was no answer in time, or not the one
	 * that was asked for
	 */
	<T> T call(Function<RedisConnection, T> command) throws SessionUnavailableException {
		return await(submit(() -> this.link.run(command)), this.timeout);
	}

	/**
	 * Connect for the first time. That loads and starts a Redis client, which may take
	 * longer than any command.
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	void connect() throws SessionUnavailableException {
		await(submit(() -> this.link.runFirst(RedisConnection::ping)), this.timeout.plus(FIRST_CONNECT));
	}

	private <T> CompletableFuture<T> submit(Work<T> work) {
		CompletableFuture<T> answer = new CompletableFuture<>();
		execute(() -> {
			if (answer.isDone()) {
				return;
			}
			try {
				answer.complete(guard(work));
			}
			catch (RedisTrouble | RuntimeException | Error ex) {
				answer.completeExceptionally(ex);
			}
		});
		return answer;
	}

	/**
	 * Wait for an answer, for the time-out, and longer if it moves many bytes.
	 * @param <T> the type of the answer
	 * @param answer the answer
	 * @param bytes how many bytes
	 * @return the answer
	 * @throws SessionUnavailableException if there was none in time, or not the one that
	 * was asked for
	 */
	<T> T await(CompletableFuture<T> answer, long bytes) throws SessionUnavailableException {
		return await(answer, this.timeout.plus(RedisLink.extraTime(bytes)));
	}

	private <T> T await(CompletableFuture<T> answer, Duration patience) throws SessionUnavailableException {
		try {
			return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
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
			answer.cancel(false);
		}
	}

	/**
	 * Have a command sent that nobody waits for, and that may as well fail.
	 * @param what what it does, for the log
	 * @param command the command
	 */
	void attempt(String what, Command<?> command) {
		Question<?> question = new Question<>(command);
		question.answer.whenComplete((answer, trouble) -> {
			if (trouble != null) {
				RedisSessionStore.logger.debug(what + " failed", trouble);
			}
		});
		whenIdle(question);
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

	private <T> T guard(Work<T> work) throws RedisTrouble {
		RedisTrouble reason = away();
		if (reason != null) {
			throw reason;
		}
		try {
			return work.run();
		}
		catch (RedisTrouble trouble) {
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				this.presence.lost(trouble, true, false);
			}
			throw trouble;
		}
	}

	/**
	 * End the thread and the connection, at most after the time-out.
	 */
	void close() {
		this.listeners.close();
		this.large.shutdownNow();
		this.executor.getQueue().clear();
		execute(this.link::close);
		this.beside.shutdown();
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
	 *
	 * @param <T> the type of the answer
	 */
	private interface Work<T> {

		T run() throws RedisTrouble;

	}

	/**
	 * A command that is sent once, for nobody's session.
	 *
	 * @param <T> the type of the answer
	 */
	final class Question<T> extends Speaker {

		private final Command<T> command;

		private final CompletableFuture<T> answer = new CompletableFuture<>();

		Question(Command<T> command) {
			this.command = command;
		}

		/**
		 * Wait for the answer.
		 * @return the answer
		 * @throws SessionUnavailableException if there was none in time, or not the one
		 * that was asked for
		 */
		T await() throws SessionUnavailableException {
			return IoLoop.this.await(this.answer, this.command.bytes());
		}

		@Override
		@Nullable Exchange<?> next() {
			RedisTrouble away = away();
			if (away != null) {
				this.answer.completeExceptionally(away);
			}
			return this.answer.isDone() ? null : new Exchange<>(this, this.command, false, this.answer::complete,
					(trouble, sent) -> this.answer.completeExceptionally(trouble));
		}

		@Override
		void again() {
			this.answer.completeExceptionally(RedisTrouble.of(new IllegalStateException(UNEXPECTED)));
		}

	}

}
