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

package io.github.mqttredis.benchmarks.worker;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.benchmarks.Addresses;
import redis.clients.jedis.Jedis;

/**
 * What Redis says of itself, over a connection apart from what is measured.
 */
final class RedisInfo {

	private static final int TIMEOUT_MILLIS = 30_000;

	private RedisInfo() {
	}

	static void flush(int port) {
		try (Jedis jedis = connect(port)) {
			jedis.flushAll();
		}
	}

	/**
	 * Return how many records a session has.
	 * @param port the port of Redis
	 * @param hash the key of its hash
	 * @return the number
	 */
	static long records(int port, String hash) {
		try (Jedis jedis = connect(port)) {
			return jedis.hlen(hash);
		}
	}

	/**
	 * Return the processor time that Redis has used.
	 * @param port the port of Redis
	 * @return user and system time in microseconds
	 */
	static double cpuMicros(int port) {
		try (Jedis jedis = connect(port)) {
			String info = jedis.info("cpu");
			return (number(info, "used_cpu_sys") + number(info, "used_cpu_user")) * 1e6;
		}
	}

	static double usedMemory(int port) {
		try (Jedis jedis = connect(port)) {
			return number(jedis.info("memory"), "used_memory");
		}
	}

	static int connections(int port) {
		try (Jedis jedis = connect(port)) {
			return (int) number(jedis.info("clients"), "connected_clients") - 1;
		}
	}

	private static Jedis connect(int port) {
		return new Jedis(Addresses.HOST, port, TIMEOUT_MILLIS);
	}

	private static double number(String info, String name) {
		Matcher matcher = Pattern.compile("(?m)^" + name + ":([0-9.]+)").matcher(info);
		if (!matcher.find()) {
			throw new IllegalStateException("Redis does not tell " + name);
		}
		return Double.parseDouble(matcher.group(1));
	}

}
