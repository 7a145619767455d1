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
import java.util.stream.Stream;

import io.github.mqttredis.integration.ClientManagerInRole;
import io.github.mqttredis.integration.ClientManagers;
import io.github.mqttredis.integration.ComponentChecker;
import io.github.mqttredis.integration.IntegrationSettings;
import io.github.mqttredis.integration.MqttPahoClientFactoryPostProcessor;
import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor;
import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.integration.PahoV5PersistenceFactory;
import io.github.mqttredis.integration.PahoVersion;
import io.github.mqttredis.integration.TimeToLiveHeader;
import io.github.mqttredis.paho.v3.ConnectOptions;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.integration.annotation.MessageEndpoint;
import org.springframework.integration.core.MessageProducer;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.endpoint.AbstractEndpoint;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.messaging.MessageHandler;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for a client factory and a client
 * manager of Spring Integration, if the application defines none. It adds persistence to
 * Spring Integration's MQTT components, and warns at start about components whose
 * settings make their stored sessions useless. If {@code mqtt.persistence.enabled} is
 * false, Paho keeps the session of each client in memory, as it does without a
 * persistence.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttClientAutoConfiguration.class)
@ConditionalOnClass(MqttComponent.class)
@Conditional(MqttClientAutoConfiguration.OnStoreOrNoneCondition.class)
@EnableConfigurationProperties({ MqttPersistenceProperties.class, MqttClientProperties.class })
public final class MqttIntegrationAutoConfiguration {

	private static final Log logger = LogFactory.getLog(MqttIntegrationAutoConfiguration.class);

	@Bean
	@ConditionalOnProperty("mqtt.client.role")
	@ConditionalOnBean(ManagerFromProperties.class)
	ClientManagerInRole mqttClientManagerInRole(ManagerFromProperties manager, MqttClientProperties properties,
			SmartLifecycleRoleController roles) {
		return new ClientManagerInRole((AbstractMqttClientManager<?, ?>) manager, String.valueOf(properties.role()),
				roles);
	}

	/** A client of Paho's own says nothing of a broker that is away at start. */
	private static void warnIfAway(AbstractMqttClientManager<?, ?> manager) {
		Object client = manager.getClient();
		boolean paho = client != null && client.getClass().getPackageName().startsWith("org.eclipse.paho.");
		if (paho && !manager.isConnected()) {
			logger.warn("MQTT client '" + manager.getClientId()
					+ "' is not connected to its broker. Check mqtt.client.server-uris,"
					+ " and mqtt.client.username and mqtt.client.password if the broker asks for them");
		}
	}

	/** What serves the application's components if sessions are stored. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
	@Import({ ClientManagers.class, ClientManagers.PostProcessor.class, ClientManagers.Connector.class,
			ComponentChecker.class })
	static class Stored {

		/** Whatever flows consist of. Nobody asks for a flow, but the broker sends. */
		private static final Class<?>[] EAGER = { IntegrationFlow.class, MqttComponent.class, AbstractEndpoint.class,
				MessageProducer.class, MessageHandler.class, ClientManagers.class, ClientManagers.Connector.class,
				ComponentChecker.class };

		@Bean
		IntegrationSettings mqttIntegrationSettings(MqttPersistenceProperties properties, BeanFactory beanFactory) {
			return new IntegrationSettings(properties.inject(), properties.excludeBeans(), properties.cleanSession(),
					properties.sessionExpiry(), properties.brokerId(), properties.offlineBuffer().enabled(),
					beanFactory);
		}

		@Bean
		static LazyInitializationExcludeFilter mqttLazyInitializationExcludeFilter() {
			return (name, definition, type) -> Stream.of(EAGER).anyMatch((eager) -> eager.isAssignableFrom(type))
					|| hasEndpoints(type);
		}

