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

package io.github.mqttredis.paho;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.paho.Spans.Span;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MosquittoBroker;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.config.EnableIntegrationManagement;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.event.MqttSubscribedEvent;
import org.springframework.integration.mqtt.inbound.AbstractMqttMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The traces of an application's flows, across a restart: what a flow does with a message
 * is below the span of the message, and the span of what it publishes below its own.
 */
@EnabledIf(value = "io.github.mqttredis.testing.MosquittoBroker#isInstalled",
		disabledReason = "mosquitto is not on the PATH")
class ObservedFlowTests {

	private static final AtomicInteger APPLICATIONS = new AtomicInteger();

	private static final int PUBACK = 4;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static MosquittoBroker broker;

	private final String clientId = "flow-" + APPLICATIONS.incrementAndGet();

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final Spans device = new Spans();

	private final List<String> arrived = new CopyOnWriteArrayList<>();

	private PahoClient client;

	@BeforeEach
	void connectDevice() throws Exception {
		this.client = PahoClient.observed("v5", redis.stores().start(), broker.uri(), "device-" + this.clientId,
				this.device.observer());
		this.client.call((topic, payload, packetId) -> this.arrived.add(new String(payload)));
		this.client.connect(60);
		this.client.subscribe(this.clientId + "/telemetry");
	}

	@AfterEach
	void close() throws Exception {
		this.client.disconnect();
		this.client.close();
		this.link.close();
	}

	@ParameterizedTest
	@CsvSource({ "v3, none", "v3, *", "v3, receive.org.*", "v5, none", "v5, *", "v5, receive.org.*" })
	void whenAnApplicationIsStartedAgainThenItsFlowsGoOnInTheirTraces(String version, String integration)
			throws Exception {
		Spans first = new Spans();
		try (ConfigurableApplicationContext context = start(version, integration, first)) {
			this.client.publish(this.clientId + "/commands", "command", 1);
			assertThatItIsHandledBelowTheMessage(version, integration, first, this.device.ended("mqtt publish"));
			Await.until("the command is acknowledged", () -> this.link.sent(PUBACK) == 1);
			this.link.swallow(true);
			send(context, first.registry());
			assertThat(first.allEnded("mqtt publish")).isEmpty();
		}
		Span published = first.ended("mqtt publish");
		assertThat(published.outcome()).isEqualTo("stored");
		assertThat(ancestors(published, first)).contains(first.ended("application").id());
		assertThat(this.arrived).isEmpty();
		this.link.swallow(false);
		this.link.cut();
		this.client.publish(this.clientId + "/commands", "kept", 2).await();
		Await.until("it is published", () -> this.device.allEnded("mqtt publish").size() == 2);
		Span kept = this.device.allEnded("mqtt publish").get(1);
		Spans second = new Spans();
		try (ConfigurableApplicationContext context = start(version, integration, second)) {
			Span delivered = second.ended("mqtt deliver");
			assertThat(delivered.trace()).isEqualTo(published.trace());
			assertThat(delivered.parent()).isEqualTo(published.id());
			assertThat(delivered.outcome()).isEqualTo("acknowledged");
			assertThatItIsHandledBelowTheMessage(version, integration, second, kept);
		}
		Await.until("the reading has arrived", () -> !this.arrived.isEmpty());
		assertThat(this.arrived).containsExactly("reading");
		assertThat(this.device.ended("mqtt receive").parent())
			.isEqualTo("v5".equals(version) ? published.id() : "0000000000000000");
	}

	private static void send(ConfigurableApplicationContext context, ObservationRegistry registry) {
		MessageChannel telemetry = context.getBean("telemetry", MessageChannel.class);
		Observation.createNotStarted("application", registry)
			.observe(() -> telemetry.send(new GenericMessage<>("reading")));
	}

