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

package io.github.mqttredis.autoconfigure;

import java.util.function.Supplier;

import javax.net.ssl.SSLParameters;

import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Factories of Jedis to the Redis of the sessions' own.
 */
final class OwnJedisFactories {

	private OwnJedisFactories() {
	}

	static RedisConnectionFactory standalone(Redis redis, Supplier<SslBundle> bundle) {
		JedisClientConfiguration.JedisClientConfigurationBuilder builder = JedisClientConfiguration.builder();
		RedisUrl url = redis.parsedUrl();
		if (url.ssl()) {
			builder.useSsl()
				.sslSocketFactory(new SslBundleSocketFactory(bundle.get()))
				.sslParameters(verifyingHostName());
		}
		return new JedisConnectionFactory(url.toConfiguration(redis), builder.build());
	}

	/** Lettuce does so by itself; Jedis takes any certificate that is trusted. */
	private static SSLParameters verifyingHostName() {
		SSLParameters parameters = new SSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		return parameters;
	}

}
