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

package io.github.mqttredis.entrypoints;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;

/**
 * A client manager for MQTT 3.1.1 that the application defines.
 */
// tag::example[]
@Configuration(proxyBeanMethods = false)
class OwnV3ClientManagerExample {

	@Bean
	Mqttv3ClientManager mqtt(@Value("${gateway.broker}") String broker) {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(new String[] { broker });
		options.setCleanSession(false);
		options.setAutomaticReconnect(true);
		options.setMaxInflight(1000);
		Mqttv3ClientManager manager = new Mqttv3ClientManager(options, "gateway-7");
		manager.setQuiescentTimeout(1000);
		return manager;
	}

	@Bean
	IntegrationFlow publish(Mqttv3ClientManager mqtt) {
		MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
		handler.setAsync(true);
		handler.setDefaultTopic("telemetry");
		handler.setDefaultQos(1);
		return IntegrationFlow.from("telemetry").handle(handler).get();
	}

	@Bean
	IntegrationFlow receive(Mqttv3ClientManager mqtt) {
		MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(mqtt, "commands");
		adapter.setQos(2);
		return IntegrationFlow.from(adapter).channel("commands").get();
	}

}
// end::example[]
