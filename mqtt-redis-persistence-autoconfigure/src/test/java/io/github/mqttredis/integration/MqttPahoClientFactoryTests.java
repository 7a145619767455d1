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
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.PersistentMqttClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the client factory that is made from properties.
 */
class MqttPahoClientFactoryTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	private final ApplicationContextRunner contexts = MqttContexts.with(REDIS);

	@Test
	void whenTwoClientsAreMadeThenEachIsOursWithItsOwnPersistence() {
		this.contexts.run((context) -> {
			MqttPahoClientFactory factory = context.getBean(MqttPahoClientFactory.class);
			IMqttAsyncClient one = factory.getAsyncClientInstance("tcp://127.0.0.1:1", "one");
			IMqttAsyncClient two = factory.getAsyncClientInstance("tcp://127.0.0.1:1", "two");
			assertThat(one).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(one.getServerURI()).isEqualTo("tcp://127.0.0.1:1");
			assertThat(one.getClientId()).isEqualTo("one");
			assertThat(two).isInstanceOf(PersistentMqttAsyncClient.class);
			assertThat(PahoInternals.persistence(one)).isInstanceOf(SessionMqttClientPersistence.class)
				.isNotSameAs(PahoInternals.persistence(two));
		});
	}

	@Test
	void whenABlockingClientIsMadeThenItIsOurs() {
		this.contexts.run((context) -> {
			IMqttClient client = context.getBean(MqttPahoClientFactory.class)
				.getClientInstance("tcp://127.0.0.1:1", "one");
			assertThat(client).isInstanceOf(PersistentMqttClient.class);
		});
	}

	@Test
	void whenOnlyTheOptionsHaveUrisThenTheFirstIsTheClients() {
		this.contexts.withPropertyValues("mqtt.client.server-uris=tcp://127.0.0.1:7,tcp://127.0.0.1:8")
			.run((context) -> {
				MqttPahoClientFactory factory = context.getBean(MqttPahoClientFactory.class);
				assertThat(factory.getAsyncClientInstance(null, "one").getServerURI()).isEqualTo("tcp://127.0.0.1:7");
				assertThat(factory.getClientInstance(null, "two").getServerURI()).isEqualTo("tcp://127.0.0.1:7");
				assertThat(factory.getAsyncClientInstance("tcp://NO_URL_PROVIDED", "three").getServerURI())
					.isEqualTo("tcp://127.0.0.1:7");
				assertThat(factory.getAsyncClientInstance("tcp://127.0.0.1:9", "four").getServerURI())
					.isEqualTo("tcp://127.0.0.1:7");
			});
	}

}
