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

package io.github.mqttredis.offline;

import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * The ways in which an application publishes with Spring Integration, as it would write
 * them.
 */
enum Flow {

	V3_MANAGER(V3Manager.class, 3), V3_FACTORY(V3Factory.class, 3), V3_OWN_FACTORY(V3OwnFactory.class, 3),
	V3_OWN_MANAGER(V3OwnManager.class, 3), V5_MANAGER(V5Manager.class, 5), V5_OWN_MANAGER(V5OwnManager.class, 5);

	private final Class<?> configuration;

	private final int version;

	Flow(Class<?> configuration, int version) {
		this.configuration = configuration;
		this.version = version;
	}

	Class<?> configuration() {
		return this.configuration;
	}

	int version() {
		return this.version;
	}

	static IntegrationFlow to(AbstractMqttMessageHandler<?, ?> handler) {
		handler.setDefaultTopic("flow");
		handler.setDefaultQos(2);
		return IntegrationFlow.from("out").handle(handler).get();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V3Manager {

		@Bean
		IntegrationFlow publishing(ClientManager<IMqttAsyncClient, MqttConnectOptions> manager) {
			return to(new MqttPahoMessageHandler(manager));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V3Factory {

		@Bean
		IntegrationFlow publishing(MqttPahoClientFactory factory) {
			return to(new MqttPahoMessageHandler("offline-factory", factory));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V3OwnFactory {

		@Bean
		DefaultMqttPahoClientFactory factory(MqttConnectOptions fromProperties) {
			DefaultMqttPahoClientFactory factory = new DefaultMqttPahoClientFactory();
			MqttConnectOptions options = new MqttConnectOptions();
			options.setServerURIs(fromProperties.getServerURIs());
			options.setCleanSession(false);
			factory.setConnectionOptions(options);
			return factory;
		}

		@Bean
		IntegrationFlow publishing(DefaultMqttPahoClientFactory factory) {
			return to(new MqttPahoMessageHandler("offline-own-factory", factory));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V5Manager {

		@Bean
		IntegrationFlow publishing(
				ClientManager<org.eclipse.paho.mqttv5.client.IMqttAsyncClient, MqttConnectionOptions> manager) {
			return to(new Mqttv5PahoMessageHandler(manager));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V3OwnManager extends V3Manager {

		@Bean
		Mqttv3ClientManager manager(MqttConnectOptions options) {
			Mqttv3ClientManager manager = new Mqttv3ClientManager(options, "offline-own-manager-3");
			manager.setQuiescentTimeout(100);
			return manager;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class V5OwnManager extends V5Manager {

		@Bean
		Mqttv5ClientManager manager(MqttConnectionOptions options) {
			Mqttv5ClientManager manager = new Mqttv5ClientManager(options, "offline-own-manager-5");
			manager.setQuiescentTimeout(100);
			return manager;
		}

	}

}
