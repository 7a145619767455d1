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

package io.github.mqttredis.autoconfigure;

import java.util.Arrays;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.actuate.MqttSessionsEndpoint;
import io.github.mqttredis.integration.ClientManagers;
import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Ports;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for when the auto-configuration steps back, as a whole and bean by bean.
 */
class BackOffTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS)
		.withPropertyValues("mqtt.client.client-id=gateway", "mqtt.client.server-uris=tcp://127.0.0.1:" + Ports.free());

	@Test
	void whenAllIsThereThenAllBeansAre() {
		this.contexts.run((context) -> {
			assertThat(context).hasSingleBean(RedisSessionStore.class)
				.hasSingleBean(PahoV3PersistenceFactory.class)
				.hasSingleBean(MqttConnectOptions.class)
				.hasSingleBean(DefaultMqttPahoClientFactory.class)
				.hasSingleBean(Mqttv3ClientManager.class)
				.hasSingleBean(MqttPersistenceHealthIndicator.class);
			assertThat(context.getBean(RedisSessionStore.class).isRunning()).isTrue();
		});
	}

	@Test
	void whenAPersistenceIsAskedForTwiceThenThereAreTwo() {
		this.contexts.run((context) -> {
			MqttClientPersistence first = context.getBean(MqttClientPersistence.class);
			assertThat(first).isInstanceOf(SessionMqttClientPersistence.class)
				.isNotSameAs(context.getBean(MqttClientPersistence.class));
		});
	}

	@Test
	void whenSwitchedOffThenClientsAreThereAndNothingThatStores() {
		// Spring Integration's own manager would wait for a broker when it is stopped.
		this.contexts.withPropertyValues("mqtt.persistence.enabled=false", "mqtt.client.auto-startup=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Mqttv3ClientManager.class)
				.hasSingleBean(MqttPahoClientFactory.class)
				.doesNotHaveBean(SessionStore.class)
				.doesNotHaveBean(MqttClientPersistence.class)
				.doesNotHaveBean(PahoV3PersistenceFactory.class)
				.doesNotHaveBean(MqttPersistenceHealthIndicator.class));
	}

	@Test
	void whenSwitchedOffWithAStoreOfTheApplicationThenNothingElseIsThere() {
		this.contexts.withUserConfiguration(OwnStore.class)
			.withPropertyValues("mqtt.persistence.enabled=false", "mqtt.client.auto-startup=false")
			.run((context) -> {
				assertThat(context).hasSingleBean(SessionStore.class);
				assertThat(context).doesNotHaveBean(PahoV3PersistenceFactory.class)
					.doesNotHaveBean(MqttPersistenceHealthIndicator.class);
			});
	}

	@Test
	void whenThereIsNoRedisConnectionFactoryThenNothingIsThere() {
		MqttContexts.withoutRedis().run(BackOffTests::hasNothingOfOurs);
	}

	@Test
	void whenRedisIsMissingThenNothingIsThere() {
		this.contexts.withClassLoader(new FilteredClassLoader("org.springframework.data.redis.connection"))
			.run(BackOffTests::hasNothingOfOurs);
	}

	@Test
	void whenBothPahosAreMissingAndNobodyAsksForMqttThenNothingIsThere() {
		MqttContexts.with(REDIS)
			.withClassLoader(new FilteredClassLoader("org.eclipse.paho"))
			.run(BackOffTests::hasNothingOfOurs);
	}

	@Test
	void whenBothPahosAreMissingAndItIsSwitchedOffThenNothingIsThere() {
		this.contexts.withClassLoader(new FilteredClassLoader("org.eclipse.paho"))
			.withPropertyValues("mqtt.persistence.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("mqttv3ClientManager")
				.doesNotHaveBean("mqttv5ClientManager"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "mqtt.client.client-id=gateway", "mqtt.client.server-uris[0]=tcp://127.0.0.1:1",
			"mqtt.persistence.enabled=true" })
	void whenBothPahosAreMissingAndSomebodyAsksForMqttThenTheStartFails(String property) {
		MqttContexts.with(REDIS)
			.withClassLoader(new FilteredClassLoader("org.eclipse.paho"))
			.withPropertyValues(property)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(StartFailureAnalyzer.StartFailureException.class));
	}

	@Test
	void whenSpringIntegrationIsMissingWithBothPahosThenNothingIsThere() {
		this.contexts.withClassLoader(new FilteredClassLoader("org.eclipse.paho", "org.springframework.integration"))
			.run(BackOffTests::hasNothingOfOurs);
	}

	@Test
	void whenSpringIntegrationIsMissingThenThereIsAPersistenceAndNoFactory() {
		this.contexts.withClassLoader(new FilteredClassLoader("org.springframework.integration")).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(PahoV3PersistenceFactory.class);
			assertThat(context).doesNotHaveBean("mqttPahoClientFactory").doesNotHaveBean("mqttv3ClientManager");
		});
	}

	@Test
	void whenHealthIsMissingThenOnlyTheHealthIsNotThere() {
		this.contexts.withClassLoader(new FilteredClassLoader(HealthIndicator.class)).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(RedisSessionStore.class);
			assertThat(context).doesNotHaveBean("mqttPersistenceHealthContributor");
		});
	}

	@Test
	void whenTheEndpointIsExposedThenItIsThere() {
		this.contexts.withPropertyValues("management.endpoints.web.exposure.include=mqttsessions")
			.run((context) -> assertThat(context).hasSingleBean(MqttSessionsEndpoint.class)
				.hasSingleBean(MqttSessionsEndpoint.WebExtension.class));
	}

	@Test
	void whenTheEndpointIsNotExposedThenItIsNotThere() {
		this.contexts.run((context) -> assertThat(context).doesNotHaveBean(MqttSessionsEndpoint.class)
			.doesNotHaveBean(SessionInspector.class));
	}

	@Test
	void whenActuatorIsMissingThenOnlyTheEndpointIsNotThere() {
		this.contexts.withPropertyValues("management.endpoints.web.exposure.include=mqttsessions")
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(RedisSessionStore.class);
				assertThat(context).doesNotHaveBean("mqttSessionsEndpoint").doesNotHaveBean("mqttSessionInspector");
			});
	}

	@Test
	void whenTheApplicationHasItsOwnStoreThenThereIsNoEndpoint() {
		this.contexts.withUserConfiguration(OwnStore.class)
			.withPropertyValues("management.endpoints.web.exposure.include=mqttsessions")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MqttSessionsEndpoint.class));
	}

	@Test
	void whenTheApplicationHasItsOwnStoreThenOursIsNotThere() {
		this.contexts.withUserConfiguration(OwnStore.class).run((context) -> {
			assertThat(context).hasSingleBean(SessionStore.class).hasBean("ownStore");
			assertThat(context).hasSingleBean(PahoV3PersistenceFactory.class);
		});
	}

	@Test
	void whenTheApplicationHasItsOwnPersistenceThenOursIsNotThere() {
		this.contexts.withBean("ownPersistence", MqttClientPersistence.class, MemoryPersistence::new)
			.run((context) -> assertThat(context).getBean(MqttClientPersistence.class)
				.isInstanceOf(MemoryPersistence.class));
	}

	@Test
	void whenTheApplicationHasItsOwnFactoryThenOursIsNotThere() {
		this.contexts.withBean("ownFactory", DefaultMqttPahoClientFactory.class)
			.run((context) -> assertThat(context).hasSingleBean(MqttPahoClientFactory.class).hasBean("ownFactory"));
	}

	@Test
	void whenTheApplicationHasItsOwnClientManagerThenOursIsNotThere() {
		this.contexts.withBean("ownManager", Mqttv3ClientManager.class, BackOffTests::ownManager)
			.run((context) -> assertThat(context).hasSingleBean(ClientManager.class).hasBean("ownManager"));
	}

	@Test
	void whenTheApplicationHasSeveralOptionsThenItStillStarts() {
		this.contexts.withBean("one", MqttConnectOptions.class)
			.withBean("two", MqttConnectOptions.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MqttPahoClientFactory.class));
	}

	@Test
	void whenAParentContextHasAllThenTheChildSharesTheStoreAndOrdersItsOwnComponents() {
		ApplicationContextRunner only5 = MqttContexts.with(REDIS)
			.withClassLoader(new FilteredClassLoader("org.eclipse.paho.client.mqttv3"));
		only5.run((parent) -> only5.withParent(parent).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(SessionStore.class)).isSameAs(parent.getBean(SessionStore.class));
			assertThat(context.getBeanNamesForType(ClientManagers.Connector.class)).hasSize(1);
			assertThat(context.getBeanNamesForType(ClientManagers.PostProcessor.class)).hasSize(1);
		}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "mqtt.client.client-id=", "mqtt.client.server-uris=" })
	void whenClientIdOrServerUrisAreMissingThenThereIsNoClientManager(String property) {
		this.contexts.withPropertyValues(property)
			.run((context) -> assertThat(context).hasSingleBean(DefaultMqttPahoClientFactory.class)
				.doesNotHaveBean(ClientManager.class));
	}

	@Test
	void whenServerUrisAreAListThenThereIsAClientManager() {
		MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.client.client-id=gateway",
					"mqtt.client.server-uris[0]=tcp://127.0.0.1:" + Ports.free(),
					"mqtt.client.server-uris[1]=tcp://127.0.0.1:" + Ports.free())
			.run((context) -> assertThat(context).hasSingleBean(Mqttv3ClientManager.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "mqtt-persistence", "mqttPersistence", "mqttpersistence" })
	void whenTheHealthIsSwitchedOffThenItIsNotThere(String name) {
		this.contexts.withPropertyValues("management.health." + name + ".enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(SessionStore.class)
				.doesNotHaveBean(MqttPersistenceHealthIndicator.class));
	}

	private static Mqttv3ClientManager ownManager() {
		Mqttv3ClientManager manager = new Mqttv3ClientManager("tcp://127.0.0.1:" + Ports.free(), "own");
		manager.setQuiescentTimeout(1);
		return manager;
	}

	private static void hasNothingOfOurs(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		assertThat(Arrays.stream(context.getBeanDefinitionNames())
			.filter((name) -> !name.startsWith("io.github.mqttredis") && !name.startsWith("mqtt.persistence"))
			.filter((name) -> name.toLowerCase().contains("mqtt"))).isEmpty();
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStore {

		@Bean
		SessionStore ownStore(RedisConnectionFactory redis) {
			StoreSettings settings = new StoreSettings("own", Load.seconds(2), Load.seconds(10), Load.seconds(15));
			return new RedisSessionStore(redis, settings);
		}

	}

}
