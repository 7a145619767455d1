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

package io.github.mqttredis.recipes;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;

/**
 * The application that the recipes of {@code docs/testing.md} test.
 */
// tag::example[]
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableIntegration
class Gateway {

	@Bean
	IntegrationFlow publish(Mqttv3ClientManager mqtt) {
		MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
		handler.setAsync(true);
		handler.setDefaultTopic("telemetry");
		handler.setDefaultQos(1);
		return IntegrationFlow.from("telemetry").handle(handler).get();
	}

}
// end::example[]
