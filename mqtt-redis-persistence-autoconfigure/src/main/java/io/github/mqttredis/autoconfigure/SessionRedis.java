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

import java.net.URI;
import java.util.Locale;
import java.util.Objects;

import javax.net.ssl.SSLParameters;

import io.github.mqttredis.autoconfigure.MqttClientAutoConfiguration.SslBundleSocketFactory;
import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;
import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;
import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.TroubleshootingEntry;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Which Redis keeps the sessions: that of the application's bean for it, one of their own
 * in the properties, or the application's.
 *
 * @param beans has what a factory of our own is made with
 * @param environment says whether the application uses Jedis
 * @param own what the properties say
 */
record SessionRedis(BeanFactory beans, Environment environment, Redis own) {

	static final String URL = "mqtt.persistence.redis.url";

	static final String UNIX_SOCKET = "mqtt.persistence.redis.unix-socket";

	private static final String SSL_BUNDLE = "mqtt.persistence.redis.ssl-bundle";

	private static final String LETTUCE = "io.lettuce.core.RedisClient";

	private static final String JEDIS = "redis.clients.jedis.Jedis";

	/** Return the factory to derive connections from. One of our own is never started. */
	RedisConnectionFactory choose(ObjectProvider<RedisConnectionFactory> forSessions,
			ObjectProvider<RedisConnectionFactory> ofApplication) {
		RedisConnectionFactory marked = unique(forSessions,
				"several RedisConnectionFactory beans are marked with @MqttPersistenceRedis: ", "Mark only one.");
		if (marked != null) {
			return marked;
		}
		if (this.own.isSet()) {
			return ownFactory();
		}
		String action = "Mark the bean for the sessions with @MqttPersistenceRedis, or that of the application with "
				+ "@Primary; or set " + URL + " or " + UNIX_SOCKET + ".";
		RedisConnectionFactory application = unique(ofApplication,
				"there are several RedisConnectionFactory beans, and none is primary: ", action);
		if (application == null) {
			throw ambiguous("no RedisConnectionFactory bean is a default candidate", action);
		}
		return application;
	}

	private static @Nullable RedisConnectionFactory unique(ObjectProvider<RedisConnectionFactory> provider,
			String several, String action) {
		try {
			return provider.getIfAvailable();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			String names = (ex.getBeanNamesFound() != null) ? String.join(", ", ex.getBeanNamesFound()) : "?";
			throw ambiguous(several + names, action);
		}
	}

	private static StartFailureException ambiguous(String found, String action) {
		return new StartFailureException(TroubleshootingEntry.WHICH_REDIS,
				"It is unclear which Redis stores the MQTT sessions: " + found + ".", action);
	}

	/**
	 * Make the factory of our own. It is no bean, so that nobody else gets it injected,
	 * Spring Boot still makes that of the application, and its health stays as it was.
	 */
	private RedisConnectionFactory ownFactory() {
		boolean lettuce = ClassUtils.isPresent(LETTUCE, getClass().getClassLoader());
		String path = this.own.unixSocket();
		if (StringUtils.hasText(path)) {
			if (!lettuce) {
				throw noSocket("Jedis has no UNIX sockets",
						"Add io.lettuce:lettuce-core, which spring-boot-starter-data-redis brings, next to Jedis; "
								+ "the sessions then use Lettuce, and the application can keep using Jedis");
			}
			RedisSocketConfiguration socket = new RedisSocketConfiguration(path);
			socket.setUsername(this.own.username());
			socket.setPassword(RedisPassword.of(this.own.password()));
			socket.setDatabase(this.own.database());
			return Lettuce.factory(socket, null, this.beans);
		}
		boolean jedis = ClassUtils.isPresent(JEDIS, getClass().getClassLoader()) && (!lettuce
				|| "jedis".equalsIgnoreCase(this.environment.getProperty("spring.data.redis.client-type")));
		RedisUrl url = RedisUrl.parse(Objects.requireNonNull(this.own.url()));
		SslBundle bundle = url.ssl() ? sslBundle() : null;
		RedisStandaloneConfiguration configuration = url.toConfiguration(this.own);
		return jedis ? Jedis.factory(configuration, bundle) : Lettuce.factory(configuration, bundle, this.beans);
	}

	private SslBundle sslBundle() {
		String name = this.own.sslBundle();
		return StringUtils.hasText(name) ? SslBundleSocketFactory
			.findBundle(this.beans.getBeanProvider(SslBundles.class).getIfAvailable(), SSL_BUNDLE, name)
				: SslBundle.systemDefault();
	}

	private static StartFailureException noSocket(String reason, String action) {
		return new StartFailureException(TroubleshootingEntry.UNIX_SOCKET_NOT_USABLE,
				"Redis cannot be reached over the UNIX socket that " + UNIX_SOCKET + " names: " + reason + ".",
				action + ". Or reach Redis over TCP: remove " + UNIX_SOCKET + ", and set " + URL
						+ " or spring.data.redis.host.");
	}

