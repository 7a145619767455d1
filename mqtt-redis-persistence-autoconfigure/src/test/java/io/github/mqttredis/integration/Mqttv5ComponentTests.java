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

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttConnectionOptionsCustomizer;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor.RenewedMqttAsyncClient;
import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.GenericMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for MQTT 5: the client manager from properties, and the components that the
 * application defines, against a real broker and a real Redis.
 */
class Mqttv5ComponentTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private static final Map<String, Integer> RECEIVED = new ConcurrentHashMap<>();

	private static final int MESSAGES = 60;

	@SharedServer
	private static ArtemisBroker broker;

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	@BeforeEach
	void forget() {
		RECEIVED.clear();
	}

	private ApplicationContextRunner withClient(String clientId) {
		return this.contexts.withPropertyValues("mqtt.client.client-id=" + clientId,
				"mqtt.client.server-uris=" + broker.uri());
	}

	@Test
	void whenOnlyPaho5IsThereThenTheManagerSpeaksMqtt5() {
		withClient("only-5").withClassLoader(new FilteredClassLoader("org.eclipse.paho.client.mqttv3"))
			.run((context) -> {
				Mqttv5ClientManager manager = context.getBean(Mqttv5ClientManager.class);
				assertThat(manager.getClient()).isInstanceOf(PersistentMqttAsyncClient.class);
				assertThat(context).doesNotHaveBean(PahoV3PersistenceFactory.class);
				Await.until("it is connected", manager::isConnected);
			});
	}

	@Test
	void whenBothAreThereThenVersion3StaysUnlessVersionIs5() {
		withClient("both").run((context) -> assertThat(context).hasSingleBean(Mqttv3ClientManager.class)
			.hasSingleBean(PahoV5PersistenceFactory.class)
			.hasSingleBean(ClientManagers.class)
			.doesNotHaveBean(Mqttv5ClientManager.class));
		withClient("both").withPropertyValues("mqtt.client.version=5")
			.run((context) -> assertThat(context).hasSingleBean(Mqttv5ClientManager.class)
				.doesNotHaveBean(Mqttv3ClientManager.class));
	}

	@Test
	void whenVersionIsUnknownThenSaysSo() {
		withClient("wrong").withPropertyValues("mqtt.client.version=4")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("mqtt.client.version must be 3 or 5"));
	}

	@Test
	void whenOptionsAreMadeFromPropertiesThenTheSessionIsKept() {
		this.contexts.withBean(MqttConnectionOptionsCustomizer.class, () -> (options) -> options.setReceiveMaximum(7))
			.withPropertyValues("mqtt.client.server-uris=tcp://a:1,tcp://b:2", "mqtt.client.keep-alive=30s",
					"mqtt.client.username=u", "mqtt.client.password=ä", "mqtt.client.will.topic=w",
					"mqtt.client.will.qos=1")
			.run((context) -> {
				MqttConnectionOptions options = context.getBean(MqttConnectionOptions.class);
				assertThat(options.isCleanStart()).isFalse();
				assertThat(options.getSessionExpiryInterval()).isEqualTo(86_400);
				assertThat(options.getServerURIs()).containsExactly("tcp://a:1", "tcp://b:2");
				assertThat(options.getKeepAliveInterval()).isEqualTo(30);
				assertThat(options.getPassword()).isEqualTo("ä".getBytes(StandardCharsets.UTF_8));
				assertThat(options.getWillDestination()).isEqualTo("w");
				assertThat(options.getWillMessage().getQos()).isEqualTo(1);
				assertThat(options.getReceiveMaximum()).isEqualTo(7);
			});
	}

	@Test
	void whenApplicationStartsAgainThenWhatTheBrokerKeptArrives() {
		ApplicationContextRunner runner = withClient("manager").withUserConfiguration(ManagerApplication.class)
			.withPropertyValues("mqtt.client.version=5");
		publishing((client) -> runner.run((context) -> {
			assertThat(context).hasNotFailed();
			Await.until("the application has subscribed", () -> {
				client.publish("manager", "probe".getBytes(), 1, false);
				return RECEIVED.containsKey("probe");
			});
		}));
		publishing((client) -> {
			for (int i = 0; i < MESSAGES; i++) {
				client.publish("manager", ("m" + i).getBytes(), 1 + i % 2, false).waitForCompletion(Await.MILLIS);
			}
		});
		RECEIVED.remove("probe");
		long started = System.nanoTime();
		runner.run((context) -> Await.until("all messages have arrived",
				() -> RECEIVED.keySet().stream().filter((payload) -> payload.startsWith("m")).count() == MESSAGES));
		assertThat(System.nanoTime() - started).isLessThan(25_000_000_000L);
	}

	@Test
	void whenComponentsAreDefinedThenTheirSessionsAreInRedisAndMessagesArrive() {
		this.contexts.withUserConfiguration(FlowApplication.class).run((context) -> {
			assertThat(context).hasNotFailed();
			IntegrationFlow late = (flow) -> flow.handle(handler("late-out"));
			context.getBean(IntegrationFlowContext.class).registration(late).id("late").register();
			assertThat(context.getBeansOfType(Mqttv5PahoMessageHandler.class).values()).hasSize(2)
				.allSatisfy(Mqttv5ComponentTests::assertClientIsOurs);
			assertThat(context.getBeansOfType(Mqttv5PahoMessageDrivenChannelAdapter.class).values()).singleElement()
				.satisfies(Mqttv5ComponentTests::assertClientIsOurs);
			Await.until("a message arrives", () -> {
				context.getBean("flow-out.handler", MessageHandler.class)
					.handleMessage(new GenericMessage<>("through redis"));
				return RECEIVED.containsKey("through redis");
			});
			assertThat(context.getBean(SessionStore.class).sessions().stream().map((status) -> status.id().toString()))
				.contains("flow-in@" + broker.uri() + " (v5)", "flow-out@" + broker.uri() + " (v5)",
						"late-out@" + broker.uri() + " (v5)");
		});
	}

	@Test
	void whenPersistenceIsForeignThenItIsKept() {
		MemoryPersistence foreign = new MemoryPersistence();
		this.contexts.withBean("own", Mqttv5ClientManager.class, () -> manager(foreign))
			.run((context) -> assertThat(persistence(context.getBean(Mqttv5ClientManager.class))).isSameAs(foreign));
	}

	@Test
	void whenPersistenceIsOursOrMissingThenItIsOurs() {
		this.contexts.withBean("own", Mqttv5ClientManager.class, () -> manager(null))
			.run((context) -> assertThat(persistence(context.getBean(Mqttv5ClientManager.class)))
				.isInstanceOf(SessionMqttClientPersistence.class));
	}

	@Test
	void whenInjectionIsSwitchedOffThenComponentsAreLeft() {
		this.contexts.withBean("own", Mqttv5ClientManager.class, () -> manager(null))
			.withPropertyValues("mqtt.persistence.inject=false")
			.run((context) -> assertThat(persistence(context.getBean(Mqttv5ClientManager.class)))
				.isInstanceOf(MemoryPersistence.class));
	}

	private static void assertClientIsOurs(Object component) {
		assertThat(new DirectFieldAccessor(component).getPropertyValue("mqttClient"))
			.isInstanceOf(RenewedMqttAsyncClient.class);
	}

	private static Object persistence(Mqttv5ClientManager manager) {
		IMqttAsyncClient client = manager.getClient();
		assertThat(client).isNotNull();
		return PahoInternals.get(client, "persistence");
	}

	private static Mqttv5ClientManager manager(MqttClientPersistence persistence) {
		Mqttv5ClientManager manager = new Mqttv5ClientManager(broker.uri(), "own");
		manager.setQuiescentTimeout(100);
		manager.getConnectionInfo().setCleanStart(false);
		if (persistence != null) {
			manager.setPersistence(persistence);
		}
		return manager;
	}

	private static Mqttv5PahoMessageHandler handler(String clientId) {
		Mqttv5PahoMessageHandler handler = new Mqttv5PahoMessageHandler(options(), clientId);
		handler.setDefaultTopic("flow");
		handler.setDefaultQos(1);
		return handler;
	}

	private static MqttConnectionOptions options() {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setServerURIs(new String[] { broker.uri() });
		options.setCleanStart(false);
		options.setSessionExpiryInterval(600L);
		options.setAutomaticReconnect(true);
		return options;
	}

	private static void publishing(Publishing action) {
		try {
			MqttAsyncClient client = new MqttAsyncClient(broker.uri(), "publisher", new MemoryPersistence());
			client.connect().waitForCompletion(Await.MILLIS);
			action.accept(client);
			client.disconnect().waitForCompletion(Await.MILLIS);
			client.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static IntegrationFlow receive(Mqttv5PahoMessageDrivenChannelAdapter adapter) {
		adapter.setQos(2);
		adapter.setQuiescentTimeout(100);
		Consumer<String> record = (payload) -> RECEIVED.merge(payload, 1, Integer::sum);
		return IntegrationFlow.from(adapter).transform(Transformers.objectToString()).handle((payload, headers) -> {
			record.accept((String) payload);
			return null;
		}).get();
	}

	@FunctionalInterface
	interface Publishing {

		void accept(MqttAsyncClient client) throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class ManagerApplication {

		@Bean
		IntegrationFlow flow(ClientManager<IMqttAsyncClient, MqttConnectionOptions> manager) {
			return receive(new Mqttv5PahoMessageDrivenChannelAdapter(manager, "manager"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class FlowApplication {

		@Bean
		IntegrationFlow in() {
			return receive(new Mqttv5PahoMessageDrivenChannelAdapter(options(), "flow-in", "flow"));
		}

		@Bean("flow-out.handler")
		Mqttv5PahoMessageHandler out() {
			return handler("flow-out");
		}

	}

}