	private static void assertThatItIsHandledBelowTheMessage(String version, String integration, Spans application,
			Span sent) {
		Span handled = application.ended("handled by the flow");
		Span received = application.ended("mqtt receive");
		assertThat(received.outcome()).isEqualTo("handled");
		assertThat(ancestors(handled, application)).contains(received.id())
			.hasSizeGreaterThan("none".equals(integration) ? 1 : 2);
		if ("v5".equals(version)) {
			assertThat(received.parent()).isEqualTo(sent.id());
			assertThat(handled.trace()).isEqualTo(sent.trace());
		}
	}

	/** The ids of the spans that a span is below of. */
	private static List<String> ancestors(Span span, Spans spans) {
		List<String> ancestors = new ArrayList<>();
		for (Span now = span; now != null;) {
			String parent = now.parent();
			ancestors.add(parent);
			now = spans.started().stream().filter((other) -> other.id().equals(parent)).findAny().orElse(null);
		}
		return ancestors;
	}

	/** Start the application, and wait until it has subscribed. */
	private ConfigurableApplicationContext start(String version, String integration, Spans spans) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(
				"v3".equals(version) ? Version3.class : Version5.class)
			.web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.sources("none".equals(integration) ? new Class<?>[0] : new Class<?>[] { Integration.class })
			.initializers((starting) -> {
				starting.getBeanFactory().registerSingleton("observationRegistry", spans.registry());
				starting.getBeanFactory().registerSingleton("propagator", spans.propagator());
			})
			.run("--test.observation-patterns=" + integration, "--spring.data.redis.host=127.0.0.1",
					"--spring.data.redis.port=" + redis.port(), "--mqtt.persistence.observation.enabled=true",
					"--mqtt.persistence.broker-id=broker", "--mqtt.persistence.write-timeout=" + Load.seconds(2),
					"--mqtt.client.version=" + version.substring(1), "--mqtt.client.client-id=" + this.clientId,
					"--mqtt.client.server-uris=" + this.link.uri());
		Await.until("the application has subscribed", () -> context.getBean(Application.class).subscribed);
		return context;
	}

	/**
	 * What is the same for both versions.
	 */
	@EnableAutoConfiguration
	@EnableIntegration
	abstract static class Application {

		private volatile boolean subscribed;

		@EventListener
		void subscribed(MqttSubscribedEvent event) {
			this.subscribed = true;
		}

		static IntegrationFlow receiving(AbstractMqttMessageDrivenChannelAdapter<?, ?> adapter,
				ObservationRegistry registry) {
			return IntegrationFlow.from(adapter)
				.channel("received")
				.handle((MessageHandler) (message) -> Observation.createNotStarted("handled by the flow", registry)
					.observe(() -> {
					}))
				.get();
		}

		static IntegrationFlow publishing(MessageHandler handler) {
			return IntegrationFlow.from("telemetry").handle(handler).get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Version3 extends Application {

		@Bean
		IntegrationFlow receive(Mqttv3ClientManager mqtt, ObservationRegistry registry) {
			return receiving(new MqttPahoMessageDrivenChannelAdapter(mqtt, mqtt.getClientId() + "/commands"), registry);
		}

		@Bean
		IntegrationFlow publish(Mqttv3ClientManager mqtt) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultQos(1);
			handler.setDefaultTopic(mqtt.getClientId() + "/telemetry");
			return publishing(handler);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Version5 extends Application {

		@Bean
		IntegrationFlow receive(Mqttv5ClientManager mqtt, ObservationRegistry registry) {
			return receiving(new Mqttv5PahoMessageDrivenChannelAdapter(mqtt, mqtt.getClientId() + "/commands"),
					registry);
		}

		@Bean
		IntegrationFlow publish(Mqttv5ClientManager mqtt) {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(mqtt);
			handler.setAsync(true);
			handler.setDefaultQos(1);
			handler.setDefaultTopic(mqtt.getClientId() + "/telemetry");
			return publishing(handler);
		}

	}

	/**
	 * Has Spring Integration observe some of its adapters, channels and handlers.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableIntegrationManagement(observationPatterns = "${test.observation-patterns}")
	static class Integration {

	}

}
