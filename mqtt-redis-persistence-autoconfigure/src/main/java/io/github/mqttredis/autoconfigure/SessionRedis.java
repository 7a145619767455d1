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
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

import javax.net.ssl.SSLParameters;

import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Redis;
import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
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
		RedisConnectionFactory marked = unique(forSessions,
				"several RedisConnectionFactory beans are marked with @MqttPersistenceRedis: ", "Mark one only.");
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
			throw ambiguous("no RedisConnectionFactory bean is there for all to use", action);
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
		return new StartFailureException("It cannot be told which Redis keeps the MQTT sessions: " + found + ".",
				action);
	}

	/**
	 * Make the factory of our own. It is no bean, so that nobody else gets it injected,
	 * Spring Boot still makes that of the application, and its health stays as it was.
	 */
	private RedisConnectionFactory ownFactory() {
		boolean lettuce = isPresent(LETTUCE);
		if (this.own.isUnixSocket()) {
			if (!lettuce) {
				throw noSocket("Jedis has no UNIX sockets",
						"Add io.lettuce:lettuce-core, which spring-boot-starter-data-redis brings, next to Jedis; "
								+ "the sessions then use Lettuce, and the application may go on with Jedis");
			}
			return Lettuce.unixSocket(this.own, this.beans);
		}
		boolean jedis = isPresent(JEDIS) && (!lettuce
				|| "jedis".equalsIgnoreCase(this.environment.getProperty("spring.data.redis.client-type")));
		Supplier<SslBundle> bundle = this::sslBundle;
		return jedis ? Jedis.standalone(this.own, bundle) : Lettuce.standalone(this.own, bundle, this.beans);
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, getClass().getClassLoader());
	}

	private SslBundle sslBundle() {
		String name = this.own.sslBundle();
		return StringUtils.hasText(name) ? SslBundleSocketFactory
			.findBundle(this.beans.getBeanProvider(SslBundles.class).getIfAvailable(), SSL_BUNDLE, name)
				: SslBundle.systemDefault();
	}

	private static StartFailureException noSocket(String reason, String action) {
		return new StartFailureException(
				"Redis cannot be reached over the UNIX socket that " + UNIX_SOCKET + " names: " + reason + ".",
				action + ". Or reach Redis over TCP: remove " + UNIX_SOCKET + ", and set " + URL
						+ " or spring.data.redis.host.");
	}

	/**
	 * Make the exception of a class path that lacks what a UNIX socket needs.
	 * @param system the name of the operating system
	 * @param processor the name of the processor's architecture
	 * @return the exception
	 */
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

	/**
	 * Apart, because Lettuce need not be there.
	 */
	private static final class Lettuce {

		static RedisConnectionFactory standalone(Redis redis, Supplier<SslBundle> bundle, BeanFactory beans) {
			RedisUrl url = redis.parsedUrl();
			return new LettuceConnectionFactory(url.toConfiguration(redis),
					client(url.ssl() ? bundle.get() : null, beans));
		}

		static RedisConnectionFactory unixSocket(Redis redis, BeanFactory beans) {
			if (!EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
				throw withoutTransport(System.getProperty("os.name"), System.getProperty("os.arch"));
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

	/**
	 * Apart, because Jedis need not be there.
	 */
	private static final class Jedis {

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

	/**
	 * The URL of a Redis, read as Spring Boot reads {@code spring.data.redis.url}. The
	 * messages leave it out, because it may hold a password.
	 *
	 * @param host the host
	 * @param port the port
	 * @param ssl whether the connection is encrypted
	 * @param username the user name
	 * @param password the password
	 * @param database the database index, {@code null} if the URL has none
	 */
	record RedisUrl(String host, int port, boolean ssl, @Nullable String username, @Nullable String password,
			@Nullable Integer database) {

		private static final int DEFAULT_PORT = 6379;

		private static final int LARGEST_PORT = 65535;

		static RedisUrl parse(String property, String url) {
			URI uri = toUri(property, url);
			boolean ssl = "rediss".equals(uri.getScheme());
			Assert.isTrue((ssl || "redis".equals(uri.getScheme())) && uri.getHost() != null,
					() -> property + " must start with redis:// or rediss://, followed by a host");
			Assert.isTrue(uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= LARGEST_PORT),
					() -> property + " must have a port between 1 and " + LARGEST_PORT);
			String path = (uri.getPath() != null) ? uri.getPath().replaceFirst("^/", "") : "";
			Assert.isTrue(path.matches("\\d{0,9}"), () -> property + " must end with the port, or a database index");
			String user = uri.getUserInfo();
			int colon = (user != null) ? user.indexOf(':') : -1;
			String name = (user != null && colon > 0) ? user.substring(0, colon) : null;
			String password = (user != null) ? user.substring(colon + 1) : null;
			return new RedisUrl(uri.getHost(), (uri.getPort() != -1) ? uri.getPort() : DEFAULT_PORT, ssl, name,
					password, path.isEmpty() ? null : Integer.valueOf(path));
		}

		private static URI toUri(String property, String url) {
			try {
				return new URI(url);
			}
			catch (URISyntaxException ex) {
				// The exception has the URL in its message, so it is no cause.
				throw new IllegalArgumentException(property + " must be a URL such as redis://localhost:6379: "
						+ ex.getReason() + " at character " + ex.getIndex());
			}
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
