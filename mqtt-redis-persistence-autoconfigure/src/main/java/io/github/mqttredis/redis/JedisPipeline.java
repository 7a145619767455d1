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
import java.util.List;
import java.util.concurrent.TimeoutException;

import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisClusterConnection;
import org.springframework.data.redis.connection.jedis.JedisConnection;

/**
 * Sends over Jedis: its pipeline, in a Cluster one to each node.
 */
final class JedisPipeline implements Pipelines.Sender {

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
	 * In a Cluster the pipeline logs why a node did not answer, and says of the responses
	 * only that there are none.
	 */
	private Object result(Response<Object> response, boolean late) {
		try {
			return response.get();
		}
		catch (IllegalStateException ex) {
			return late ? new TimeoutException("no answer within " + this.timeout.toMillis() + " ms")
					: new IOException("the connection to a node broke", ex);
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

}
