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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.mqttredis.redis.OwnConnectionFactory.JedisFactories;
import io.github.mqttredis.redis.Speaker.Command;
import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisClusterCRC16;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisClusterConnection;
import org.springframework.data.redis.connection.jedis.JedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;

/**
 * Sends commands together and tells what each of them was answered, as soon as that is
 * known. What Redis answers with an error, and what it does not answer, is an exception
 * in the place of the reply.
 */
final class Pipelines {

	private static final Runnable NOTHING = () -> {
	};

	private Pipelines() {
	}

	/**
	 * Return what sends commands over a connection.
	 * @param connection the connection
	 * @param own whether the connection is ours alone; of others it is not known what
	 * they are, nor how long they wait: each command goes by itself, and apart
	 * @return what sends them
	 */
	static Sender over(RedisConnection connection, boolean own) {
		if (own && OwnConnectionFactory.LETTUCE && LettucePipeline.supports(connection)) {
			return new LettucePipeline(connection);
		}
		Sender jedis = (own && OwnConnectionFactory.JEDIS) ? JedisSenders.over(connection) : null;
		if (jedis != null) {
			return jedis;
		}
		return own ? new OneByOne(connection) : new Apart(new OneByOne(connection));
	}

	/** Sends over the connections of one client. */
	interface Sender {

		/**
		 * Send commands, in this order. Returns when they are sent, or later.
		 * @param commands the commands
		 * @param timeout how long to wait at most, for all of them
		 * @param replies told the replies
		 * @return gives up what is not answered yet
		 */
		Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies);

