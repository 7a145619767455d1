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

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Has something to tell Redis now and then, one command at a time. Says so to the
 * {@link IoLoop}, which asks for the command when it sends those of all.
 */
abstract class Speaker {

	/** Whether this waits for the next round, among those whom somebody waits for. */
	final AtomicBoolean urgent = new AtomicBoolean();

	/** Whether this waits for a round, behind those. */
	final AtomicBoolean idle = new AtomicBoolean();

	/** Whether this becomes one of those before long. */
	final AtomicBoolean lingering = new AtomicBoolean();

	/** Since when, by {@code nanoTime}. */
	volatile long lingersSince;

	/** Whether a command was made since this lingers. */
	volatile boolean spoke;

	/** Whether a command is under way. Used in turn only. */
	boolean underWay;

	/** Whether this was to be asked while that was so. Used in turn only. */
	boolean askedMeanwhile;

	/**
	 * Return what to send next. Called in turn, and not while a command is under way.
	 * @return the command, {@code null} if there is nothing to send now
	 */
	abstract @Nullable Exchange<?> next();

	/** Ask to be asked again a little later: something failed that should not. */
	abstract void again();

	/**
	 * A command that is sent for somebody, and what becomes of its answer. Made and
	 * concluded in turn ({@link IoLoop}).
	 *
	 * @param <T> the type of the answer
	 * @param speaker whose command it is
	 * @param command the command
	 * @param alone whether to send it apart from others: Redis has ended the connection
	 * over it before, and would take those beside it for as bad
	 * @param answered told the answer
	 * @param failed told that there was none, or not the one that was asked for
	 */
	record Exchange<T>(Speaker speaker, Command<T> command, boolean alone, Consumer<T> answered, Failed failed) {

		/**
		 * Make of a reply what it means.
		 * @param reply the reply
		 * @return tells whose command it was
		 */
		Answer read(List<?> reply) {
			T answer = this.command.reader().apply(reply);
			return new Answer(() -> this.answered.accept(answer), null);
		}

		/**
		 * Make the answer that there was none.
		 * @param trouble what happened
		 * @param sent whether the command may have reached Redis
		 * @return tells whose command it was
		 */
		Answer failed(RedisTrouble trouble, boolean sent) {
			return new Answer(() -> this.failed.accept(trouble, sent), trouble);
		}

		/**
		 * How a command has ended.
		 *
		 * @param conclusion tells whose command it was
		 * @param trouble why there was no answer, {@code null} if there was one
		 */
		record Answer(Runnable conclusion, @Nullable RedisTrouble trouble) {

		}

		/** Told that a command failed. */
		@FunctionalInterface
		interface Failed {

			void accept(RedisTrouble trouble, boolean sent);

		}

	}

	/**
	 * A script with its keys and arguments, which can be sent together with others.
	 *
	 * @param <T> the type of the answer
	 * @param script the script
	 * @param keys how many of the arguments are keys; all of them lie in one slot
	 * @param arguments the keys and the arguments
	 * @param bytes how much is sent or read, for as far as it matters
	 * @param reader makes the answer of the reply
	 */
	record Command<T>(RedisScript script, int keys, byte[][] arguments, long bytes, Function<List<?>, T> reader) {

		/**
		 * Return whether this takes long, and longer than any other command may wait for.
		 * @return whether it moves many bytes
		 */
		boolean isLarge() {
			return !RedisLink.extraTime(this.bytes).isZero();
		}

	}

}
