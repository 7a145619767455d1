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

import io.github.mqttredis.integration.ClientManagerConnector;
import io.github.mqttredis.integration.ClientManagerInRole;
import io.github.mqttredis.integration.ExcludedBeans;
import io.github.mqttredis.integration.MqttPahoClientFactoryPostProcessor;
import io.github.mqttredis.integration.MqttShutdownOrderPostProcessor;
import io.github.mqttredis.integration.Mqttv3ApplicationClientManagers;
import io.github.mqttredis.integration.Mqttv3ClientManagerPostProcessor;
import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.integration.PersistentMqttPahoClientFactory;
import io.github.mqttredis.integration.PersistentMqttv3ClientManager;
import io.github.mqttredis.integration.SessionPreflight;
import io.github.mqttredis.redis.RedisSessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.support.MqttUtils;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.util.ObjectUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that brings persistence into Spring
 * Integration's MQTT support for Paho 3: a client factory and a client manager where the
 * application defines none, and persistence for those that it defines.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttV3PersistenceAutoConfiguration.class)
@ConditionalOnClass({ MqttPahoClientFactory.class, MqttClientPersistence.class })
@ConditionalOnBean(PahoV3PersistenceFactory.class)
public final class MqttV3IntegrationAutoConfiguration {

	/**
	 * How long stopping waits for what is in flight. Spring Integration's 30 s pass in
	 * full while the broker is away, and the messages are safe in Redis.
	 */
	private static final long QUIESCENT_MILLIS = 1000;

	@Bean
	static MqttShutdownOrderPostProcessor mqttShutdownOrderPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new MqttShutdownOrderPostProcessor(beanFactory);
	}

	@Bean
	SessionPreflight mqttSessionPreflight(ListableBeanFactory beanFactory, PahoV3PersistenceFactory persistences) {
		return new SessionPreflight(beanFactory, persistences, RedisSessionStore.PHASE + 2);
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
			complete = MqttUtils.cloneConnectOptions(options);
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
	ClientManagerConnector mqttClientManagerConnector(ListableBeanFactory beanFactory) {
		return new ClientManagerConnector(beanFactory);
	}

	/**
	 * Serves what the application defines itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "mqtt.persistence.inject", matchIfMissing = true)
	static class InjectionConfiguration {

		@Bean
		static MqttPahoClientFactoryPostProcessor mqttPahoClientFactoryPostProcessor(
				ObjectProvider<PahoV3PersistenceFactory> persistences, ObjectProvider<ExcludedBeans> excluded) {
			return new MqttPahoClientFactoryPostProcessor(persistences, excluded);
		}

		@Bean
		static Mqttv3ClientManagerPostProcessor mqttv3ClientManagerPostProcessor(
				ObjectProvider<PahoV3PersistenceFactory> persistences, ObjectProvider<ExcludedBeans> excluded) {
			return new Mqttv3ClientManagerPostProcessor(persistences, excluded);
		}

		@Bean
		Mqttv3ApplicationClientManagers mqttv3ApplicationClientManagers(ListableBeanFactory beanFactory,
				PahoV3PersistenceFactory persistences) {
			return new Mqttv3ApplicationClientManagers(beanFactory, persistences, RedisSessionStore.PHASE + 1);
		}

	}

}
