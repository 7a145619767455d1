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
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A command that is sent for somebody, and what becomes of its answer. Made and concluded
 * in turn ({@link IoLoop}).
 *
 * @param <T> the type of the answer
 * @param speaker whose command it is
 * @param command the command
 * @param alone whether to send it apart from others: Redis has ended the connection over
 * it before, and would take those beside it for as bad
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
