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
import java.util.function.BiConsumer;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what the broker kept for an application arrives when the application starts.
 */
class KeptSessionTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final Map<String, Integer> RECEIVED = new ConcurrentHashMap<>();

	private static final int MESSAGES = 60;

	@SharedServer
	private static ArtemisBroker broker;

	@BeforeEach
	void forget() {
		RECEIVED.clear();
	}

	@Test
	void whenManagerConnectsThenMessagesFindTheAdaptersThatStartAfterIt() {
		whenStartedAgainThenAllArrive("manager", ManagerApplication.class);
	}

	@Test
	void whenAdapterSubscribesThenMessagesDoNotHoldUpTheSuback() {
		whenStartedAgainThenAllArrive("factory", FactoryApplication.class);
	}

	private static void whenStartedAgainThenAllArrive(String clientId, Class<?> application) {
		ApplicationContextRunner runner = MqttContexts.with(REDIS)
			.withUserConfiguration(application)
			.withPropertyValues("mqtt.client.client-id=" + clientId, "mqtt.client.server-uris=" + broker.uri());
		publishing((client, payload) -> runner.run((context) -> {
			assertThat(context).hasNotFailed();
			Await.until("the application has subscribed", () -> {
				client.publish(clientId, "probe".getBytes(), 1, false);
				return RECEIVED.containsKey("probe");
			});
		}));
		publishing((client, payload) -> {
			try {
				client.publish(clientId, payload.getBytes(), 1, false);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}, MESSAGES);
		RECEIVED.remove("probe");
		long started = System.nanoTime();
		runner.run((context) -> Await.until("all messages have arrived",
				() -> RECEIVED.keySet().stream().filter((payload) -> payload.startsWith("m")).count() == MESSAGES));
		// An adapter that waits for the SUBACK in vain does so for 30 s.
		assertThat(System.nanoTime() - started).isLessThan(25_000_000_000L);
	}

	private static void publishing(BiConsumer<MqttClient, String> publisher) {
		publishing(publisher, 1);
	}

	private static void publishing(BiConsumer<MqttClient, String> publisher, int times) {
		try (MqttClient client = new MqttClient(broker.uri(), "publisher", new MemoryPersistence())) {
			client.connect();
			for (int i = 0; i < times; i++) {
				publisher.accept(client, "m" + i);
			}
			client.disconnect();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static IntegrationFlow receive(MqttPahoMessageDrivenChannelAdapter adapter) {
		adapter.setQos(1);
		adapter.setQuiescentTimeout(100);
		adapter.setDisconnectCompletionTimeout(1000);
		return IntegrationFlow.from(adapter).handle((payload, headers) -> {
			RECEIVED.merge((String) payload, 1, Integer::sum);
			return null;
		}).get();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class ManagerApplication {

		@Bean
		IntegrationFlow flow(ClientManager<IMqttAsyncClient, MqttConnectOptions> manager) {
			return receive(new MqttPahoMessageDrivenChannelAdapter(manager, "manager"));
		}

		@Bean
		SlowComponent slowComponent() {
			return new SlowComponent();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class FactoryApplication {

		@Bean
		IntegrationFlow flow(MqttPahoClientFactory factory) {
			return receive(new MqttPahoMessageDrivenChannelAdapter("factory-in", factory, "factory"));
		}

	}

	/**
	 * Starts between a client manager and the adapters, and takes its time.
	 */
	static final class SlowComponent implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			try {
				Thread.sleep(1000);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return 1;
		}

	}

}
