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

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Variant;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Connection factories as an application has them.
 */
final class RedisFactories {

	/** Threads of Lettuce, shared as in a Spring Boot application. */
	private static final ClientResources RESOURCES = ClientResources.create();

	private RedisFactories() {
	}

	static RedisConnectionFactory start(Variant variant, Addresses addresses) {
		if (variant.driver().equals(Variant.JEDIS)) {
			JedisConnectionFactory jedis = new JedisConnectionFactory(
					new RedisStandaloneConfiguration(Addresses.HOST, addresses.redisPort()));
			jedis.afterPropertiesSet();
			jedis.start();
			return jedis;
		}
		LettuceClientConfiguration client = LettuceClientConfiguration.builder().clientResources(RESOURCES).build();
		LettuceConnectionFactory lettuce = variant.transport().equals(Variant.UNIX)
				? new LettuceConnectionFactory(new RedisSocketConfiguration(addresses.redisSocket().toString()), client)
				: new LettuceConnectionFactory(new RedisStandaloneConfiguration(Addresses.HOST, addresses.redisPort()),
						client);
		lettuce.afterPropertiesSet();
		lettuce.start();
		return lettuce;
	}

	static void stop(RedisConnectionFactory factory) {
		if (factory instanceof JedisConnectionFactory jedis) {
			jedis.destroy();
		}
		if (factory instanceof LettuceConnectionFactory lettuce) {
			lettuce.destroy();
		}
	}

}
