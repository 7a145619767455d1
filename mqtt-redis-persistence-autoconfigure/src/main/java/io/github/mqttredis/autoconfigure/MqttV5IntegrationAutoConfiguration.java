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
import io.github.mqttredis.integration.MqttShutdownOrderPostProcessor;
import io.github.mqttredis.integration.Mqttv5ApplicationClientManagers;
import io.github.mqttredis.integration.Mqttv5OutboundPostProcessor;
import io.github.mqttredis.integration.Mqttv5PersistencePostProcessor;
import io.github.mqttredis.integration.PahoV5PersistenceFactory;
import io.github.mqttredis.integration.PersistentMqttv5ClientManager;
import io.github.mqttredis.redis.RedisSessionStore;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

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
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.util.Assert;
import org.springframework.util.ObjectUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that brings persistence into Spring
 * Integration's MQTT support for Paho 5: a client manager where the application defines
 * none and does not use Paho 3, and persistence for the components that it defines.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { MqttV5PersistenceAutoConfiguration.class, MqttV3IntegrationAutoConfiguration.class })
@ConditionalOnClass({ Mqttv5ClientManager.class, MqttClientPersistence.class })
@ConditionalOnBean(PahoV5PersistenceFactory.class)
public final class MqttV5IntegrationAutoConfiguration {

	/**
	 * How long stopping waits for what is in flight. Spring Integration's 30 s pass in
	 * full while the broker is away, and the messages are safe in Redis.
	 */
	private static final long QUIESCENT_MILLIS = 1000;

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static MqttShutdownOrderPostProcessor mqttShutdownOrderPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new MqttShutdownOrderPostProcessor(beanFactory);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "mqtt.persistence.inject", matchIfMissing = true)
	static Mqttv5PersistencePostProcessor mqttv5PersistencePostProcessor(
			ObjectProvider<PahoV5PersistenceFactory> persistences, ObjectProvider<ExcludedBeans> excluded) {
		return new Mqttv5PersistencePostProcessor(persistences, excluded);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "mqtt.persistence.inject", matchIfMissing = true)
	Mqttv5ApplicationClientManagers mqttv5ApplicationClientManagers(ListableBeanFactory beanFactory,
			PahoV5PersistenceFactory persistences) {
		return new Mqttv5ApplicationClientManagers(beanFactory, persistences, RedisSessionStore.PHASE + 1);
	}

	@Bean
	static Mqttv5OutboundPostProcessor mqttv5OutboundPostProcessor() {
		return new Mqttv5OutboundPostProcessor();
	}

	@Bean
	@Conditional({ OnMqttClientCondition.class, OnMqtt5ManagerCondition.class })
	@ConditionalOnSingleCandidate(MqttConnectionOptions.class)
	@ConditionalOnMissingBean(ClientManager.class)
	PersistentMqttv5ClientManager mqttv5ClientManager(MqttConnectionOptions options, MqttClientProperties properties,
			PahoV5PersistenceFactory persistences) {
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

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	ClientManagerConnector mqttClientManagerConnector(ListableBeanFactory beanFactory) {
		return new ClientManagerConnector(beanFactory);
	}

}
