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

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.redis.Speaker.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody waits for who is no publisher. Used in turn ({@link IoLoop}).
 *
 * @param <T> the type of the answer
 */
final class Request<T> {

	private final SessionShipper shipper;

	private final CompletableFuture<T> answer = new CompletableFuture<>();

	/** Whether the session has to be known to be owned, and whole, before. */
	private final boolean onWhole;

	private final Function<Request<T>, @Nullable Exchange<?>> first;

	Request(SessionShipper shipper, boolean onWhole, Function<Request<T>, @Nullable Exchange<?>> first) {
		this.shipper = shipper;
		this.onWhole = onWhole;
		this.first = first;
	}

	CompletableFuture<T> answer() {
		return this.answer;
	}

	boolean isOnWhole() {
		return this.onWhole;
	}

	/** Nothing is done for who has given up. */
	@Nullable Exchange<?> begin() {
		return this.answer.isDone() ? null : this.first.apply(this);
	}

	@Nullable Exchange<?> done(T result) {
		this.answer.complete(result);
		return null;
	}

	<A> Exchange<A> of(Command<A> command, Function<A, T> reader) {
		return of(command, false, reader);
	}

	/**
	 * Ask for something that may end the connection.
	 * @param <A> the type of what Redis answers
	 * @param command what is asked for
	 * @param alone whether nothing else is under way meanwhile
	 * @param reader makes the answer
	 * @return sends it
	 */
	<A> Exchange<A> of(Command<A> command, boolean alone, Function<A, T> reader) {
		this.shipper.asking();
		return new Exchange<>(this.shipper, command, alone, (answered) -> {
			try {
				this.answer.complete(reader.apply(answered));
			}
			finally {
				// If that failed, nobody is to wait for it.
				this.answer.cancel(false);
				this.shipper.soonest();
			}
		}, (trouble, sent) -> {
			this.shipper.notAnswered(trouble);
			this.answer.completeExceptionally(trouble);
			this.shipper.soonest();
		});
	}

}