		/** Methods of such a class handle messages. */
		private static boolean hasEndpoints(Class<?> type) {
			return Stream.of(type.getMethods())
				.flatMap((method) -> Stream.of(method.getAnnotations()))
				.map((annotation) -> annotation.annotationType().getPackageName())
				.anyMatch(MessageEndpoint.class.getPackageName()::equals);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MqttPahoClientFactory.class, MqttConnectOptions.class })
	static class Version3 {

		@Bean
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean(MqttPahoClientFactory.class)
		DefaultMqttPahoClientFactory mqttPahoClientFactory(MqttConnectOptions options) {
			FactoryFromProperties factory = new FactoryFromProperties();
			factory.setConnectionOptions(options);
			return factory;
		}

		@Bean
		@Conditional(OnMqttClientCondition.class)
		@ConditionalOnProperty(name = "mqtt.client.version", havingValue = "3", matchIfMissing = true)
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		V3ManagerFromProperties mqttv3ClientManager(MqttConnectOptions options, MqttClientProperties properties,
				MqttConnectionDetails details) {
			MqttConnectOptions complete = options;
			if (ObjectUtils.isEmpty(options.getServerURIs())) {
				// The application's own options, which say nothing of where to connect.
				complete = ConnectOptions.copy(options);
				complete.setServerURIs(details.getServerUris().toArray(String[]::new));
			}
			return new V3ManagerFromProperties(complete, properties);
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnBean(PahoV3PersistenceFactory.class)
		@Import({ PahoVersion.Paho3.class, MqttPahoClientFactoryPostProcessor.class, TimeToLiveHeader.Version3.class })
		static class Stored {

		}

		/** Public for proxies of other class loaders. */
		public static class FactoryFromProperties extends DefaultMqttPahoClientFactory
				implements IntegrationSettings.FromProperties {

		}

		/** Public for proxies of other class loaders. */
		public static class V3ManagerFromProperties extends Mqttv3ClientManager implements ManagerFromProperties {

			private final boolean autoStartup;

			V3ManagerFromProperties(MqttConnectOptions options, MqttClientProperties properties) {
				super(options, String.valueOf(properties.clientId()));
				this.autoStartup = properties.isStartedWithApplication();
			}

			@Override
			public void start() {
				super.start();
				warnIfAway(this);
			}

			@Override
			public boolean isAutoStartup() {
				return this.autoStartup;
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mqttv5ClientManager.class, MqttConnectionOptions.class })
	static class Version5 {

		@Bean
		@Conditional({ OnMqttClientCondition.class, OnMqtt5ManagerCondition.class })
		@ConditionalOnSingleCandidate(MqttConnectionOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		V5ManagerFromProperties mqttv5ClientManager(MqttConnectionOptions options, MqttClientProperties properties) {
			Assert.state(!ObjectUtils.isEmpty(options.getServerURIs()),
					"The application's MqttConnectionOptions bean has no server URIs. Call setServerURIs on it");
			return new V5ManagerFromProperties(options, properties);
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnBean(PahoV5PersistenceFactory.class)
		@Import({ PahoVersion.Paho5.class, TimeToLiveHeader.Version5.class })
		static class Stored {

			/** No constructor is injected in those who run first. */
			@Bean
			static Mqttv5EndpointPostProcessor mqttv5EndpointPostProcessor(
					ObjectProvider<PahoV5PersistenceFactory> persistences,
					ObjectProvider<IntegrationSettings> settings) {
				return new Mqttv5EndpointPostProcessor(persistences, settings);
			}

		}

		/** Public for proxies of other class loaders. */
		public static class V5ManagerFromProperties extends Mqttv5ClientManager implements ManagerFromProperties {

			private final boolean autoStartup;

			V5ManagerFromProperties(MqttConnectionOptions options, MqttClientProperties properties) {
				super(options, String.valueOf(properties.clientId()));
				this.autoStartup = properties.isStartedWithApplication();
			}

			@Override
			public void start() {
				super.start();
				warnIfAway(this);
			}

			@Override
			public boolean isAutoStartup() {
				return this.autoStartup;
			}

		}

	}

	/** The client manager that is made from {@code mqtt.client.*}, of either version. */
	interface ManagerFromProperties extends IntegrationSettings.FromProperties {

	}

	/**
	 * Matches if the application says which client to make: its id, and at least one
	 * server URI, or connection details that have one. A condition on properties cannot
	 * ask for a list, whose names end with an index.
	 */
	static class OnMqttClientCondition extends SpringBootCondition implements ConfigurationCondition {

		private static final String CLIENT_ID = "mqtt.client.client-id";

		private static final String SERVER_URIS = "mqtt.client.server-uris";

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Binder binder = Binder.get(context.getEnvironment());
			List<String> serverUris = binder.bind(SERVER_URIS, Bindable.listOf(String.class)).orElse(List.of());
			boolean clientId = StringUtils.hasText(binder.bind(CLIENT_ID, String.class).orElse(""));
			ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT client");
			if (clientId && !serverUris.isEmpty()) {
				return ConditionOutcome.match(message.foundExactly(CLIENT_ID + " and " + SERVER_URIS));
			}
			if (clientId && hasConnectionDetails(context.getBeanFactory())) {
				return ConditionOutcome.match(message.foundExactly(CLIENT_ID + " and MqttConnectionDetails"));
			}
			return ConditionOutcome.noMatch(message
				.because(CLIENT_ID + " is not set, or neither " + SERVER_URIS + " nor MqttConnectionDetails are"));
		}

		private static boolean hasConnectionDetails(@Nullable ConfigurableListableBeanFactory beanFactory) {
			return beanFactory != null && Stream
				.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, MqttConnectionDetails.class, true,
						false))
				.map((name) -> beanFactory.getType(name, false))
				.anyMatch((type) -> type != MqttClientAutoConfiguration.PropertiesMqttConnectionDetails.class);
		}

	}

	/** Matches if the application asks for MQTT 5, or has only Paho 5. */
	static class OnMqtt5ManagerCondition extends SpringBootCondition {

		private static final String VERSION = "mqtt.client.version";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT 5 client manager");
			String version = context.getEnvironment().getProperty(VERSION);
			if (StringUtils.hasText(version)) {
				return new ConditionOutcome("5".equals(version.trim()), message.because(VERSION + " is " + version));
			}
			boolean paho3 = ClassUtils.isPresent("org.eclipse.paho.client.mqttv3.MqttAsyncClient",
					context.getClassLoader());
			return new ConditionOutcome(!paho3,
					message.because(paho3 ? "Paho 3 is on the class path" : "only Paho 5 is on the class path"));
		}

	}

}
