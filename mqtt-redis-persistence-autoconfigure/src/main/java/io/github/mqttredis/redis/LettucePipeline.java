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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;

/**
 * Sends over Lettuce: its asynchronous commands, and one flush.
 */
final class LettucePipeline implements Pipelines.Sender {

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
					// The connection was closed with commands that it had not sent yet.
					return ex;
				}
				catch (TimeoutException ex) {
					future.cancel(true);
					return new TimeoutException("no answer within " + this.timeout.toMillis() + " ms");
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
