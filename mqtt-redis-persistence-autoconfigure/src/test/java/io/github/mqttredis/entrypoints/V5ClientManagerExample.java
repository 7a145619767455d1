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

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * A client manager for MQTT 5, from properties.
 */
// tag::example[]
@Configuration(proxyBeanMethods = false)
class V5ClientManagerExample {

	@Bean
	IntegrationFlow publish(Mqttv5ClientManager mqtt) {
		Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(mqtt);
		handler.setAsync(true);
		handler.setDefaultTopic("telemetry");
		handler.setDefaultQos(1);
		return IntegrationFlow.from("telemetry").handle(handler).get();
	}

	@Bean
	IntegrationFlow receive(Mqttv5ClientManager mqtt) {
		Mqttv5PahoMessageDrivenChannelAdapter adapter = new Mqttv5PahoMessageDrivenChannelAdapter(mqtt, "commands");
		adapter.setQos(2);
		return IntegrationFlow.from(adapter).transform(Transformers.objectToString()).channel("commands").get();
	}

}
// end::example[]
