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

import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Which clients publish without waiting for Redis.
 */
class DurabilityTests {

	@SharedServer
	private static ArtemisBroker broker;

	private RedisServer server;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private ApplicationContextRunner contexts(String durability) {
		return MqttContexts.withoutRedis()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.port=" + this.server.port(), "mqtt.client.client-id=gateway",
					"mqtt.client.server-uris=" + broker.uri(), "mqtt.persistence.durability=" + durability);
	}

	@Test
	void whenManagerOfMqtt3PublishesThenItDoesNotWait() {
		contexts("before-send").run((context) -> assertDoesNotWait(client(context.getBean(Mqttv3ClientManager.class))));
	}

	@Test
	void whenManagerOfMqtt5PublishesThenItDoesNotWait() {
		contexts("before-send").withPropertyValues("mqtt.client.version=5").run((context) -> {
			var client = context.getBean(Mqttv5ClientManager.class).getClient();
			assertThat(client).isNotNull();
			Await.until("the client is connected", client::isConnected);
			withRedisPaused(() -> client.publish("test/a", "a".getBytes(), 1, false));
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenClientOfAFactoryPublishesThenItDoesNotWait(boolean own) {
		ApplicationContextRunner contexts = contexts("before-send");
		if (own) {
			contexts = contexts.withBean("own", DefaultMqttPahoClientFactory.class, DefaultMqttPahoClientFactory::new);
		}
		contexts.run((context) -> {
			IMqttAsyncClient client = context.getBean(MqttPahoClientFactory.class)
				.getAsyncClientInstance(broker.uri(), "made");
			client.connect(new MqttConnectOptions()).waitForCompletion(Await.MILLIS);
			assertDoesNotWait(client);
			client.disconnectForcibly(0, 500);
			client.close();
		});
	}

	@Test
	void whenNothingIsSetThenPublishWaits() {
		String timeout = Load.millis(300).toMillis() + "ms";
		contexts("before-return").withPropertyValues("mqtt.persistence.write-timeout=" + timeout).run((context) -> {
			IMqttAsyncClient client = client(context.getBean(Mqttv3ClientManager.class));
			Await.until("the client is connected", client::isConnected);
			// The wait and the client of Redis give up at the same time: "ms", or
			// "millisecond(s)".
			assertThatException().isThrownBy(() -> assertDoesNotWait(client))
				.withMessageContaining(timeout.replace("ms", " m"));
		});
	}

	private static IMqttAsyncClient client(Mqttv3ClientManager manager) {
		IMqttAsyncClient client = manager.getClient();
		assertThat(client).isNotNull();
		return client;
	}

	private void assertDoesNotWait(IMqttAsyncClient client) throws Exception {
		Await.until("the client is connected", client::isConnected);
		withRedisPaused(() -> client.publish("test/a", "a".getBytes(), 1, false));
	}

	private void withRedisPaused(Publishing publishing) throws Exception {
		this.server.pause();
		try {
			publishing.run();
		}
		finally {
			this.server.resume();
		}
	}

	/**
	 * Something that would not end well if it waited.
	 */
	private interface Publishing {

		void run() throws Exception;

	}

}
