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

package io.github.mqttredis.integration;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.integration.ComponentChecker.CleanSessionException;
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.integration.ComponentChecker.Kind;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.dsl.context.IntegrationFlowContext.IntegrationFlowRegistration;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests with a real broker: that nothing is said of an application that is set well, and
 * what is said of flows that come at run time.
 */
@ExtendWith(OutputCaptureExtension.class)
class WellConfiguredTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final Map<String, Integer> RECEIVED = new ConcurrentHashMap<>();

	@SharedServer
	private static ArtemisBroker broker;

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withUserConfiguration(GatewayApplication.class)
		.withPropertyValues("mqtt.client.client-id=gateway", "mqtt.client.server-uris=" + broker.uri());

	@Test
	void whenAllIsSetWellThenMessagesPassAndNothingIsSaid(CapturedOutput output) {
		this.contexts.run((context) -> {
			assertThat(Components.findings(context)).isEmpty();
			for (String handler : new String[] { "shared", "single", "five" }) {
				RECEIVED.clear();
				Await.until("a message of " + handler + " arrives", () -> {
					context.getBean(handler, MessageHandler.class).handleMessage(new GenericMessage<>(handler));
					return RECEIVED.containsKey(handler);
				});
			}
			assertThat(Components.findings(context)).isEmpty();
			// Not of libraries: their finalizers speak of what other tests of this JVM
			// left.
			assertThat(output.toString().lines()).noneMatch((line) -> line.matches(".* (WARN|ERROR) .* i\\.g\\.m.*"));
		});
	}

	@Test
	void whenAFlowComesAtRunTimeThenItIsCheckedOnceAndForgottenWhenItIsGone(CapturedOutput output) {
		this.contexts.run((context) -> {
			IntegrationFlowRegistration late = register(context, handler(optionsV5(false)));
			assertThat(Components.findings(context)).isEmpty();
			late.destroy();
			MqttConnectionOptions options = optionsV5(false);
			options.setSessionExpiryInterval(null);
			IntegrationFlowRegistration spoilt = register(context, handler(options));
			assertThat(Components.findings(context)).singleElement()
				.extracting(Finding::kind)
				.isEqualTo(Kind.SESSION_EXPIRY);
			assertThat(output).containsOnlyOnce("The broker forgets the MQTT session of");
			spoilt.destroy();
			assertThat(Components.findings(context)).isEmpty();
		});
	}

	@Test
	void whenAFlowComesAtRunTimeAndPolicyIsFailThenItIsRefused() {
		this.contexts.withPropertyValues("mqtt.persistence.clean-session=fail").run((context) -> {
			assertThatThrownBy(() -> register(context, handler(optionsV5(true))))
				.isInstanceOf(CleanSessionException.class);
			assertThat(Components.findings(context)).isEmpty();
		});
	}

	private static IntegrationFlowRegistration register(ApplicationContext context, Mqttv5PahoMessageHandler handler) {
		IntegrationFlow flow = (definition) -> definition.handle(handler);
		return context.getBean(IntegrationFlowContext.class).registration(flow).id("late").register();
	}

	private static Mqttv5PahoMessageHandler handler(MqttConnectionOptions options) {
		return Components.handler(options, "late");
	}

	private static MqttConnectionOptions optionsV5(boolean clean) {
		MqttConnectionOptions options = Components.optionsV5();
		options.setServerURIs(new String[] { broker.uri() });
		options.setCleanStart(clean);
		return options;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class GatewayApplication {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			MqttConnectOptions options = Components.options();
			options.setServerURIs(new String[] { broker.uri() });
			return Components.factory(options);
		}

		@Bean
		MqttPahoMessageHandler single(MqttPahoClientFactory factory) {
			return Components.handler(factory, "single");
		}

		@Bean
		MqttPahoMessageHandler shared(Mqttv3ClientManager manager) {
			return Components.publisher(new MqttPahoMessageHandler(manager));
		}

		@Bean
		Mqttv5PahoMessageHandler five() {
			return Components.handler(optionsV5(false), "five");
		}

		@Bean
		IntegrationFlow inbound(Mqttv3ClientManager manager) {
			MqttPahoMessageDrivenChannelAdapter adapter = new MqttPahoMessageDrivenChannelAdapter(manager, "readings");
			return IntegrationFlow.from(adapter).handle((payload, headers) -> {
				RECEIVED.merge((String) payload, 1, Integer::sum);
				return null;
			}).get();
		}

	}

}
