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

import org.springframework.aop.framework.Advised;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Makes a connection factory to the server of the application's own factory, with
 * time-outs that suit a caller who waits. What it makes belongs to the store, which can
 * reset it without touching the application's connections.
 */
final class OwnConnectionFactory {

	static final boolean LETTUCE = isPresent("io.lettuce.core.RedisClient");

	static final boolean JEDIS = isPresent("redis.clients.jedis.Jedis");

	private OwnConnectionFactory() {
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, OwnConnectionFactory.class.getClassLoader());
	}

	private static boolean isLettuce(RedisConnectionFactory factory) {
		return LETTUCE && LettuceFactories.supports(factory);
	}

	private static boolean isJedis(RedisConnectionFactory factory) {
		return JEDIS && JedisFactories.supports(factory);
	}

	/**
	 * Derive a factory.
	 * @param factory the application's factory
	 * @param timeout the longest that connecting or a command may take
	 * @return the derived factory, started; or the same one where its kind is not known
	 */
	static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout) {
		RedisConnectionFactory source = target(factory);
		if (isLettuce(source)) {
			return LettuceFactories.derive(source, timeout);
		}
		if (isJedis(source)) {
			return JedisFactories.derive(source, timeout);
		}
		return factory;
	}

	/**
	 * Warn of a factory from which none can be derived.
	 * @param factory the application's factory
	 */
	static void reportUnknown(RedisConnectionFactory factory) {
		RedisConnectionFactory source = target(factory);
		if (!isLettuce(source) && !isJedis(source)) {
			RedisSessionStore.logger.warn("MQTT sessions use connections of " + source.getClass().getName()
					+ " as they are: a call may wait for longer than mqtt.persistence.write-timeout. Mark a"
					+ " LettuceConnectionFactory or JedisConnectionFactory with @MqttPersistenceRedis");
		}
	}

	/**
	 * Return what is behind a proxy, such as that of a refresh scope. A proxy of a class
	 * has its fields, too, and they are empty.
	 */
	private static RedisConnectionFactory target(RedisConnectionFactory factory) {
		RedisConnectionFactory result = factory;
		while (result instanceof Advised proxy) {
			try {
				if (!(proxy.getTargetSource().getTarget() instanceof RedisConnectionFactory target)) {
					break;
				}
				result = target;
			}
			catch (Exception ex) {
				throw new IllegalStateException("Proxy without target", ex);
			}
		}
		return result;
	}

	/**
	 * Have a factory forget its connections, and what it knows of a Cluster.
	 * @param factory a derived factory
	 * @return whether it has; if not, it is to be derived anew. That of Jedis has a pool
	 * that would hand out a connection again whose server is the wrong one, and looks at
	 * a Cluster anew only after more attempts have failed than it has here.
	 */
	static boolean reset(RedisConnectionFactory factory) {
		if (isLettuce(factory)) {
			LettuceFactories.reset(factory);
			return true;
		}
		return false;
	}

	/**
	 * Return where a factory connects to.
	 * @param factory a factory
	 * @return host and port, for messages
	 */
	static String describe(RedisConnectionFactory factory) {
		RedisConnectionFactory source = target(factory);
		if (isLettuce(source)) {
			return LettuceFactories.describe(source);
		}
		if (isJedis(source)) {
			return JedisFactories.describe(source);
		}
		return source.getClass().getSimpleName();
	}

}
