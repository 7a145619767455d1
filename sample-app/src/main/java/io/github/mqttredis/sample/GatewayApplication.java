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

package io.github.mqttredis.sample;

import java.time.Duration;

import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Pollers;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;

/**
 * An MQTT gateway that loses nothing when its process is killed: all it takes is the
 * starter and the settings in {@code application.yml}.
 *
 * @since 0.1.0
 */
@SpringBootApplication
public class GatewayApplication {

	private static final Logger logger = LoggerFactory.getLogger(GatewayApplication.class);

	public static void main(String[] args) {
		SpringApplication.run(GatewayApplication.class, args);
	}

	@Bean
	IntegrationFlow sensor(@Value("${sample.interval:1s}") Duration interval,
			@Value("${mqtt.client.role:#{null}}") @Nullable String role) {
		return IntegrationFlow.fromSupplier(new Sensor(), (source) -> {
			source.poller(Pollers.fixedRate(interval));
			if (role != null) {
				// A standby has nothing to publish with.
				source.role(role).autoStartup(false);
			}
		})
			.wireTap((tap) -> tap.filter(Reading.class, Reading::tooWarm, (warm) -> warm.discardChannel("nullChannel"))
				.transform(Reading.class, (reading) -> new Command("fan of " + reading.sensor(), "on"))
				.channel("commands.input"))
			.channel("telemetry.input")
			.get();
	}

	@Bean
	IntegrationFlow telemetry(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt) {
		return (flow) -> flow.transform(Transformers.toJson())
			.handle(publish(mqtt, Topics.TELEMETRY, 1), (handler) -> handler.id("telemetry.publish"));
	}

	@Bean
	IntegrationFlow commands(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt) {
		return (flow) -> flow.transform(Transformers.toJson()).handle(publish(mqtt, Topics.COMMANDS, 2));
	}

	@Bean
	IntegrationFlow receivedCommands(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt) {
		MqttPahoMessageDrivenChannelAdapter inbound = new MqttPahoMessageDrivenChannelAdapter(mqtt, Topics.COMMANDS);
		inbound.setQos(2);
		return IntegrationFlow.from(inbound)
			.transform(Transformers.fromJson(Command.class))
			.handle(Command.class, (command, headers) -> {
				logger.info("{}", command);
				return null;
			})
			.get();
	}

	private static MqttPahoMessageHandler publish(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt,
			String topic, int qos) {
		MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
		handler.setDefaultTopic(topic);
		handler.setDefaultQos(qos);
		// Accepted means stored: there is no need to wait for the broker.
		handler.setAsync(true);
		return handler;
	}

}