		/**
		 * End.
		 * @param closing closes the connection
		 */
		default void close(Runnable closing) {
			closing.run();
		}

	}

	/** Told what commands were answered. */
	@FunctionalInterface
	interface Replies {

		/**
		 * Take a reply. May be called on any thread, and again in vain.
		 * @param index the number of the command
		 * @param reply a {@link List}, or an exception
		 */
		void reply(int index, Object reply);

	}

	/**
	 * Sends on a thread of its own, which alone waits for as long as the connection does.
	 */
	private static final class Apart implements Sender {

		private final Sender target;

		private final ScheduledThreadPoolExecutor executor = Listeners.executor("mqtt-redis-commands");

		Apart(Sender target) {
			this.target = target;
		}

		@Override
		public Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies) {
			this.executor.execute(() -> this.target.send(commands, timeout, replies));
			return NOTHING;
		}

		/**
		 * The connection is closed behind the command that it may still be busy with: it
		 * may go back to a pool, and who takes it next would read the former's answer.
		 */
		@Override
		public void close(Runnable closing) {
			this.executor.getQueue().clear();
			this.executor.execute(closing);
			this.executor.shutdown();
		}

	}

	/**
	 * Sends over what Spring Data has, and waits each time.
	 *
	 * @param connection the connection
	 */
	private record OneByOne(RedisConnection connection) implements Sender {

		@Override
		public Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies) {
			Object last = List.of();
			for (int i = 0; i < commands.size(); i++) {
				if (!(last instanceof Throwable failure)
						|| RedisTrouble.of(failure).kind() != RedisTrouble.Kind.NO_ANSWER) {
					last = eval(commands.get(i));
				}
				replies.reply(i, last);
			}
			return NOTHING;
		}

		Object eval(Command<?> command) {
			Object reply = eval(command, false);
			return (reply instanceof Throwable failure && RedisTrouble.isNoScript(failure)) ? eval(command, true)
					: reply;
		}

		private Object eval(Command<?> command, boolean full) {
			try {
				return command.script().eval(this.connection, command.keys(), command.arguments(), full);
			}
			catch (RuntimeException | Error ex) {
				return ex;
			}
		}

	}

	/**
	 * Sends over Lettuce: its asynchronous commands, and one flush.
	 */
	private static final class LettucePipeline implements Sender {

		private final RedisClusterAsyncCommands<byte[], byte[]> commands;

		private final StatefulConnection<byte[], byte[]> link;

		LettucePipeline(RedisConnection connection) {
			this.commands = ((LettuceConnection) connection).getNativeConnection();
			this.link = ((AbstractRedisAsyncCommands<byte[], byte[]>) this.commands).getConnection();
		}

		static boolean supports(RedisConnection connection) {
			return connection instanceof LettuceConnection;
		}

		@Override
		public Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies) {
			List<RedisFuture<List<?>>> futures = new ArrayList<>(commands.size());
			boolean several = commands.size() > 1;
			if (several) {
				this.link.setAutoFlushCommands(false);
			}
			try {
				for (int i = 0; i < commands.size(); i++) {
					int index = i;
					futures.add(eval(commands.get(i), false, (reply) -> replies.reply(index, reply)));
				}
			}
			finally {
				if (several) {
					this.link.setAutoFlushCommands(true);
					this.link.flushCommands();
				}
			}
			return () -> futures.forEach((future) -> future.cancel(true));
		}

		private RedisFuture<List<?>> eval(Command<?> command, boolean full, Consumer<Object> told) {
			byte[][] keys = Arrays.copyOfRange(command.arguments(), 0, command.keys());
			byte[][] values = Arrays.copyOfRange(command.arguments(), command.keys(), command.arguments().length);
			RedisFuture<List<?>> future = full
					? this.commands.eval(command.script().source(), ScriptOutputType.MULTI, keys, values)
					: this.commands.evalsha(command.script().digest(), ScriptOutputType.MULTI, keys, values);
			future.whenComplete((reply, failure) -> {
				if (failure != null && !full && RedisTrouble.isNoScript(failure)) {
					evalInFull(command, told);
				}
				else {
					told.accept((failure != null) ? failure : reply);
				}
			});
			return future;
		}

		private void evalInFull(Command<?> command, Consumer<Object> told) {
			try {
				eval(command, true, told);
			}
			catch (RuntimeException | Error ex) {
				told.accept(ex);
			}
		}

	}

	/** Apart, for those who do not have Jedis. */
	private static final class JedisSenders {

		static @Nullable Sender over(RedisConnection connection) {
			if (connection instanceof JedisClusterConnection cluster) {
				return new JedisClusterPipelines(cluster);
			}
			return (connection instanceof JedisConnection) ? new JedisPipeline(connection) : null;
		}

	}

	/**
	 * Sends over Jedis: its pipeline, which reads all replies before it tells any.
	 */
	private static class JedisPipeline implements Sender {

		private final OneByOne oneByOne;

		private final Object jedis;

		JedisPipeline(RedisConnection connection) {
			this.oneByOne = new OneByOne(connection);
			this.jedis = connection.getNativeConnection();
		}

		@Override
		public Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies) {
			if (commands.size() == 1) {
				// A pipeline of one command is more work for nothing.
				return this.oneByOne.send(commands, timeout, replies);
			}
			send(commands, IntStream.range(0, commands.size()).boxed().toList(), timeout, replies);
			return NOTHING;
		}

		final void send(List<? extends Command<?>> commands, List<Integer> some, Duration timeout, Replies replies) {
			List<Integer> unknown = send(commands, some, false, timeout, replies);
			if (!unknown.isEmpty()) {
				send(commands, unknown, true, timeout, replies);
			}
		}

		/** Return those whose script Redis does not know. */
		private List<Integer> send(List<? extends Command<?>> commands, List<Integer> some, boolean full,
				Duration timeout, Replies replies) {
			long start = System.nanoTime();
			List<Response<Object>> responses = new ArrayList<>(some.size());
			try (AbstractPipeline pipeline = pipeline()) {
				some.forEach((i) -> responses.add(eval(pipeline, commands.get(i), full)));
				pipeline.sync();
			}
			boolean late = System.nanoTime() - start >= timeout.toNanos() / JedisFactories.CLUSTER_ATTEMPTS;
			List<Integer> unknown = new ArrayList<>();
			for (int i = 0; i < some.size(); i++) {
				int index = some.get(i);
				Object reply = result(responses.get(i), late, timeout);
				if (!full && reply instanceof Throwable failure && RedisTrouble.isNoScript(failure)) {
					unknown.add(index);
				}
				else if (reply instanceof Throwable failure && RedisTrouble.isRedirection(failure)) {
					// A pipeline does not follow it.
					replies.reply(index, this.oneByOne.eval(commands.get(index)));
				}
				else {
					replies.reply(index, reply);
				}
			}
			return unknown;
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
		private static Object result(Response<Object> response, boolean late, Duration timeout) {
			try {
				return response.get();
			}
			catch (IllegalStateException ex) {
				return late ? new TimeoutException("no answer within " + timeout.toMillis() + " ms")
						: new IOException("the connection to a node broke", ex);
			}
			catch (RuntimeException ex) {
				return ex;
			}
		}

	}

	/**
	 * Sends over Jedis in a Cluster: a pipeline to each node, each on a thread of its
	 * own. One that hangs holds up those only that are there.
	 */
	private static final class JedisClusterPipelines extends JedisPipeline {

		private static final int MOST_THREADS = 64;

		private static final String UNKNOWN = "";

		private final JedisClusterConnection connection;

		/** Where slots were last. A wrong node costs nothing but company. */
		private final Map<Integer, String> nodes = new ConcurrentHashMap<>();

		private final ThreadPoolExecutor executor = new ThreadPoolExecutor(0, MOST_THREADS, 10, TimeUnit.SECONDS,
				new SynchronousQueue<>(), (task) -> Listeners.daemon(task, "mqtt-redis-node"));

		JedisClusterPipelines(JedisClusterConnection connection) {
			super(connection);
			this.connection = connection;
		}

		@Override
		public void close(Runnable closing) {
			this.executor.shutdown();
			closing.run();
		}

		@Override
		public Runnable send(List<? extends Command<?>> commands, Duration timeout, Replies replies) {
			Map<String, List<Integer>> groups = new HashMap<>();
			for (int i = 0; i < commands.size(); i++) {
				groups
					.computeIfAbsent(this.nodes.getOrDefault(slot(commands.get(i)), UNKNOWN),
							(node) -> new ArrayList<>())
					.add(i);
			}
			groups.forEach((node, some) -> this.executor.execute(() -> {
				try {
					send(commands, some, timeout, replies);
					if (node.equals(UNKNOWN)) {
						some.forEach((i) -> learn(slot(commands.get(i))));
					}
				}
				catch (RuntimeException | Error ex) {
					some.forEach((i) -> replies.reply(i, ex));
				}
			}));
			return NOTHING;
		}

		private static int slot(Command<?> command) {
			return JedisClusterCRC16.getSlot(command.arguments()[0]);
		}

		private void learn(int slot) {
			this.nodes.put(slot, this.connection.clusterGetNodeForSlot(slot).asString());
		}

	}

}
