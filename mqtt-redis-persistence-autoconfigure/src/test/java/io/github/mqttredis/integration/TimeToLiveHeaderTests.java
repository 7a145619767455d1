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

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link TimeToLiveHeader}, in applications whose broker is away.
 */
class TimeToLiveHeaderTests {

	@ParameterizedTest
	@ValueSource(classes = { Version3.class, Version5.class })
	void whenAMessageSaysHowLongItMayWaitThenItExpires(Class<?> application) throws Exception {
		try (ConfigurableApplicationContext context = run(application)) {
			MessageChannel telemetry = context.getBean("telemetry", MessageChannel.class);
			telemetry.send(new GenericMessage<>("ever"));
			telemetry.send(new GenericMessage<>("long", Map.of(TimeToLiveHeader.NAME, Duration.ofHours(1))));
			telemetry.send(new GenericMessage<>("seconds", Map.of(TimeToLiveHeader.NAME, 5)));
			MessageQueue queue = queue(context);
			assertThat(lifetime(queue.get(0))).isZero();
			assertThat(lifetime(queue.get(1))).isEqualTo(3_600_000);
			assertThat(lifetime(queue.get(2))).isEqualTo(5000);
			assertThatException()
				.isThrownBy(
						() -> telemetry.send(new GenericMessage<>("odd", Map.of(TimeToLiveHeader.NAME, Instant.now()))))
				.withStackTraceContaining("The header mqtt_timeToLive must be a Duration or a number of seconds");
		}
	}

	private static long lifetime(QueuedMessage message) {
		return (message.expires() == 0) ? 0 : message.expires() - message.taken();
	}

	/** The messages, as a second client of this process would find them. */
	private static MessageQueue queue(ConfigurableApplicationContext context) throws Exception {
		SessionStore store = context.getBean(InspectableStore.class);
		SessionStatus session = store.sessions().get(0);
		return store.open(session.id()).queue();
	}

	private static ConfigurableApplicationContext run(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.run("--mqtt.persistence.store=memory", "--mqtt.persistence.offline-buffer.enabled=true",
					"--mqtt.client.client-id=gateway", "--mqtt.client.server-uris=tcp://localhost:1",
					"--mqtt.client.version=" + ((application == Version5.class) ? 5 : 3));
	}

	private static IntegrationFlow flow(AbstractMqttMessageHandler<?, ?> handler) {
		handler.setDefaultTopic("telemetry");
		handler.setDefaultQos(1);
		return IntegrationFlow.from("telemetry").handle(handler).get();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class Version3 {

		@Bean
		IntegrationFlow publish(Mqttv3ClientManager manager) {
			MqttPahoMessageHandler handler = new MqttPahoMessageHandler(manager);
			handler.setAsync(true);
			return flow(handler);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class Version5 {

		@Bean
		IntegrationFlow publish(Mqttv5ClientManager manager) {
			Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(manager);
			handler.setAsync(true);
			return flow(handler);
		}

	}

}
