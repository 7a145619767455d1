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

import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.stereotype.Component;

/**
 * Flows that are registered while the application runs.
 */
// tag::example[]
@Component
class RuntimeFlowExample {

	private final IntegrationFlowContext flows;

	private final MqttPahoClientFactory mqtt;

	RuntimeFlowExample(IntegrationFlowContext flows, MqttPahoClientFactory mqtt) {
		this.flows = flows;
		this.mqtt = mqtt;
	}

	/**
	 * Serve a device: what is sent to the channel {@code <device>.telemetry} is
	 * published, what is published to the topic {@code <device>/commands} goes to the
	 * channel {@code commands}.
	 */
	void add(String device) {
		MqttPahoMessageHandler handler = new MqttPahoMessageHandler(device + "-out", this.mqtt);
		handler.setAsync(true);
		handler.setDefaultTopic(device + "/telemetry");
		handler.setDefaultQos(1);
		register(device + ".publish", IntegrationFlow.from(device + ".telemetry").handle(handler).get());
		MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(device + "-in", this.mqtt,
				device + "/commands");
		adapter.setQos(2);
		register(device + ".receive", IntegrationFlow.from(adapter).channel("commands").get());
	}

	private void register(String id, IntegrationFlow flow) {
		this.flows.registration(flow).id(id).register();
	}

}
// end::example[]