	/** Say what the class path lacks for a UNIX socket. */
	static StartFailureException withoutTransport(String system, String processor) {
		String name = system.toLowerCase(Locale.ROOT);
		String arch = processor.equals("aarch64") ? "aarch_64" : processor.equals("amd64") ? "x86_64" : processor;
		String action = "Lettuce has UNIX sockets on Linux and macOS only";
		if (name.contains("linux") || name.contains("mac")) {
			boolean linux = name.contains("linux");
			action = """
					Add this to the application's dependencies:

					    <dependency>
					        <groupId>io.netty</groupId>
					        <artifactId>netty-transport-native-%s</artifactId>
					        <classifier>%s-%s</classifier>
					        <scope>runtime</scope>
					    </dependency>

					Spring Boot manages its version""".formatted(linux ? "epoll" : "kqueue", linux ? "linux" : "osx",
					arch);
		}
		return noSocket(
				"Netty's native transport is not on the class path, or does not load on " + system + ", " + processor,
				action);
	}

	/** Apart, because Lettuce need not be there. */
	private static final class Lettuce {

		static RedisConnectionFactory factory(RedisConfiguration configuration, @Nullable SslBundle bundle,
				BeanFactory beans) {
			if (configuration instanceof RedisSocketConfiguration && !EpollProvider.isAvailable()
					&& !KqueueProvider.isAvailable()) {
				throw withoutTransport(System.getProperty("os.name"), System.getProperty("os.arch"));
			}
			LettuceClientConfiguration.LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
			beans.getBeanProvider(ClientResources.class).ifUnique(builder::clientResources);
			if (bundle != null) {
				builder.clientOptions(ClientOptions.builder().sslOptions(sslOptions(bundle)).build()).useSsl();
			}
			return new LettuceConnectionFactory(configuration, builder.build());
		}

		private static SslOptions sslOptions(SslBundle bundle) {
			SslOptions.Builder builder = SslOptions.builder()
				.keyManager(bundle.getManagers().getKeyManagerFactory())
				.trustManager(bundle.getManagers().getTrustManagerFactory());
			PropertyMapper map = PropertyMapper.get();
			map.from(bundle.getOptions()::getCiphers).to(builder::cipherSuites);
			map.from(bundle.getOptions()::getEnabledProtocols).to(builder::protocols);
			return builder.build();
		}

	}

	/** Apart, because Jedis need not be there. */
	private static final class Jedis {

		static RedisConnectionFactory factory(RedisStandaloneConfiguration configuration, @Nullable SslBundle bundle) {
			JedisClientConfiguration.JedisClientConfigurationBuilder builder = JedisClientConfiguration.builder();
			if (bundle != null) {
				// Lettuce does so by itself; Jedis takes any certificate that is trusted.
				SSLParameters verifyingHostName = new SSLParameters();
				verifyingHostName.setEndpointIdentificationAlgorithm("HTTPS");
				builder.useSsl().sslSocketFactory(new SslBundleSocketFactory(bundle)).sslParameters(verifyingHostName);
			}
			return new JedisConnectionFactory(configuration, builder.build());
		}

	}

	// Read as Spring Boot reads spring.data.redis.url. The messages leave the URL out,
	// because it may hold a password.
	record RedisUrl(String host, int port, boolean ssl, @Nullable String username, @Nullable String password,
			@Nullable Integer database) {

		private static final int DEFAULT_PORT = 6379;

		static RedisUrl parse(String url) {
			URI uri = MqttClientProperties.parse(url, URL + " must be a URL such as redis://localhost:6379");
			boolean ssl = "rediss".equals(uri.getScheme());
			Assert.isTrue((ssl || "redis".equals(uri.getScheme())) && uri.getHost() != null,
					URL + " must start with redis:// or rediss://, followed by a host");
			Assert.isTrue(
					uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= MqttClientProperties.LARGEST_PORT),
					URL + " must have a port between 1 and " + MqttClientProperties.LARGEST_PORT);
			String path = (uri.getPath() != null) ? uri.getPath().replaceFirst("^/", "") : "";
			Assert.isTrue(path.matches("\\d{0,9}"), URL + " must end with the port, or a database index");
			String user = uri.getUserInfo();
			int colon = (user != null) ? user.indexOf(':') : -1;
			String name = (user != null && colon > 0) ? user.substring(0, colon) : null;
			String password = (user != null) ? user.substring(colon + 1) : null;
			return new RedisUrl(uri.getHost(), (uri.getPort() != -1) ? uri.getPort() : DEFAULT_PORT, ssl, name,
					password, path.isEmpty() ? null : Integer.valueOf(path));
		}

		RedisStandaloneConfiguration toConfiguration(Redis properties) {
			RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(this.host, this.port);
			boolean credentials = StringUtils.hasText(this.password);
			configuration.setUsername(credentials ? this.username : properties.username());
			configuration.setPassword(RedisPassword.of(credentials ? this.password : properties.password()));
			configuration.setDatabase((this.database != null) ? this.database : properties.database());
			return configuration;
		}

		@Override
		public String toString() {
			return this.host + ":" + this.port;
		}

	}

}
