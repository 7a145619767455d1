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
import java.util.Optional;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;

import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientBuilderCustomizer;
import org.springframework.data.redis.connection.jedis.JedisClientConfigBuilderCustomizer;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Derives factories from those of Jedis.
 */
final class JedisFactories {

	private JedisFactories() {
	}

	static boolean supports(RedisConnectionFactory factory) {
		return factory instanceof JedisConnectionFactory;
	}

	static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout) {
		JedisConnectionFactory source = (JedisConnectionFactory) factory;
		JedisConnectionFactory derived = create(source, new ShortTimeouts(source.getClientConfiguration(), timeout));
		derived.setAutoStartup(false);
		derived.afterPropertiesSet();
		derived.start();
		return derived;
	}

	private static JedisConnectionFactory create(JedisConnectionFactory source, JedisClientConfiguration client) {
		RedisClusterConfiguration cluster = source.getClusterConfiguration();
		if (cluster != null) {
			return new JedisConnectionFactory(cluster, client);
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

	/**
	 * The application's settings but for what makes a caller wait.
	 */
	private record ShortTimeouts(JedisClientConfiguration source,
			Duration timeout) implements JedisClientConfiguration {

		@Override
		public Optional<JedisClientConfigBuilderCustomizer> getClientConfigCustomizer() {
			return this.source.getClientConfigCustomizer();
		}

		@Override
		public Optional<JedisClientBuilderCustomizer> getClientCustomizer() {
			return this.source.getClientCustomizer();
		}

		@Override
		public boolean isUseSsl() {
			return this.source.isUseSsl();
		}

		@Override
		public Optional<SSLSocketFactory> getSslSocketFactory() {
			return this.source.getSslSocketFactory();
		}

		@Override
		public Optional<SSLParameters> getSslParameters() {
			return this.source.getSslParameters();
		}

		@Override
		public Optional<HostnameVerifier> getHostnameVerifier() {
			return this.source.getHostnameVerifier();
		}

		@Override
		public boolean isUsePooling() {
			return this.source.isUsePooling();
		}

		@Override
		public Optional<GenericObjectPoolConfig<?>> getPoolConfig() {
			return this.source.getPoolConfig();
		}

		@Override
		public Optional<String> getClientName() {
			return this.source.getClientName();
		}

		@Override
		public Duration getConnectTimeout() {
			return shorter(this.source.getConnectTimeout());
		}

		@Override
		public Duration getReadTimeout() {
			return shorter(this.source.getReadTimeout());
		}

		private Duration shorter(Duration other) {
			return (!other.isZero() && other.compareTo(this.timeout) < 0) ? other : this.timeout;
		}

	}

}
