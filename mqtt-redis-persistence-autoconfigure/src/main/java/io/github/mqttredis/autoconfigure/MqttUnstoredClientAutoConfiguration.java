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

import io.github.mqttredis.autoconfigure.MqttIntegrationAutoConfiguration.OnMqtt5ManagerCondition;
import io.github.mqttredis.autoconfigure.MqttIntegrationAutoConfiguration.OnMqttClientCondition;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.support.SmartLifecycleRoleController;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of Spring Integration's own client
 * factory and client managers where {@code mqtt.persistence.enabled} is false: Paho keeps
 * the session of each client in memory, as it does if it is given no persistence.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { MqttClientAutoConfiguration.class, MqttIntegrationAutoConfiguration.class })
@ConditionalOnClass(MqttComponent.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", havingValue = false)
@EnableConfigurationProperties(MqttClientProperties.class)
public final class MqttUnstoredClientAutoConfiguration {

	private static final Log logger = LogFactory.getLog(MqttUnstoredClientAutoConfiguration.class);

	private static <T extends SmartLifecycle> T inRole(T manager, MqttClientProperties properties,
			ObjectProvider<SmartLifecycleRoleController> roles) {
		if (StringUtils.hasText(properties.role())) {
			roles.getObject().addLifecycleToRole(properties.role(), manager);
		}
		return manager;
	}

	/**
	 * Spring's managers say nothing of a broker that is away at start.
	 */
	private static void warnIfAway(ClientManager<?, ?> manager, @Nullable String clientId) {
		if (!manager.isConnected()) {
			logger.warn("MQTT client '" + clientId + "' is not connected to its broker. Check mqtt.client.server-uris,"
					+ " and mqtt.client.username and mqtt.client.password if the broker asks for them");
		}
	}

	/**
	 * If Paho 3 is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ MqttPahoClientFactory.class, MqttConnectOptions.class })
	static class Version3 {

		@Bean
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean
		MqttPahoClientFactory mqttPahoClientFactory(MqttConnectOptions options) {
			DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
			factory.setConnectionOptions(options);
			return factory;
		}

		@Bean
		@Conditional(OnMqttClientCondition.class)
		@ConditionalOnProperty(name = "mqtt.client.version", havingValue = "3", matchIfMissing = true)
		@ConditionalOnSingleCandidate(MqttConnectOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		Mqttv3ClientManager mqttv3ClientManager(MqttConnectOptions options, MqttClientProperties properties,
				ObjectProvider<SmartLifecycleRoleController> roles) {
			boolean autoStartup = properties.isStartedWithApplication();
			return inRole(new Mqttv3ClientManager(options, String.valueOf(properties.clientId())) {

				@Override
				public boolean isAutoStartup() {
					return autoStartup;
				}

				@Override
				public void start() {
					super.start();
					warnIfAway(this, properties.clientId());
				}

			}, properties, roles);
		}

	}

	/**
	 * If Paho 5 is there.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mqttv5ClientManager.class, MqttConnectionOptions.class })
	static class Version5 {

		@Bean
		@Conditional({ OnMqttClientCondition.class, OnMqtt5ManagerCondition.class })
		@ConditionalOnSingleCandidate(MqttConnectionOptions.class)
		@ConditionalOnMissingBean(ClientManager.class)
		Mqttv5ClientManager mqttv5ClientManager(MqttConnectionOptions options, MqttClientProperties properties,
				ObjectProvider<SmartLifecycleRoleController> roles) {
			boolean autoStartup = properties.isStartedWithApplication();
			return inRole(new Mqttv5ClientManager(options, String.valueOf(properties.clientId())) {

				@Override
				public boolean isAutoStartup() {
					return autoStartup;
				}

				@Override
				public void start() {
					super.start();
					warnIfAway(this, properties.clientId());
				}

			}, properties, roles);
		}

	}

}
