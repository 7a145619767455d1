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

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.memory.MemorySessions;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStore;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the store of MQTT sessions: in
 * Redis, or in the memory of this process.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataRedisAutoConfiguration.class)
@Conditional(MqttRedisPersistenceAutoConfiguration.OnSessionStoreCondition.class)
@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
@EnableConfigurationProperties(MqttPersistenceProperties.class)
public final class MqttRedisPersistenceAutoConfiguration {

	private static final String STORE = "mqtt.persistence.store";

	private static final String FACTORY = "org.springframework.data.redis.connection.RedisConnectionFactory";

	@Bean
	SessionEventPublisher mqttSessionEventPublisher(ApplicationEventPublisher publisher) {
		return new SessionEventPublisher(publisher);
	}

	/** Sessions in Redis. Apart, because its library need not be there. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnProperty(name = STORE, havingValue = "redis", matchIfMissing = true)
	static class Redis {

		@Bean
		@ConditionalOnMissingBean(SessionStore.class)
		RedisSessionStore mqttSessionStore(@MqttPersistenceRedis ObjectProvider<RedisConnectionFactory> forSessions,
				ObjectProvider<RedisConnectionFactory> ofApplication, MqttPersistenceProperties properties,
				ObjectProvider<SessionListener> listeners, ObjectProvider<RecordCodec> codec, BeanFactory beans,
				Environment environment) {
			SessionRedis redis = new SessionRedis(beans, environment, properties.redis());
			return new RedisSessionStore(redis.choose(forSessions, ofApplication),
					properties.storeSettings(codec.getIfAvailable(properties.encryption()::codec)),
					listeners.orderedStream().toList());
		}

	}

	/** Sessions in this process. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = STORE, havingValue = "memory")
	static class Memory {

		@Bean
		@ConditionalOnMissingBean(SessionStore.class)
		MemorySessionStore mqttSessionStore(ObjectProvider<MemorySessions> sessions,
				MqttPersistenceProperties properties, ObjectProvider<SessionListener> listeners) {
			return new MemorySessionStore(sessions.getIfAvailable(MemorySessions::new), properties.memorySettings(),
					listeners.orderedStream().toList());
		}

	}

	/**
	 * Matches if Paho is there, and sessions are kept in memory or have a Redis: a
	 * connection factory, which may be one of a parent context, or one of their own in
	 * the properties. A condition on beans would not see a factory that is
	 * {@link MqttPersistenceRedis for the sessions alone}.
	 */
	static class OnSessionStoreCondition extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("Store of MQTT sessions");
			Environment environment = context.getEnvironment();
			if (!MqttPropertiesCheckAutoConfiguration.isPahoPresent(context.getClassLoader())) {
				return ConditionOutcome.noMatch(message.because("neither Paho 3 nor Paho 5 is on the class path"));
			}
			if ("memory".equalsIgnoreCase(environment.getProperty(STORE))) {
				return ConditionOutcome.match(message.because(STORE + " is memory"));
			}
			if (!ClassUtils.isPresent(FACTORY, context.getClassLoader())) {
				return ConditionOutcome.noMatch(message.didNotFind("class").items(FACTORY));
			}
			for (String property : new String[] { SessionRedis.URL, SessionRedis.UNIX_SOCKET }) {
				if (StringUtils.hasText(environment.getProperty(property))) {
					return ConditionOutcome.match(message.foundExactly(property));
				}
			}
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			if (beans != null && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans,
					RedisConnectionFactory.class, true, false).length > 0) {
				return ConditionOutcome.match(message.foundExactly("RedisConnectionFactory"));
			}
			return ConditionOutcome.noMatch(message.didNotFind("RedisConnectionFactory, " + SessionRedis.URL + " or ")
				.items(SessionRedis.UNIX_SOCKET));
		}

	}

	/**
	 * What a native image has to keep that is found by name only: the Lua, and the
	 * private parts of Paho, Spring Integration and Spring Data for which there is no
	 * getter.
	 */
	static class MqttPersistenceRuntimeHints implements RuntimeHintsRegistrar {

		private static final String PAHO_V3 = "org.eclipse.paho.client.mqttv3.";

		private static final String PAHO_V5 = "org.eclipse.paho.mqttv5.client.";

		private static final String INTEGRATION = "org.springframework.integration.mqtt.";

		private static final List<String> TYPES = List.of(PAHO_V3 + "internal.ClientComms",
				PAHO_V3 + "internal.ClientState", PAHO_V3 + "internal.CommsCallback", PAHO_V5 + "MqttAsyncClient",
				PAHO_V5 + "internal.ClientComms", PAHO_V5 + "internal.ClientState", PAHO_V5 + "internal.CommsCallback",
				INTEGRATION + "core.AbstractMqttClientManager", INTEGRATION + "core.DefaultMqttPahoClientFactory",
				INTEGRATION + "core.Mqttv3ClientManager", INTEGRATION + "core.Mqttv5ClientManager",
				INTEGRATION + "inbound.AbstractMqttMessageDrivenChannelAdapter",
				INTEGRATION + "inbound.MqttPahoMessageDrivenChannelAdapter",
				INTEGRATION + "inbound.Mqttv5PahoMessageDrivenChannelAdapter",
				INTEGRATION + "outbound.AbstractMqttMessageHandler", INTEGRATION + "outbound.MqttPahoMessageHandler",
				INTEGRATION + "outbound.Mqttv5PahoMessageHandler");

		private static final String LETTUCE = "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";

		/** Its settings are read through a proxy. */
		private static final String JEDIS = "org.springframework.data.redis.connection.jedis.JedisClientConfiguration";

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/github/mqttredis/redis/*.lua");
			// All members, because the accessors of Spring look for getters as well.
			TYPES.forEach((type) -> hints.reflection()
				.registerTypeIfPresent(classLoader, type, MemberCategory.ACCESS_DECLARED_FIELDS,
						MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS));
			registerRecord(hints, MqttPersistenceProperties.class);
			registerRecord(hints, MqttClientProperties.class);
			hints.reflection().registerTypeIfPresent(classLoader, LETTUCE, MemberCategory.ACCESS_DECLARED_FIELDS);
			if (ClassUtils.isPresent(JEDIS, classLoader)) {
				hints.reflection().registerType(TypeReference.of(JEDIS), MemberCategory.INVOKE_PUBLIC_METHODS);
				hints.proxies().registerJdkProxy(TypeReference.of(JEDIS));
			}
		}

		/** The names of settings are those of components, which need their accessors. */
		private static void registerRecord(RuntimeHints hints, Class<?> type) {
			hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
			Stream.of(type.getRecordComponents())
				.map(RecordComponent::getType)
				.filter(Class::isRecord)
				.forEach((component) -> registerRecord(hints, component));
		}

	}

	/**
	 * Publishes {@link SessionEvent}s as application events. Those of clients that are
	 * made before the application has started are published once its listeners are there.
	 */
	static final class SessionEventPublisher implements SessionListener, SmartLifecycle {

		private final ApplicationEventPublisher publisher;

		/** What waits for the start; {@code null} while running. */
		private @Nullable List<SessionEvent> early = new ArrayList<>();

		SessionEventPublisher(ApplicationEventPublisher publisher) {
			this.publisher = publisher;
		}

		/** After the store, before all that speaks MQTT. */
		@Override
		public int getPhase() {
			return SessionStore.PHASE + 1;
		}

		@Override
		public void onEvent(SessionEvent event) {
			synchronized (this) {
				if (this.early != null) {
					this.early.add(event);
					return;
				}
			}
			this.publisher.publishEvent(event);
		}

		@Override
		public synchronized void start() {
			if (this.early != null) {
				// What happens now waits, so that events keep their order.
				this.early.forEach(this.publisher::publishEvent);
			}
			this.early = null;
		}

		/** Nobody is told any more what happens: listeners are about to end. */
		@Override
		public synchronized void stop() {
			this.early = new ArrayList<>();
		}

		@Override
		public synchronized boolean isRunning() {
			return this.early == null;
		}

	}

}
