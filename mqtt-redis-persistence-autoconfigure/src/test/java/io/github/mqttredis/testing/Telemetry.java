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

package io.github.mqttredis.testing;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * Applications that publish what is sent to their channel {@code telemetry}, with QoS 1.
 */
public final class Telemetry {

	private Telemetry() {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	public static class Version3 {

		@Bean
		IntegrationFlow publish(Mqttv3ClientManager mqtt) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultTopic("test/quick-start");
			handler.setDefaultQos(1);
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	public static class Version5 {

		@Bean
		IntegrationFlow publish(Mqttv5ClientManager mqtt) {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultTopic("test/quick-start");
			handler.setDefaultQos(1);
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

	}

}
