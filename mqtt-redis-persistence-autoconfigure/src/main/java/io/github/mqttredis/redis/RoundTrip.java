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
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BiConsumer;

import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.redis.Speaker.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Commands that are sent together. Their replies come one by one and on any thread; each
 * is concluded in turn ({@link IoLoop}), as soon as it is there: by who waits here, or,
 * once that one has left, by the I/O thread.
 * <p>
 * No lock guards this. A command is replied to once, whoever is first; replies pass
 * through a concurrent queue, and what concludes them is used in turn only.
 */
final class RoundTrip {

	private final List<? extends Exchange<?>> exchanges;

	private final BiConsumer<Exchange<?>, Answer> conclude;

	/** Who waits, if that one may conclude what it reads itself. */
	private final @Nullable Thread reader;

	/** 1 for a command that was replied to. */
	private final AtomicIntegerArray replied;

	private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();

	private final long start = System.nanoTime();

	/** Runs what is left once nobody waits here. */
	private volatile @Nullable Executor afterwards;

	// Used in turn only

	private int missing;

	private int link;

	private Duration timeout = Duration.ZERO;

	private Runnable cancel = () -> {
	};

	private @Nullable RedisTrouble lost;

	private boolean toldOfLoss;

	private boolean wrongServer;

	/**
	 * Begin.
	 * @param exchanges what is sent
	 * @param conclude told each answer, in turn
	 * @param reader the thread that has the turn, {@code null} if it may not conclude
	 * what it reads at once
	 */
	RoundTrip(List<? extends Exchange<?>> exchanges, BiConsumer<Exchange<?>, Answer> conclude,
			@Nullable Thread reader) {
		this.exchanges = exchanges;
		this.conclude = conclude;
		this.reader = reader;
		this.replied = new AtomicIntegerArray(exchanges.size());
		this.missing = exchanges.size();
	}

	List<? extends Exchange<?>> exchanges() {
		return this.exchanges;
	}

	/**
	 * Note what this is sent over.
	 * @param sentOver the number of the connection
	 * @param patience how long to wait for answers, from the start
	 */
	void begin(int sentOver, Duration patience) {
		this.link = sentOver;
		this.timeout = patience;
	}

	/**
	 * Note how to give up what is not answered.
	 * @param cancelling gives it up
	 */
	void cancel(Runnable cancelling) {
		this.cancel = cancelling;
	}

	/**
	 * Take a reply. May be called on any thread.
	 * @param index the number of its command
	 * @param reply a list, or an exception
	 */
	void reply(int index, Object reply) {
		reply(index, reply, true);
	}

	private void reply(int index, Object reply, boolean sent) {
		if (!this.replied.compareAndSet(index, 0, 1)) {
			return;
		}
		this.replies.add(new Reply(this.exchanges.get(index), reply, sent));
		// After the queue: who leaves looks into it once more behind this.
		Executor later = this.afterwards;
		if (later != null) {
			later.execute(this::takeReplies);
		}
		else if (Thread.currentThread() == this.reader) {
			takeReplies();
		}
	}

	/**
	 * Have all fail that was not answered yet.
	 * @param failure why
	 * @param sent whether it may have reached Redis
	 */
	void fail(Throwable failure, boolean sent) {
		for (int i = 0; i < this.exchanges.size(); i++) {
			reply(i, failure, sent);
		}
	}

	/** Have fail what was not answered in time. Called in turn. */
	void expire() {
		if (this.missing > 0) {
			fail(new TimeoutException("no answer within " + this.timeout.toMillis() + " ms"), true);
			this.cancel.run();
			takeReplies();
		}
	}

	/** Take no replies any more. */
	void abandon() {
		for (int i = 0; i < this.exchanges.size(); i++) {
			this.replied.set(i, 1);
		}
		this.replies.clear();
	}

	/** Conclude what has come. Called in turn. */
	private void takeReplies() {
		for (Reply reply = this.replies.poll(); reply != null; reply = this.replies.poll()) {
			take(reply.exchange(), reply.answer());
		}
	}

	private void take(Exchange<?> exchange, Answer answer) {
		this.missing--;
		RedisTrouble trouble = answer.trouble();
		if (trouble != null) {
			this.wrongServer |= trouble.wrongServer();
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				this.lost = (this.lost != null) ? this.lost : trouble;
				this.toldOfLoss |= !exchange.alone();
			}
		}
		this.conclude.accept(exchange, answer);
	}

	/**
	 * Wait for answers, and conclude each. Called in turn.
	 * @param patience how long to wait at most
	 * @return whether all are answered
	 */
	boolean await(Duration patience) {
		takeReplies();
		long end = this.start + patience.toNanos();
		while (this.missing > 0) {
			Reply reply = poll(end);
			if (reply == null) {
				return false;
			}
			take(reply.exchange(), reply.answer());
		}
		return true;
	}

	/**
	 * Wait for the answer to a single command, and conclude it if all is well: what comes
	 * of a failure may take long. Called in turn.
	 * @param patience how long to wait at most
	 * @return whether all is well
	 */
	boolean awaitOne(Duration patience) {
		Reply reply = poll(this.start + patience.toNanos());
		Answer answer = (reply != null) ? reply.answer() : null;
		if (reply == null || answer == null) {
			return false;
		}
		if (answer.trouble() != null) {
			this.replies.add(reply);
			return false;
		}
		take(reply.exchange(), answer);
		return true;
	}

	/**
	 * Not ended by an interruption: what others have sent has to be answered too.
	 */
	private @Nullable Reply poll(long end) {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return this.replies.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Wait no longer. Called in turn.
	 * @param executor runs tasks in turn
	 */
	void leave(Executor executor) {
		this.afterwards = executor;
		executor.execute(this::takeReplies);
	}

	Duration timeout() {
		return this.timeout;
	}

	/**
	 * Return how long it may still take. Called in turn.
	 * @return the time until {@link #expire()}
	 */
	Duration rest() {
		Duration rest = this.timeout.minusNanos(System.nanoTime() - this.start);
		return rest.isNegative() ? Duration.ZERO : rest;
	}

	boolean isLate() {
		return rest().isZero();
	}

	/**
	 * Tell what the answers so far mean for the connection, once. Called in turn.
	 * @return what they mean
	 */
	Loss loss() {
		Loss result = new Loss(this.lost, this.toldOfLoss, this.wrongServer, this.link, this.start);
		this.lost = null;
		this.toldOfLoss = false;
		this.wrongServer = false;
		return result;
	}

	/**
	 * What answers mean for the connection.
	 *
	 * @param trouble why there was no answer, {@code null} if there was
	 * @param told whether sessions are told if Redis answers over another connection
	 * @param wrongServer whether another server should have been asked
	 * @param link the number of the connection
	 * @param start when the commands were sent, by {@code nanoTime}
	 */
	record Loss(@Nullable RedisTrouble trouble, boolean told, boolean wrongServer, int link, long start) {

	}

	private record Reply(Exchange<?> exchange, Object reply, boolean sent) {

		Answer answer() {
			return RedisLink.answer(this.exchange, this.reply, this.sent);
		}

	}

}
