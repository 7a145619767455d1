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

package io.github.mqttredis.testing;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The clients that Spring Data Redis knows, and connection factories that are ready to
 * use, as in an application.
 */
public enum RedisClient {

	/** Lettuce. */
	LETTUCE {
		@Override
		public RedisConnectionFactory connect(int port) {
			return lettuce(port);
		}
	},

	/** Jedis. */
	JEDIS {
		@Override
		public RedisConnectionFactory connect(int port) {
			return started(new JedisConnectionFactory(local(port)));
		}
	};

	/**
	 * Make a connection factory of this client.
	 * @param port the port of a Redis on this machine
	 * @return the factory, started
	 */
	public abstract RedisConnectionFactory connect(int port);

	/**
	 * Make a connection factory of Lettuce.
	 * @param port the port of a Redis on this machine
	 * @return the factory, started
	 */
	public static LettuceConnectionFactory lettuce(int port) {
		return lettuce(local(port));
	}

	/**
	 * Make a connection factory of Lettuce.
	 * @param configuration where Redis is
	 * @return the factory, started
	 */
	public static LettuceConnectionFactory lettuce(RedisConfiguration configuration) {
		return started(new LettuceConnectionFactory(configuration));
	}

	private static RedisStandaloneConfiguration local(int port) {
		return new RedisStandaloneConfiguration("127.0.0.1", port);
	}

	private static <F extends SmartLifecycle & InitializingBean> F started(F factory) {
		try {
			factory.afterPropertiesSet();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		factory.start();
		return factory;
	}

}
