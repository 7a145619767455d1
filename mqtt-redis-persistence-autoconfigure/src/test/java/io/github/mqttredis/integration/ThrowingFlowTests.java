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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.endpoint.MessageProducerSupport;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a flow without an error channel, which never takes one of its messages.
 */
class ThrowingFlowTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final List<String> CALLED = new CopyOnWriteArrayList<>();

	@SharedServer
	private static ArtemisBroker broker;

	@BeforeEach
	void forget() {
		CALLED.clear();
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 5 })
	void whenAFlowNeverTakesAMessageThenItIsSetAsideAndTheRestArrives(int version) {
		String clientId = "throwing-flow-" + version;
		ApplicationContextRunner runner = MqttContexts.with(REDIS)
			.withUserConfiguration(ThrowingApplication.class)
			.withPropertyValues("mqtt.client.client-id=" + clientId, "mqtt.client.version=" + version,
					"mqtt.client.server-uris=" + broker.uri(), "mqtt.persistence.undeliverable.attempts=2");
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			Await.until("the flow has subscribed", () -> {
				publish(clientId, "probe");
				return CALLED.contains("probe");
			});
			publish(clientId, "bad", "next");
			Await.until("the next one has arrived", () -> CALLED.contains("next"));
			assertThat(CALLED.stream().filter("bad"::equals)).hasSize(2);
			try (Jedis redis = new Jedis("localhost", REDIS.port())) {
				String quarantine = redis.keys("mqtt:persistence:{" + clientId + "@*:quarantine").iterator().next();
				assertThat(redis.hkeys(quarantine)).singleElement()
					.asString()
					.contains("after 2: java.lang.IllegalStateException: the flow's");
			}
		});
		runner.run((context) -> {
			publish(clientId, "last");
			Await.until("the last one has arrived", () -> CALLED.contains("last"));
			assertThat(CALLED.stream().filter("bad"::equals)).hasSize(2);
		});
	}

	private static void publish(String topic, String... payloads) throws Exception {
		try (MqttClient client = new MqttClient(broker.uri(), "publisher", new MemoryPersistence())) {
			client.connect();
			for (String payload : payloads) {
				client.publish(topic, payload.getBytes(), 1, false);
			}
			client.disconnect();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class ThrowingApplication {

		@Bean
		IntegrationFlow flow(ClientManager<?, ?> manager) {
			return IntegrationFlow.from(adapter(manager)).handle((payload, headers) -> {
				String text = (payload instanceof byte[] bytes) ? new String(bytes) : (String) payload;
				CALLED.add(text);
				if (text.equals("bad")) {
					throw new IllegalStateException("the flow's");
				}
				return null;
			}).get();
		}

		private static MessageProducerSupport adapter(ClientManager<?, ?> manager) {
			if (manager instanceof Mqttv3ClientManager v3) {
				return new MqttPahoMessageDrivenChannelAdapter(v3, "throwing-flow-3");
			}
			return new Mqttv5PahoMessageDrivenChannelAdapter((Mqttv5ClientManager) manager, "throwing-flow-5");
		}

	}

}
