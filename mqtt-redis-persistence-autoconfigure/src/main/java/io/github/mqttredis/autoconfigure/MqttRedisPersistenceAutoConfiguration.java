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

import io.github.mqttredis.actuate.SessionEventPublisher;
import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;
import io.github.mqttredis.filestore.PahoFileStore;
import io.github.mqttredis.filestore.PahoFileStore.Listing;
import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.memory.MemorySessions;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStore;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the store that keeps MQTT
 * sessions: in Redis, or in the memory of this process.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = DataRedisAutoConfiguration.class)
@Conditional(MqttRedisPersistenceAutoConfiguration.OnAnyPahoCondition.class)
@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
@EnableConfigurationProperties(MqttPersistenceProperties.class)
@ImportRuntimeHints(MqttPersistenceRuntimeHints.class)
public final class MqttRedisPersistenceAutoConfiguration {

	private static final String STORE = "mqtt.persistence.store";

	private static final String FACTORY = "org.springframework.data.redis.connection.RedisConnectionFactory";

	@Bean
	@Conditional(OnSessionStoreCondition.class)
	static ImportDryRun mqttImportDryRun(Environment environment) {
		return new ImportDryRun(environment);
	}

	@Bean
	@Conditional(OnSessionStoreCondition.class)
	SessionEventPublisher mqttSessionEventPublisher(ApplicationEventPublisher publisher) {
		return new SessionEventPublisher(publisher, SessionStore.PHASE + 1);
	}

	/**
	 * Sessions in Redis. Apart, because its library need not be there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@Conditional(OnSessionStoreCondition.class)
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

	/**
	 * Sessions in this process.
	 */
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
	 * Matches if Paho 3 or Paho 5 is there.
	 */
	static class OnAnyPahoCondition extends AnyNestedCondition {

		OnAnyPahoCondition() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnClass(name = "org.eclipse.paho.client.mqttv3.MqttClientPersistence")
		static class Version3 {

		}

		@ConditionalOnClass(name = "org.eclipse.paho.mqttv5.client.MqttClientPersistence")
		static class Version5 {

		}

	}

	/**
	 * Matches if sessions are kept in memory, or there is a Redis for them: a connection
	 * factory, which may be one of a parent context, or one of their own in the
	 * properties. A condition on beans would not see a factory that is
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
	 * Ends the start if the application is only to list what would be moved in. It comes
	 * before all other beans: a client that ran without its records would give their
	 * packet ids to other messages, and the broker, which still has these ids in use,
	 * takes such a message of QoS 2 for a repeated one (MQTT 3.1.1 and 5, 4.3.3).
	 */
	static final class ImportDryRun implements BeanFactoryPostProcessor {

		private final Environment environment;

		ImportDryRun(Environment environment) {
			this.environment = environment;
		}

		/**
		 * Asks for the property itself, because conditions are settled at build time in a
		 * native image.
		 */
		@Override
		public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
			Binder binder = Binder.get(this.environment);
			if (binder.bind("mqtt.persistence.import-dry-run", Boolean.class).orElse(false)) {
				list(binder.bindOrCreate("mqtt.persistence", MqttPersistenceProperties.class));
			}
		}

		private static void list(MqttPersistenceProperties properties) {
			Assert.state(properties.importFrom() != null, "There is no directory");
			try {
				Listing found = new PahoFileStore(properties.importFrom()).list();
				throw new StartFailureException(
						"Dry run: nothing was changed. " + found.records() + " records in " + found.directories()
								+ " directories below " + properties.importFrom().toAbsolutePath()
								+ " would be moved into the sessions of their clients",
						"The log lists the records. Remove mqtt.persistence.import-dry-run to start, and to move them in.");
			}
			catch (SessionException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
