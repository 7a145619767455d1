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
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Sends commands together and reads what each of them was answered. What Redis answers
 * with an error, and what it does not answer, is an exception in the place of the reply.
 */
final class Pipelines {

	private Pipelines() {
	}

	/**
	 * Send commands, in this order.
	 * @param connection the connection
	 * @param commands the commands
	 * @param timeout how long to wait at most, for all of them
	 * @param own whether the connection is ours alone; of others it is not known what
	 * they are, and each command goes by itself
	 * @return a reply each: a {@link List}, or an exception
	 */
	static List<Object> send(RedisConnection connection, List<Command<?>> commands, Duration timeout, boolean own) {
		Sender sender = own ? sender(connection, timeout) : (some, full) -> oneByOne(connection, some, full);
		List<Object> replies = sender.send(commands, false);
		again(replies, commands, RedisTrouble::isNoScript, (some) -> sender.send(some, true));
		// A pipeline of Jedis does not follow them.
		again(replies, commands, RedisTrouble::isRedirection, (some) -> oneByOne(connection, some, true));
		return replies;
	}

	private static void again(List<Object> replies, List<Command<?>> commands, Predicate<Throwable> which,
			Function<List<Command<?>>, List<Object>> sender) {
		int[] some = IntStream.range(0, replies.size())
			.filter((i) -> replies.get(i) instanceof Throwable failure && which.test(failure))
			.toArray();
		if (some.length > 0) {
			List<Object> second = second(IntStream.of(some).<Command<?>>mapToObj(commands::get).toList(), sender);
			for (int i = 0; i < some.length; i++) {
				replies.set(some[i], second.get(i));
			}
		}
	}

	/** What was answered the first time stays answered. */
	private static List<Object> second(List<Command<?>> commands, Function<List<Command<?>>, List<Object>> sender) {
		try {
			return sender.apply(commands);
		}
		catch (RuntimeException | Error ex) {
			return Collections.nCopies(commands.size(), ex);
		}
	}

	private static Sender sender(RedisConnection connection, Duration timeout) {
		if (OwnConnectionFactory.LETTUCE && LettucePipeline.supports(connection)) {
			return new LettucePipeline(connection, timeout);
		}
		if (OwnConnectionFactory.JEDIS && JedisPipeline.supports(connection)) {
			// A pipeline of one command is more work for nothing.
			return (commands, full) -> (commands.size() > 1)
					? new JedisPipeline(connection, timeout).send(commands, full)
					: oneByOne(connection, commands, full);
		}
		return (commands, full) -> oneByOne(connection, commands, full);
	}

	private static List<Object> oneByOne(RedisConnection connection, List<Command<?>> commands, boolean full) {
		List<Object> replies = new ArrayList<>(commands.size());
		for (Command<?> command : commands) {
			Object last = replies.isEmpty() ? null : replies.get(replies.size() - 1);
			if (last instanceof Throwable failure && RedisTrouble.of(failure).kind() == RedisTrouble.Kind.NO_ANSWER) {
				replies.add(failure);
				continue;
			}
			try {
				replies.add(command.script().eval(connection, command.keys(), command.arguments(), full));
			}
			catch (RuntimeException | Error ex) {
				replies.add(ex);
			}
		}
		return replies;
	}

	/** Sends over the connections of one client. */
	@FunctionalInterface
	interface Sender {

		/**
		 * Send commands and wait for the replies.
		 * @param commands the commands
		 * @param full whether to send the scripts themselves and not their digests
		 * @return a reply each
		 */
		List<Object> send(List<Command<?>> commands, boolean full);

	}

}
