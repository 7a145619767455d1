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

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Derives factories from those of Jedis.
 */
final class JedisFactories {

	private static final Set<String> TIMEOUTS = Set.of("getConnectTimeout", "getReadTimeout");

	/**
	 * How often Jedis tries in a Cluster: once more at the node that it was sent to. Each
	 * time it may wait for the time-out.
	 */
	static final int CLUSTER_ATTEMPTS = 2;

	private JedisFactories() {
	}

	static boolean supports(RedisConnectionFactory factory) {
		// A mock has no settings.
		return factory instanceof JedisConnectionFactory jedis && jedis.getClientConfiguration() != null;
	}

	static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout) {
		JedisConnectionFactory source = (JedisConnectionFactory) factory;
		Duration attempt = source.isRedisClusterAware() ? timeout.dividedBy(CLUSTER_ATTEMPTS) : timeout;
		JedisConnectionFactory derived = create(source, withShortTimeouts(source.getClientConfiguration(), attempt));
		derived.setAutoStartup(false);
		derived.afterPropertiesSet();
		derived.start();
		return derived;
	}

	private static JedisConnectionFactory create(JedisConnectionFactory source, JedisClientConfiguration client) {
		RedisClusterConfiguration cluster = source.getClusterConfiguration();
		if (cluster != null) {
			return new JedisConnectionFactory(withFewAttempts(cluster), client);
		}
		RedisSentinelConfiguration sentinel = source.getSentinelConfiguration();
		if (sentinel != null) {
			return new JedisConnectionFactory(sentinel, client);
		}
		RedisStandaloneConfiguration standalone = source.getStandaloneConfiguration();
		return new JedisConnectionFactory((standalone != null) ? standalone : new RedisStandaloneConfiguration(),
				client);
	}

	static String describe(RedisConnectionFactory factory) {
		JedisConnectionFactory jedis = (JedisConnectionFactory) factory;
		RedisClusterConfiguration cluster = jedis.getClusterConfiguration();
		if (cluster != null) {
			return "cluster " + cluster.getClusterNodes();
		}
		RedisSentinelConfiguration sentinel = jedis.getSentinelConfiguration();
		return (sentinel != null) ? "sentinels " + sentinel.getSentinels()
				: jedis.getHostName() + ":" + jedis.getPort();
	}

	private static RedisClusterConfiguration withFewAttempts(RedisClusterConfiguration source) {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration();
		cluster.setClusterNodes(source.getClusterNodes());
		cluster.setUsername(source.getUsername());
		cluster.setPassword(source.getPassword());
		cluster.setMaxRedirects(CLUSTER_ATTEMPTS);
		return cluster;
	}

	/**
	 * Make the application's settings but for what makes a caller wait. A proxy, because
	 * the versions of Spring Data differ in what else the settings have.
	 */
	private static JedisClientConfiguration withShortTimeouts(JedisClientConfiguration source, Duration timeout) {
		return (JedisClientConfiguration) Proxy.newProxyInstance(JedisFactories.class.getClassLoader(),
				new Class<?>[] { JedisClientConfiguration.class }, (proxy, method, arguments) -> {
					Object setting = ReflectionUtils.invokeMethod(method, source, arguments);
					return TIMEOUTS.contains(method.getName()) ? shorter((Duration) setting, timeout) : setting;
				});
	}

	private static Duration shorter(@Nullable Duration one, Duration other) {
		return (one != null && !one.isZero() && one.compareTo(other) < 0) ? one : other;
	}

}
