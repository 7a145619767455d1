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

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Makes a connection factory to the server of the application's own factory, with
 * time-outs that suit a caller who waits. What it makes belongs to the store, which can
 * reset it without touching the application's connections.
 */
final class OwnConnectionFactory {

	private static final boolean LETTUCE = isPresent("io.lettuce.core.RedisClient");

	private static final boolean JEDIS = isPresent("redis.clients.jedis.Jedis");

	private OwnConnectionFactory() {
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, OwnConnectionFactory.class.getClassLoader());
	}

	/**
	 * Derive a factory.
	 * @param factory the application's factory
	 * @param timeout the longest that connecting or a command may take
	 * @return the derived factory, started; or the same one where its kind is not known
	 */
	static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout) {
		if (LETTUCE && LettuceFactories.supports(factory)) {
			return LettuceFactories.derive(factory, timeout);
		}
		if (JEDIS && JedisFactories.supports(factory)) {
			return JedisFactories.derive(factory, timeout);
		}
		return factory;
	}

	/**
	 * Drop the connection that a factory shares among its callers, if it does so, and
	 * what it knows of a Cluster.
	 * @param factory a derived factory
	 * @return whether it can be used any longer; if not, it is to be derived anew
	 */
	static boolean reset(RedisConnectionFactory factory) {
		if (LETTUCE && LettuceFactories.supports(factory)) {
			LettuceFactories.reset(factory);
		}
		return !(JEDIS && JedisFactories.supports(factory) && JedisFactories.isCluster(factory));
	}

	/**
	 * Return where a factory connects to.
	 * @param factory a factory
	 * @return host and port, for messages
	 */
	static String describe(RedisConnectionFactory factory) {
		if (LETTUCE && LettuceFactories.supports(factory)) {
			return LettuceFactories.describe(factory);
		}
		if (JEDIS && JedisFactories.supports(factory)) {
			return JedisFactories.describe(factory);
		}
		return factory.getClass().getSimpleName();
	}

}
