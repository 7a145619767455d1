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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.github.mqttredis.redis.OwnConnectionFactory.JedisFactories;
import io.github.mqttredis.redis.Speaker.Command;
import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisClusterConnection;
import org.springframework.data.redis.connection.jedis.JedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;

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
		Sender oneByOne = (some, full) -> oneByOne(connection, some, full);
		Sender sender = own ? sender(connection, timeout, oneByOne) : oneByOne;
		List<Object> replies = sender.send(commands, false);
		again(replies, commands, RedisTrouble::isNoScript, sender);
		// A pipeline of Jedis does not follow them.
		again(replies, commands, RedisTrouble::isRedirection, oneByOne);
		return replies;
	}

	private static void again(List<Object> replies, List<Command<?>> commands, Predicate<Throwable> which,
			Sender sender) {
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
	private static List<Object> second(List<Command<?>> commands, Sender sender) {
		try {
			return sender.send(commands, true);
		}
		catch (RuntimeException | Error ex) {
			return Collections.nCopies(commands.size(), ex);
		}
	}

	private static Sender sender(RedisConnection connection, Duration timeout, Sender oneByOne) {
		if (OwnConnectionFactory.LETTUCE && LettucePipeline.supports(connection)) {
			return new LettucePipeline(connection, timeout);
		}
		if (OwnConnectionFactory.JEDIS && JedisPipeline.supports(connection)) {
			Sender pipeline = new JedisPipeline(connection, timeout);
			// A pipeline of one command is more work for nothing.
			return (commands, full) -> ((commands.size() > 1) ? pipeline : oneByOne).send(commands, full);
		}
		return oneByOne;
	}

	private static TimeoutException noAnswer(Duration timeout) {
		return new TimeoutException("no answer within " + timeout.toMillis() + " ms");
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
	private interface Sender {

		/**
		 * Send commands and wait for the replies.
		 * @param commands the commands
		 * @param full whether to send the scripts themselves and not their digests
		 * @return a reply each
		 */
		List<Object> send(List<Command<?>> commands, boolean full);

	}

	/**
	 * Sends over Lettuce: its asynchronous commands, and one flush.
	 */
	private static final class LettucePipeline implements Sender {

		private final RedisClusterAsyncCommands<byte[], byte[]> commands;

		private final StatefulConnection<byte[], byte[]> link;

		private final Duration timeout;

		LettucePipeline(RedisConnection connection, Duration timeout) {
			this.commands = ((LettuceConnection) connection).getNativeConnection();
			this.link = ((AbstractRedisAsyncCommands<byte[], byte[]>) this.commands).getConnection();
			this.timeout = timeout;
		}

		static boolean supports(RedisConnection connection) {
			return connection instanceof LettuceConnection;
		}

		@Override
		public List<Object> send(List<Command<?>> commands, boolean full) {
			long deadline = System.nanoTime() + this.timeout.toNanos();
			List<Object> results = new ArrayList<>(commands.size());
			List<RedisFuture<List<?>>> futures = new ArrayList<>(commands.size());
			boolean several = commands.size() > 1;
			if (several) {
				this.link.setAutoFlushCommands(false);
			}
			try {
				commands.forEach((command) -> futures.add(eval(command, full)));
			}
			finally {
				if (several) {
					this.link.setAutoFlushCommands(true);
					this.link.flushCommands();
				}
			}
			futures.forEach((future) -> results.add(await(future, deadline)));
			return results;
		}

		private RedisFuture<List<?>> eval(Command<?> command, boolean full) {
			byte[][] keys = Arrays.copyOfRange(command.arguments(), 0, command.keys());
			byte[][] values = Arrays.copyOfRange(command.arguments(), command.keys(), command.arguments().length);
			return full ? this.commands.eval(command.script().source(), ScriptOutputType.MULTI, keys, values)
					: this.commands.evalsha(command.script().digest(), ScriptOutputType.MULTI, keys, values);
		}

		/**
		 * Not ended by an interruption: who is interrupted waits for the answer of one
		 * command, and what others have sent over this connection has to be answered too.
		 */
		private Object await(RedisFuture<List<?>> future, long deadline) {
			boolean interrupted = false;
			try {
				while (true) {
					try {
						return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
					}
					catch (InterruptedException ex) {
						interrupted = true;
					}
					catch (ExecutionException ex) {
						return (ex.getCause() != null) ? ex.getCause() : ex;
					}
					catch (CancellationException ex) {
						// The connection was closed with commands that it had not sent
						// yet.
						return ex;
					}
					catch (TimeoutException ex) {
						future.cancel(true);
						return noAnswer(this.timeout);
					}
				}
			}
			finally {
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

	/**
	 * Sends over Jedis: its pipeline, in a Cluster one to each node.
	 */
	private static final class JedisPipeline implements Sender {

		private final Object jedis;

		private final Duration timeout;

		JedisPipeline(RedisConnection connection, Duration timeout) {
			this.jedis = connection.getNativeConnection();
			this.timeout = timeout;
		}

		static boolean supports(RedisConnection connection) {
			return connection instanceof JedisConnection || connection instanceof JedisClusterConnection;
		}

		@Override
		public List<Object> send(List<Command<?>> commands, boolean full) {
			List<Response<Object>> responses = new ArrayList<>(commands.size());
			long start = System.nanoTime();
			try (AbstractPipeline pipeline = pipeline()) {
				for (Command<?> command : commands) {
					responses.add(eval(pipeline, command, full));
				}
				pipeline.sync();
			}
			List<Object> results = new ArrayList<>(commands.size());
			boolean late = System.nanoTime() - start >= this.timeout.toNanos() / JedisFactories.CLUSTER_ATTEMPTS;
			responses.forEach((response) -> results.add(result(response, late)));
			return results;
		}

		private AbstractPipeline pipeline() {
			return (this.jedis instanceof Jedis single) ? single.pipelined() : ((UnifiedJedis) this.jedis).pipelined();
		}

		private static Response<Object> eval(AbstractPipeline pipeline, Command<?> command, boolean full) {
			List<byte[]> all = Arrays.asList(command.arguments());
			List<byte[]> keys = all.subList(0, command.keys());
			List<byte[]> values = all.subList(command.keys(), all.size());
			RedisScript script = command.script();
			return full ? pipeline.eval(script.source(), keys, values)
					: pipeline.evalsha(script.digest().getBytes(StandardCharsets.US_ASCII), keys, values);
		}

		/**
		 * In a Cluster the pipeline logs why a node did not answer, and says of the
		 * responses only that there are none.
		 */
		private Object result(Response<Object> response, boolean late) {
			try {
				return response.get();
			}
			catch (IllegalStateException ex) {
				return late ? noAnswer(this.timeout) : new IOException("the connection to a node broke", ex);
			}
			catch (RuntimeException ex) {
				return ex;
			}
		}

	}

}
