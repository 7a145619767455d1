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

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor.RenewedMqttAsyncClient;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@code mqtt.persistence.exclude-beans}, and that a persistence is kept which
 * the application set.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExcludedBeansTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withUserConfiguration(IntegrationApplication.class);

	@ParameterizedTest
	@ValueSource(strings = { "three,five,handler,adapter,factory,out,outbound.*", "*", "t*,f*,handler,adapt*,out*" })
	void whenBeansAreListedThenNoneIsStoredAndNothingIsSaidOfThem(String names) {
		this.contexts.withUserConfiguration(Everything.class)
			.withPropertyValues("mqtt.persistence.exclude-beans=" + names)
			.run((context) -> {
				assertThat(Components.findings(context)).isEmpty();
				assertThat(context.getBean(SessionStore.class).sessions()).isEmpty();
				assertThat(client(context)).isExactlyInstanceOf(MqttAsyncClient.class);
			});
	}

	@Test
	void whenOneIsListedThenTheOthersAreStored() {
		this.contexts.withUserConfiguration(Everything.class)
			.withPropertyValues("mqtt.persistence.exclude-beans=handler")
			.run((context) -> {
				assertThat(context.getBean(SessionStore.class).sessions())
					.extracting((session) -> session.id().clientId())
					.contains("three", "five", "flow")
					.doesNotContain("handler");
				// It is not started, and has no client yet.
				assertThat(PahoInternals.get(context.getBean("adapter"), "mqttClient"))
					.isInstanceOf(RenewedMqttAsyncClient.class);
				assertThat(client(context)).isInstanceOf(PersistentMqttAsyncClient.class);
			});
	}

	@Test
	void whenTheApplicationSetAPersistenceForMqtt5ThenEachComponentKeepsIt() {
		MqttClientPersistence own = new MemoryPersistence();
		this.contexts.withBean("handler", Mqttv5PahoMessageHandler.class, () -> {
			Mqttv5PahoMessageHandler handler = Components.handler(Components.optionsV5(), "handler");
			handler.setPersistence(own);
			return handler;
		}).withBean("adapter", Mqttv5PahoMessageDrivenChannelAdapter.class, () -> {
			Mqttv5PahoMessageDrivenChannelAdapter adapter = Components.adapter(Components.optionsV5(), "adapter");
			adapter.setPersistence(own);
			return adapter;
		}).run((context) -> {
			assertThat(PahoInternals.get(context.getBean("handler"), "mqttClient.persistence")).isSameAs(own);
			assertThat(PahoInternals.get(context.getBean("adapter"), "mqttClient.persistence")).isSameAs(own);
			assertThat(Components.findings(context)).isEmpty();
			assertThat(context.getBean(SessionStore.class).sessions()).isEmpty();
		});
	}

	@Test
	void whenANameIsEmptyThenThePropertyIsNamed() {
		this.contexts.withPropertyValues("mqtt.persistence.exclude-beans=a,,b")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("mqtt.persistence.exclude-beans must not contain empty names"));
	}

	private static Object client(AssertableApplicationContext context) throws Exception {
		return context.getBean(MqttPahoClientFactory.class).getAsyncClientInstance(Components.URI, "factory");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class IntegrationApplication {

	}

	@Configuration(proxyBeanMethods = false)
	static class HandlerApplication {

		@Bean
		DefaultMqttPahoClientFactory factory() {
			return Components.factory();
		}

		@Bean
		MqttPahoMessageHandler out(MqttPahoClientFactory factory) {
			return Components.handler(factory, "out");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Everything extends HandlerApplication {

		@Bean
		Mqttv3ClientManager three() {
			return Components.manager(Components.options(), "three");
		}

		@Bean
		Mqttv5ClientManager five() {
			return Components.manager(Components.optionsV5(), "five");
		}

		@Bean
		Mqttv5PahoMessageHandler handler() {
			return Components.handler(Components.optionsV5(), "handler");
		}

		@Bean
		Mqttv5PahoMessageDrivenChannelAdapter adapter() {
			return Components.adapter(Components.optionsV5(), "adapter");
		}

		@Bean
		IntegrationFlow outbound() {
			return (flow) -> flow.handle(Components.handler(Components.optionsV5(), "flow"),
					(endpoint) -> endpoint.id("flow"));
		}

	}

}
