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
import java.util.Objects;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

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
	 * @param extra how much longer than that, and than the application's own time-out, a
	 * command may take that moves many bytes
	 * @return the derived factory, started; or the same one if its type is unknown
	 */
	static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout, Duration extra) {
		RedisConnectionFactory source = target(factory);
		if (isLettuce(source)) {
			return LettuceFactories.derive(source, timeout, extra);
		}
		if (isJedis(source)) {
			return JedisFactories.derive(source, timeout, extra);
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
			RedisSessionStore.logger.warn("MQTT sessions use the connections of " + source.getClass().getName()
					+ " unchanged, so that opening a session may wait longer than mqtt.persistence.write-timeout. To prevent "
					+ "this, mark a LettuceConnectionFactory or JedisConnectionFactory bean with "
					+ "@MqttPersistenceRedis");
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

	/**
	 * Derives factories from those of Lettuce.
	 */
	static final class LettuceFactories {

		/** How long the cluster is not looked at again, while it may not have settled. */
		private static final Duration REFRESH_PAUSE = Duration.ofMillis(500);

		private static final String CONFIGURATION = "configuration";

		private LettuceFactories() {
		}

		/**
		 * Return whether another factory can be derived from one. A mock has no settings,
		 * and a version of Spring Data that keeps them elsewhere is used as it is.
		 * @param factory a factory
		 * @return whether it is one of Lettuce that has settings
		 */
		static boolean supports(RedisConnectionFactory factory) {
			return factory instanceof LettuceConnectionFactory lettuce && configuration(lettuce) != null;
		}

		static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout, Duration extra) {
			LettuceConnectionFactory source = (LettuceConnectionFactory) factory;
			LettuceClientConfiguration client = new ShortTimeouts(source.getClientConfiguration(), timeout, extra,
					source.isClusterAware());
			LettuceConnectionFactory derived = new LettuceConnectionFactory(
					Objects.requireNonNull(configuration(source)), client);
			derived.setAutoStartup(false);
			derived.afterPropertiesSet();
			derived.start();
			return derived;
		}

		/**
		 * Return where a factory connects to. The getters do not tell it of every
		 * factory: that of a standalone server answers {@code localhost:6379} if the
		 * configuration was given as any {@link RedisConfiguration}, and there is none
		 * for a master and its replicas.
		 */
		private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory source) {
			DirectFieldAccessor fields = new DirectFieldAccessor(source);
			return (fields.isReadableProperty(CONFIGURATION)
					&& fields.getPropertyValue(CONFIGURATION) instanceof RedisConfiguration configuration)
							? configuration : null;
		}

		static void reset(RedisConnectionFactory factory) {
			LettuceConnectionFactory lettuce = (LettuceConnectionFactory) factory;
			lettuce.resetConnection();
			if (lettuce.getNativeClient() instanceof RedisClusterClient cluster) {
				// A node that hangs refuses no connection, which would make the client
				// look.
				cluster.refreshPartitions();
			}
		}

		static String describe(RedisConnectionFactory factory) {
			LettuceConnectionFactory lettuce = (LettuceConnectionFactory) factory;
			RedisClusterConfiguration cluster = lettuce.getClusterConfiguration();
			if (cluster != null) {
				return "cluster " + cluster.getClusterNodes();
			}
			RedisSentinelConfiguration sentinel = lettuce.getSentinelConfiguration();
			if (sentinel != null) {
				return "sentinels " + sentinel.getSentinels();
			}
			if (configuration(lettuce) instanceof RedisStaticMasterReplicaConfiguration masterReplica) {
				return "one of " + masterReplica.getNodes()
					.stream()
					.map((node) -> node.getHostName() + ":" + node.getPort())
					.toList();
			}
			RedisSocketConfiguration socket = lettuce.getSocketConfiguration();
			return (socket != null) ? socket.getSocket() : lettuce.getHostName() + ":" + lettuce.getPort();
		}

		/**
		 * The application's settings but for what makes a caller wait. Lettuce's own
		 * reconnection is off if the store reconnects by itself: it would keep commands
		 * and send them long after their callers have given up.
		 */
		private record ShortTimeouts(LettuceClientConfiguration source, Duration timeout, Duration extra,
				boolean cluster) implements LettuceClientConfiguration {

			@Override
			public boolean isUseSsl() {
				return this.source.isUseSsl();
			}

			@Override
			@SuppressWarnings("deprecation")
			public boolean isVerifyPeer() {
				return this.source.isVerifyPeer();
			}

			@Override
			public SslVerifyMode getVerifyMode() {
				return this.source.getVerifyMode();
			}

			@Override
			public boolean isStartTls() {
				return this.source.isStartTls();
			}

			@Override
			public Optional<ClientResources> getClientResources() {
				return this.source.getClientResources();
			}

			@Override
			public Optional<ClientOptions> getClientOptions() {
				ClientOptions options = this.source.getClientOptions().orElseGet(ClientOptions::create);
				SocketOptions socket = options.getSocketOptions();
				options = options.mutate()
					.socketOptions(socket.mutate().connectTimeout(shorter(socket.getConnectTimeout())).build())
					.build();
				return Optional.of(this.cluster ? clusterOptions(options)
						: options.mutate()
							.autoReconnect(false)
							.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
							.build());
			}

			/**
			 * A cluster that has changed is looked at anew at once, whatever the
			 * application does: without that a failover or a moved slot is seen late, or
			 * never. Lettuce 7 would look by itself, Lettuce 6 does not.
			 */
			@SuppressWarnings("deprecation")
			private static ClientOptions clusterOptions(ClientOptions options) {
				ClusterClientOptions cluster = (options instanceof ClusterClientOptions own) ? own
						: ClusterClientOptions.builder(options).build();
				ClusterTopologyRefreshOptions refresh = cluster.getTopologyRefreshOptions();
				return cluster.mutate()
					.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
						.enableAllAdaptiveRefreshTriggers()
						.adaptiveRefreshTriggersTimeout(REFRESH_PAUSE)
						.refreshTriggersReconnectAttempts(1)
						.dynamicRefreshSources(refresh.useDynamicRefreshSources())
						.closeStaleConnections(refresh.isCloseStaleConnections())
						.refreshPeriod(refresh.getRefreshPeriod())
						.enablePeriodicRefresh(refresh.isPeriodicRefreshEnabled())
						.build())
					.build();
			}

			@Override
			public Optional<String> getClientName() {
				return this.source.getClientName();
			}

			@Override
			public Optional<ReadFrom> getReadFrom() {
				// A session is read from the master only: a replica may not have all of
				// it.
				return Optional.empty();
			}

			@Override
			public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
				return this.source.getRedisCredentialsProviderFactory();
			}

			@Override
			public Duration getCommandTimeout() {
				return shorter(this.source.getCommandTimeout()).plus(this.extra);
			}

			@Override
			public Duration getShutdownTimeout() {
				return this.source.getShutdownTimeout();
			}

			@Override
			public Duration getShutdownQuietPeriod() {
				return this.source.getShutdownQuietPeriod();
			}

			private Duration shorter(@Nullable Duration other) {
				return (other != null && !other.isZero() && other.compareTo(this.timeout) < 0) ? other : this.timeout;
			}

		}

	}

	/**
	 * Derives factories from those of Jedis.
	 */
	static final class JedisFactories {

		/**
		 * How often Jedis tries in a Cluster: once more at the node that it was sent to.
		 * Each time it may wait for the time-out.
		 */
		static final int CLUSTER_ATTEMPTS = 2;

		private JedisFactories() {
		}

		static boolean supports(RedisConnectionFactory factory) {
			// A mock has no settings.
			return factory instanceof JedisConnectionFactory jedis && jedis.getClientConfiguration() != null;
		}

		static RedisConnectionFactory derive(RedisConnectionFactory factory, Duration timeout, Duration extra) {
			JedisConnectionFactory source = (JedisConnectionFactory) factory;
			Duration attempt = source.isRedisClusterAware() ? timeout.dividedBy(CLUSTER_ATTEMPTS) : timeout;
			JedisConnectionFactory derived = create(source,
					withShortTimeouts(source.getClientConfiguration(), attempt, extra));
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
		 * Make the application's settings but for what makes a caller wait. A proxy,
		 * because the versions of Spring Data differ in what else the settings have.
		 */
		private static JedisClientConfiguration withShortTimeouts(JedisClientConfiguration source, Duration timeout,
				Duration extra) {
			return (JedisClientConfiguration) Proxy.newProxyInstance(JedisFactories.class.getClassLoader(),
					new Class<?>[] { JedisClientConfiguration.class }, (proxy, method, arguments) -> {
						Object setting = ReflectionUtils.invokeMethod(method, source, arguments);
						return switch (method.getName()) {
							case "getConnectTimeout" -> shorter((Duration) setting, timeout);
							case "getReadTimeout" -> shorter((Duration) setting, timeout).plus(extra);
							default -> setting;
						};
					});
		}

		private static Duration shorter(@Nullable Duration one, Duration other) {
			return (one != null && !one.isZero() && one.compareTo(other) < 0) ? one : other;
		}

	}

}
