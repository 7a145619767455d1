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

import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.integration.channel.NullChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.messaging.converter.ByteArrayMessageConverter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for client managers that the application defines, with a real broker.
 */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationClientManagersTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	/** Nothing here is about time. */
	private final ApplicationContextRunner patient = MqttContexts.with(REDIS)
		.withPropertyValues("mqtt.persistence.write-timeout=20s");

	private final ApplicationContextRunner contexts = this.patient.withUserConfiguration(Flows.class);

	@Test
	void whenFlowsUseManagersThenTheirClientsAreOursAndConnected() {
		this.contexts.run((context) -> {
			assertThat(context.getBean(Mqttv3ClientManager.class).getClient())
				.isInstanceOf(io.github.mqttredis.paho.v3.PersistentMqttAsyncClient.class);
			assertThat(context.getBean(Mqttv5ClientManager.class).getClient())
				.isInstanceOf(io.github.mqttredis.paho.v5.PersistentMqttAsyncClient.class);
			assertConnected(context);
		});
	}

	@Test
	void whenTheContextStopsAndStartsThenTheirClientsAreOursAgain() {
		this.contexts.run((context) -> {
			ConfigurableApplicationContext application = context.getSourceApplicationContext();
			application.stop();
			assertThat(context.getBean(Mqttv3ClientManager.class).getClient()).isNull();
			application.start();
			assertThat(context.getBean(Mqttv3ClientManager.class).getClient())
				.isInstanceOf(io.github.mqttredis.paho.v3.PersistentMqttAsyncClient.class);
			assertConnected(context);
		});
	}

	@Test
	void whenAManagerHasAJdkProxyThenItsClientIsOurs() {
		this.patient.withUserConfiguration(Proxied.class, JdkProxies.class).run((context) -> {
			ClientManager<?, ?> manager = context.getBean(ClientManager.class);
			assertThat(manager).isNotInstanceOf(Mqttv5ClientManager.class);
			assertThat(manager.getClient()).isInstanceOf(io.github.mqttredis.paho.v5.PersistentMqttAsyncClient.class);
			assertConnected(context);
		});
	}

	@Test
	void whenAnAdapterHasAPhaseOfItsOwnThenItDoesNotStartBeforeThat() {
		this.contexts.withUserConfiguration(Late.class)
			.run((context) -> assertThat(context.getBean(Probe.class).adapterWasRunning).isFalse());
	}

	@Test
	void whenTheAdaptersAreInAChildContextThenSaysSo(CapturedOutput output) {
		this.contexts.run((context) -> {
			try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
				child.setParent(context.getSourceApplicationContext());
				child.setDisplayName("flows");
				child.registerBean("in", Mqttv5PahoMessageDrivenChannelAdapter.class,
						() -> adapter(new Mqttv5PahoMessageDrivenChannelAdapter(
								context.getBean(Mqttv5ClientManager.class), "child")));
				child.refresh();
				assertThat(output).containsOnlyOnce("MQTT adapter 'in' of the child context 'flows' started after"
						+ " the client manager of the parent context had connected");
			}
		});
	}

	private static Mqttv5PahoMessageDrivenChannelAdapter adapter(Mqttv5PahoMessageDrivenChannelAdapter adapter) {
		adapter.setMessageConverter(new ByteArrayMessageConverter());
		adapter.setOutputChannel(new NullChannel());
		adapter.setQuiescentTimeout(1);
		return adapter;
	}

	@Test
	void whenThePersistenceIsForeignThenTheManagerStartsAsEver() {
		MemoryPersistence foreign = new MemoryPersistence();
		this.patient.withBean("own", Mqttv3ClientManager.class, () -> {
			Mqttv3ClientManager manager = manager3("foreign");
			manager.setPersistence(foreign);
			return manager;
		}).run((context) -> {
			assertThat(PahoInternals.persistence(context.getBean(Mqttv3ClientManager.class).getClient()))
				.isSameAs(foreign);
			assertConnected(context);
		});
	}

	@Test
	void whenThereAreSeveralOfOurManagersThenAllConnect() {
		this.patient.withUserConfiguration(SeveralOfOurs.class).run((context) -> {
			assertThat(context.getBeansOfType(ClientManager.class)).hasSize(3);
			assertConnected(context);
		});
	}

	@Test
	void whenManagersAreRegisteredAtRunTimeThenTheirSessionsAreInRedis() {
		this.contexts.run((context) -> {
			IntegrationFlowContext flows = context.getBean(IntegrationFlowContext.class);
			Mqttv3ClientManager manager3 = manager3("late-3");
			flows.registration((flow) -> flow.handle(new MqttPahoMessageHandler(manager3)))
				.addBean("late3", manager3)
				.autoStartup(false)
				.register();
			Mqttv5ClientManager manager5 = manager5("late-5");
			flows.registration((flow) -> flow.handle(new Mqttv5PahoMessageHandler(manager5)))
				.addBean("late5", manager5)
				.autoStartup(false)
				.register();
			manager3.start();
			manager5.start();
			assertThat(
					context.getBean(SessionStore.class).sessions().stream().map((session) -> session.id().toString()))
				.contains("late-3@" + broker.uri() + " (v3)", "late-5@" + broker.uri() + " (v5)");
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 5 })
	void whenAManagerIsRegisteredAndTakenAwayAtRunTimeThenItIsAsAnyOther(int version) {
		this.contexts.run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			SessionStore store = context.getBean(SessionStore.class);
			if (version == 3) {
				application.registerBean("late", Mqttv3ClientManager.class, () -> manager3("late"));
			}
			else {
				application.registerBean("late", Mqttv5ClientManager.class, () -> manager5("late"));
			}
			ClientManager<?, ?> manager = application.getBean("late", ClientManager.class);
			for (int i = 0; i < 2; i++) {
				manager.start();
				assertThat(manager.getClient().getClass().getPackageName()).startsWith("io.github.mqttredis");
				Await.until("it is connected", manager::isConnected);
				assertThat(store.sessions()).anyMatch((session) -> session.id().clientId().equals("late"));
				manager.stop();
				assertThat(store.sessions()).noneMatch((session) -> session.id().clientId().equals("late"));
			}
			manager.start();
			application.removeBeanDefinition("late");
			assertThat(store.sessions()).noneMatch((session) -> session.id().clientId().equals("late"));
		});
	}

	private static void assertConnected(ApplicationContext context) {
		Stream<ClientManager<?, ?>> managers = context.getBeansOfType(ClientManager.class)
			.values()
			.stream()
			.map((manager) -> (ClientManager<?, ?>) manager);
		managers.forEach((manager) -> Await.until(manager.getBeanName() + " is connected", manager::isConnected));
	}

	private static Mqttv3ClientManager manager3(String clientId) {
		Mqttv3ClientManager manager = new Mqttv3ClientManager(options3(), clientId);
		manager.setQuiescentTimeout(100);
		return manager;
	}

	private static MqttConnectOptions options3() {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setServerURIs(new String[] { broker.uri() });
		options.setCleanSession(false);
		return options;
	}

	private static Mqttv5ClientManager manager5(String clientId) {
		Mqttv5ClientManager manager = new Mqttv5ClientManager(options5(), clientId);
		manager.setQuiescentTimeout(100);
		return manager;
	}

	private static MqttConnectionOptions options5() {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setServerURIs(new String[] { broker.uri() });
		options.setCleanStart(false);
		options.setSessionExpiryInterval(600L);
		return options;
	}

	/**
	 * A flow starts as early as possible, and its manager before it.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class Flows {

		@Bean
		Mqttv3ClientManager mqtt3() {
			return manager3("flow-3");
		}

		@Bean
		Mqttv5ClientManager mqtt5() {
			return manager5("flow-5");
		}

		@Bean
		IntegrationFlow publish3(Mqttv3ClientManager mqtt3) {
			return (flow) -> flow.handle(new MqttPahoMessageHandler(mqtt3));
		}

		@Bean
		IntegrationFlow publish5(Mqttv5ClientManager mqtt5) {
			return (flow) -> flow.handle(new Mqttv5PahoMessageHandler(mqtt5));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxied {

		@Bean
		ClientManager<IMqttAsyncClient, MqttConnectionOptions> mqtt5() {
			return manager5("proxied");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		Mqttv5PahoMessageDrivenChannelAdapter lateAdapter() {
			Mqttv5PahoMessageDrivenChannelAdapter adapter = adapter(
					new Mqttv5PahoMessageDrivenChannelAdapter(options5(), "phase", "phase"));
			adapter.setPhase(Integer.MAX_VALUE);
			return adapter;
		}

		@Bean
		Probe probe(ObjectProvider<Mqttv5PahoMessageDrivenChannelAdapter> adapters) {
			return new Probe(adapters);
		}

	}

	/**
	 * Starts as late as most do.
	 */
	static final class Probe implements SmartLifecycle {

		private final ObjectProvider<Mqttv5PahoMessageDrivenChannelAdapter> adapters;

		private boolean adapterWasRunning;

		private boolean running;

		Probe(ObjectProvider<Mqttv5PahoMessageDrivenChannelAdapter> adapters) {
			this.adapters = adapters;
		}

		@Override
		public void start() {
			this.adapterWasRunning = this.adapters.getObject().isRunning();
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
			return Integer.MAX_VALUE - 1;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralOfOurs {

		@Bean
		Mqttv3ClientManager one() {
			return new Mqttv3ClientManager(options3(), "one");
		}

		@Bean
		Mqttv3ClientManager two() {
			return new Mqttv3ClientManager(options3(), "two");
		}

		@Bean
		Mqttv5ClientManager three() {
			return new Mqttv5ClientManager(options5(), "three");
		}

	}

}
