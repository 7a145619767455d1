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

package io.github.mqttredis.standby;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Scanner;

import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.core.MessagingTemplate;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttHeaders;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

/**
 * A gateway of which two run: the leader works, the other one stands by. Also a process
 * of its own, which does what it reads from its standard input.
 */
public final class StandbyGateway implements AutoCloseable {

	/** Marks the lines that are answers. */
	static final String ANSWER = "answer: ";

	private final ConfigurableApplicationContext context;

	StandbyGateway(Kind kind, List<String> properties) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(kind.properties);
		this.context = new SpringApplicationBuilder(Gateway.class, kind.flows).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.run(all.stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	/**
	 * Run as a process.
	 * @param args the kind of gateway, and properties
	 */
	public static void main(String[] args) {
		StandbyGateway gateway = new StandbyGateway(Kind.valueOf(args[0]), List.of(args).subList(1, args.length));
		answer("started");
		try (Scanner commands = new Scanner(System.in)) {
			while (commands.hasNextLine()) {
				String[] command = commands.nextLine().split(" ");
				gateway.publish(command[0], Integer.parseInt(command[1]));
				answer("published");
			}
		}
		Runtime.getRuntime().halt(0);
	}

	private static void answer(String text) {
		System.out.println(ANSWER + text);
		System.out.flush();
	}

	void publish(String payload, int qos) {
		new MessagingTemplate().send(
				this.context.getBean("telemetry", org.springframework.messaging.MessageChannel.class),
				MessageBuilder.withPayload(payload).setHeader(MqttHeaders.QOS, qos).build());
	}

	List<String> received() {
		return this.context.getBean(Gateway.class).received;
	}

	Health health() {
		return this.context.getBean("mqttPersistenceHealthContributor", HealthIndicator.class).health();
	}

	/**
	 * Return whether messages can be published.
	 * @return whether the client of the manager is connected, if there is a manager
	 */
	boolean isConnected() {
		for (ClientManager<?, ?> manager : this.context.getBeansOfType(ClientManager.class).values()) {
			Object client = manager.getClient();
			boolean three = client instanceof IMqttAsyncClient v3 && v3.isConnected();
			boolean five = client instanceof org.eclipse.paho.mqttv5.client.IMqttAsyncClient v5 && v5.isConnected();
			if (!three && !five) {
				return false;
			}
		}
		return true;
	}

	ClientManager<?, ?> manager() {
		return this.context.getBean(ClientManager.class);
	}

	/**
	 * Return what starts and stops the client.
	 * @return the manager, or the adapter where there is none
	 */
	Lifecycle client() {
		return this.context.getBeanProvider(ClientManager.class)
			.stream()
			.findFirst()
			.map(Lifecycle.class::cast)
			.orElseGet(() -> this.context.getBean(MqttPahoMessageDrivenChannelAdapter.class));
	}

	LockRegistryLeaderInitiator leader() {
		return this.context.getBean(LockRegistryLeaderInitiator.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What the gateway's clients are.
	 */
	enum Kind {

		/** A client manager of Paho 3. */
		V3(V3Flows.class, "mqtt.client.version=3", "mqtt.client.role=gateway"),

		/** A client manager of Paho 5. */
		V5(V5Flows.class, "mqtt.client.version=5", "mqtt.client.role=gateway"),

		/** As {@link #V3}, started by the application in place of a role. */
		V3_BY_HAND(V3Flows.class, "mqtt.client.version=3", "mqtt.client.auto-startup=false"),

		/** As {@link #V5}, started by the application in place of a role. */
		V5_BY_HAND(V5Flows.class, "mqtt.client.version=5", "mqtt.client.auto-startup=false"),

		/** An adapter that the application puts into the role, with a client factory. */
		FACTORY(FactoryFlows.class);

		private final Class<?> flows;

		private final List<String> properties;

		Kind(Class<?> flows, String... properties) {
			this.flows = flows;
			this.properties = List.of(properties);
		}

	}

	/**
	 * What all have.
	 */
	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableIntegration
	@Import(WarmStandbyExample.class)
	static class Gateway {

		private final List<String> received = Collections.synchronizedList(new ArrayList<>());

		@Bean
		IntegrationFlow commands() {
			return (flow) -> flow.handle((message) -> this.received.add((String) message.getPayload()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class V3Flows {

		@Bean
		IntegrationFlow publish(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt,
				@Value("${mqtt.client.client-id}") String clientId) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
			handler.setDefaultTopic("test/" + clientId);
			handler.setAsync(true);
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

		@Bean
		IntegrationFlow receive(ClientManager<IMqttAsyncClient, MqttConnectOptions> mqtt,
				@Value("${mqtt.client.client-id}") String clientId) {
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(mqtt,
					"commands/" + clientId);
			adapter.setQos(2);
			return IntegrationFlow.from(adapter).channel("commands.input").get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class V5Flows {

		@Bean
		IntegrationFlow publish(
				ClientManager<org.eclipse.paho.mqttv5.client.IMqttAsyncClient, MqttConnectionOptions> mqtt,
				@Value("${mqtt.client.client-id}") String clientId) {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(mqtt);
			handler.setDefaultTopic("test/" + clientId);
			handler.setAsync(true);
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

		@Bean
		IntegrationFlow receive(
				ClientManager<org.eclipse.paho.mqttv5.client.IMqttAsyncClient, MqttConnectionOptions> mqtt,
				@Value("${mqtt.client.client-id}") String clientId) {
			Mqttv5PahoMessageDrivenChannelAdapter adapter = new Mqttv5PahoMessageDrivenChannelAdapter(mqtt,
					"commands/" + clientId);
			adapter.setQos(2);
			return IntegrationFlow.from(adapter)
				.transform(Transformers.objectToString())
				.channel("commands.input")
				.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryFlows {

		@Bean
		IntegrationFlow receive(MqttPahoClientFactory factory, @Value("${gateway.client-id}") String clientId,
				@Value("${gateway.broker}") String broker) {
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(broker, clientId,
					factory, "commands/" + clientId);
			adapter.setQos(2);
			adapter.setAutoStartup(false);
			adapter.setRole("gateway");
			return IntegrationFlow.from(adapter).channel("commands.input").get();
		}

	}

}
