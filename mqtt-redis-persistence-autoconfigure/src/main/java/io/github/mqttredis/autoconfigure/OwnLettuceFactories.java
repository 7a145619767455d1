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

import java.util.Objects;
import java.util.function.Supplier;

import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Factories of Lettuce to the Redis of the sessions' own.
 */
final class OwnLettuceFactories {

	private OwnLettuceFactories() {
	}

	static RedisConnectionFactory standalone(Redis redis, Supplier<SslBundle> bundle, BeanFactory beans) {
		RedisUrl url = redis.parsedUrl();
		return new LettuceConnectionFactory(url.toConfiguration(redis), client(url.ssl() ? bundle.get() : null, beans));
	}

	static RedisConnectionFactory unixSocket(Redis redis, BeanFactory beans) {
		if (!EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
			throw UnixSocketException.withoutTransport();
		}
		RedisSocketConfiguration configuration = new RedisSocketConfiguration(
				Objects.requireNonNull(redis.unixSocket()));
		configuration.setUsername(redis.username());
		configuration.setPassword(RedisPassword.of(redis.password()));
		configuration.setDatabase(redis.database());
		return new LettuceConnectionFactory(configuration, client(null, beans));
	}

	private static LettuceClientConfiguration client(@Nullable SslBundle bundle, BeanFactory beans) {
		LettuceClientConfiguration.LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
		beans.getBeanProvider(ClientResources.class).ifUnique(builder::clientResources);
		if (bundle != null) {
			builder.clientOptions(ClientOptions.builder().sslOptions(sslOptions(bundle)).build()).useSsl();
		}
		return builder.build();
	}

	private static SslOptions sslOptions(SslBundle bundle) {
		SslOptions.Builder builder = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			builder.cipherSuites(ciphers);
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			builder.protocols(protocols);
		}
		return builder.build();
	}

}
