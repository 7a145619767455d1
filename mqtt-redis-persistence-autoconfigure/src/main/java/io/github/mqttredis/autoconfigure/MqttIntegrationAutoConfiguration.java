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
import io.github.mqttredis.integration.ClientManagerPostProcessor;
import io.github.mqttredis.integration.ComponentChecker;
import io.github.mqttredis.integration.ComponentFindings;
import io.github.mqttredis.integration.ExcludedBeans;
import io.github.mqttredis.integration.MqttPahoClientFactoryPostProcessor;
import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor;
import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.integration.PahoV5PersistenceFactory;
import io.github.mqttredis.integration.PahoVersion;
import io.github.mqttredis.integration.PersistentMqttPahoClientFactory;
import io.github.mqttredis.integration.PersistentMqttv3ClientManager;
import io.github.mqttredis.integration.PersistentMqttv5ClientManager;
import io.github.mqttredis.paho.v3.ConnectOptions;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
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
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that brings persistence into Spring
 * Integration's MQTT support, and tells at start which MQTT components are set such that
 * their stored sessions are of no use.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttClientAutoConfiguration.class)
@ConditionalOnClass(MqttComponent.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
@EnableConfigurationProperties({ MqttPersistenceProperties.class, MqttClientProperties.class })
public final class MqttIntegrationAutoConfiguration {

	/**
	 * How long stopping waits for what is in flight. Spring Integration's 30 s pass in
	 * full while the broker is away, and the messages are safe in Redis.
	 */
	private static final long QUIESCENT_MILLIS = 1000;

	/**
	 * Made too early for the properties to be bound.
	 */
	@Bean
	static ClientManagerPostProcessor mqttClientManagerPostProcessor(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<PahoVersion> versions, ObjectProvider<ExcludedBeans> excluded, Environment environment) {
		return new ClientManagerPostProcessor(beanFactory, versions, excluded,
				environment.getProperty("mqtt.persistence.inject", Boolean.class, true), SessionStore.PHASE + 2);
	}

	@Bean
	ClientManagerPostProcessor.Connector mqttClientManagerConnector(ListableBeanFactory beanFactory,
			ClientManagerPostProcessor managers) {
		return new ClientManagerPostProcessor.Connector(beanFactory, managers);
	}

	@Bean
	static ComponentChecker.PostProcessor mqttComponentCheckPostProcessor(ObjectProvider<ComponentChecker> checker) {
		return new ComponentChecker.PostProcessor(checker);
	}

	@Bean
	static LazyInitializationExcludeFilter mqttLazyInitializationExcludeFilter() {
		return new FlowLazyInitializationExcludeFilter();
	}

	@Bean
	ExcludedBeans mqttExcludedBeans(MqttPersistenceProperties properties, BeanFactory beanFactory) {
		return new ExcludedBeans(properties.excludeBeans(), beanFactory);
	}

	@Bean
	ComponentFindings mqttComponentFindings() {
		return new ComponentFindings();
	}

	@Bean
	ComponentChecker mqttComponentChecker(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<PahoVersion> versions, MqttPersistenceProperties properties, ExcludedBeans excluded,
			SessionStore store, ComponentFindings findings) {
		ComponentChecker.Settings settings = new ComponentChecker.Settings(properties.inject(), excluded,
				properties.cleanSession(), properties.sessionExpiry(), properties.brokerId(),
				properties.offlineBuffer().enabled());
		return new ComponentChecker(beanFactory, versions.orderedStream().toList(), settings, store, findings,
				SessionStore.PHASE + 1);
	}

	/**
	 * A client factory and a client manager of Paho 3 if the application defines none,
	 * and persistence for those that it defines.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MqttPahoClientFactory.class, MqttConnectOptions.class })
	@ConditionalOnBean(PahoV3PersistenceFactory.class)
	static class Version3 {

		@Bean
		PahoVersion mqttPaho3(PahoV3PersistenceFactory persistences) {
			return new PahoVersion.Paho3(persistences);
		}

		@Bean
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean(MqttPahoClientFactory.class)
		PersistentMqttPahoClientFactory mqttPahoClientFactory(MqttConnectOptions options,
				PahoV3PersistenceFactory persistences) {
			return new PersistentMqttPahoClientFactory(options, persistences);
		}

		@Bean
		@Conditional(OnMqttClientCondition.class)
		@ConditionalOnProperty(name = "mqtt.client.version", havingValue = "3", matchIfMissing = true)
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		PersistentMqttv3ClientManager mqttv3ClientManager(MqttConnectOptions options, MqttClientProperties properties,
				MqttConnectionDetails details, PahoV3PersistenceFactory persistences) {
			MqttConnectOptions complete = options;
			if (ObjectUtils.isEmpty(options.getServerURIs())) {
				// The application's own options, which say nothing of where to connect.
				complete = ConnectOptions.copy(options);
				complete.setServerURIs(details.getServerUris().toArray(String[]::new));
			}
			PersistentMqttv3ClientManager manager = new PersistentMqttv3ClientManager(complete,
					String.valueOf(properties.clientId()), persistences);
			manager.setQuiescentTimeout(QUIESCENT_MILLIS);
			manager.setAutoStartup(properties.isStartedWithApplication());
			return manager;
		}

		@Bean
		@ConditionalOnProperty("mqtt.client.role")
		@ConditionalOnBean(PersistentMqttv3ClientManager.class)
		ClientManagerInRole mqttv3ClientManagerInRole(PersistentMqttv3ClientManager manager,
				MqttClientProperties properties, SmartLifecycleRoleController roles) {
			return ClientManagerInRole.join(roles, String.valueOf(properties.role()), manager);
		}

		@Bean
		@ConditionalOnBooleanProperty(name = "mqtt.persistence.inject", matchIfMissing = true)
		static MqttPahoClientFactoryPostProcessor mqttPahoClientFactoryPostProcessor(
				ObjectProvider<PahoV3PersistenceFactory> persistences, ObjectProvider<ExcludedBeans> excluded) {
			return new MqttPahoClientFactoryPostProcessor(persistences, excluded);
		}

	}

	/**
	 * A client manager of Paho 5 if the application defines none and does not use Paho 3,
	 * and persistence for the components that it defines.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mqttv5ClientManager.class, MqttConnectionOptions.class })
	@ConditionalOnBean(PahoV5PersistenceFactory.class)
	static class Version5 {

		@Bean
		PahoVersion mqttPaho5(PahoV5PersistenceFactory persistences) {
			return new PahoVersion.Paho5(persistences);
		}

		@Bean
		@ConditionalOnBooleanProperty(name = "mqtt.persistence.inject", matchIfMissing = true)
		static Mqttv5EndpointPostProcessor mqttv5EndpointPostProcessor(
				ObjectProvider<PahoV5PersistenceFactory> persistences, ObjectProvider<ExcludedBeans> excluded) {
			return new Mqttv5EndpointPostProcessor(persistences, excluded);
		}

		@Bean
		@Conditional({ OnMqttClientCondition.class, OnMqtt5ManagerCondition.class })
		@ConditionalOnSingleCandidate(MqttConnectionOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		PersistentMqttv5ClientManager mqttv5ClientManager(MqttConnectionOptions options,
				MqttClientProperties properties, PahoV5PersistenceFactory persistences) {
			Assert.state(!ObjectUtils.isEmpty(options.getServerURIs()),
					"The MqttConnectionOptions bean of the application must have server URIs");
			PersistentMqttv5ClientManager manager = new PersistentMqttv5ClientManager(options,
					String.valueOf(properties.clientId()), persistences);
			manager.setQuiescentTimeout(QUIESCENT_MILLIS);
			manager.setAutoStartup(properties.isStartedWithApplication());
			return manager;
		}

		@Bean
		@ConditionalOnProperty("mqtt.client.role")
		@ConditionalOnBean(PersistentMqttv5ClientManager.class)
		ClientManagerInRole mqttv5ClientManagerInRole(PersistentMqttv5ClientManager manager,
				MqttClientProperties properties, SmartLifecycleRoleController roles) {
			return ClientManagerInRole.join(roles, String.valueOf(properties.role()), manager);
		}

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

	/**
	 * Matches if the client manager is to speak MQTT 5: the application says so, or has
	 * only Paho 5.
	 */
	static class OnMqtt5ManagerCondition extends SpringBootCondition {

		private static final String VERSION = "mqtt.client.version";

		private static final String PAHO_3 = "org.eclipse.paho.client.mqttv3.MqttAsyncClient";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT 5 client manager");
			String version = context.getEnvironment().getProperty(VERSION);
			if (StringUtils.hasText(version)) {
				return new ConditionOutcome("5".equals(version.trim()), message.because(VERSION + " is " + version));
			}
			boolean paho3 = ClassUtils.isPresent(PAHO_3, context.getClassLoader());
			return new ConditionOutcome(!paho3, message.because(paho3 ? "Paho 3 is there" : "only Paho 5 is there"));
		}

	}

}
