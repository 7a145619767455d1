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

import java.util.List;
import java.util.function.Supplier;

import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Which Redis keeps the sessions: that of the application's bean for it, one of their own
 * in the properties, or the application's.
 */
final class SessionRedis {

	static final String URL = "mqtt.persistence.redis.url";

	static final String UNIX_SOCKET = "mqtt.persistence.redis.unix-socket";

	private static final String SSL_BUNDLE = "mqtt.persistence.redis.ssl-bundle";

	private static final String LETTUCE = "io.lettuce.core.RedisClient";

	private static final String JEDIS = "redis.clients.jedis.Jedis";

	private final BeanFactory beans;

	private final Environment environment;

	private final Redis own;

	/**
	 * Create one.
	 * @param beans the application's beans
	 * @param environment the application's properties
	 * @param own the Redis of the sessions' own
	 */
	SessionRedis(BeanFactory beans, Environment environment, Redis own) {
		this.beans = beans;
		this.environment = environment;
		this.own = own;
	}

	/**
	 * Choose.
	 * @param forSessions the factories that are marked with {@link MqttPersistenceRedis}
	 * @param ofApplication the application's other factories
	 * @return the factory to derive connections from; one of our own is never started
	 */
	RedisConnectionFactory choose(ObjectProvider<RedisConnectionFactory> forSessions,
			ObjectProvider<RedisConnectionFactory> ofApplication) {
		RedisConnectionFactory marked = unique(forSessions, true);
		if (marked != null) {
			return marked;
		}
		if (this.own.isSet()) {
			return ownFactory();
		}
		RedisConnectionFactory application = unique(ofApplication, false);
		if (application == null) {
			throw new AmbiguousRedisException(List.of(), false);
		}
		return application;
	}

	private static @Nullable RedisConnectionFactory unique(ObjectProvider<RedisConnectionFactory> provider,
			boolean marked) {
		try {
			return provider.getIfAvailable();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			throw new AmbiguousRedisException(
					(ex.getBeanNamesFound() != null) ? List.copyOf(ex.getBeanNamesFound()) : List.of(), marked);
		}
	}

	/**
	 * Make the factory of our own. It is no bean, so that nobody else gets it injected,
	 * Spring Boot still makes that of the application, and its health stays as it was.
	 */
	private RedisConnectionFactory ownFactory() {
		boolean lettuce = isPresent(LETTUCE);
		if (this.own.isUnixSocket()) {
			if (!lettuce) {
				throw UnixSocketException.withoutLettuce();
			}
			return OwnLettuceFactories.unixSocket(this.own, this.beans);
		}
		boolean jedis = isPresent(JEDIS) && (!lettuce
				|| "jedis".equalsIgnoreCase(this.environment.getProperty("spring.data.redis.client-type")));
		Supplier<SslBundle> bundle = this::sslBundle;
		return jedis ? OwnJedisFactories.standalone(this.own, bundle)
				: OwnLettuceFactories.standalone(this.own, bundle, this.beans);
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, getClass().getClassLoader());
	}

	private SslBundle sslBundle() {
		String name = this.own.sslBundle();
		return StringUtils.hasText(name)
				? NamedSslBundle.find(this.beans.getBeanProvider(SslBundles.class).getIfAvailable(), SSL_BUNDLE, name)
				: SslBundle.systemDefault();
	}

}
