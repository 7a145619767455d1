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

package io.github.mqttredis.containers;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

import com.redis.testcontainers.RedisContainer;
import io.github.mqttredis.autoconfigure.MqttConnectionDetails;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Docker;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Subscriber;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import redis.clients.jedis.Jedis;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The test of an application as its author would write it: Redis is a container, and
 * {@link ServiceConnection} tells the application where it is.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE, properties = "mqtt.client.client-id=gateway")
@Testcontainers
@DirtiesContext
@EnabledIf(value = "io.github.mqttredis.testing.Docker#isRunning", disabledReason = "Docker does not run here")
class ServiceConnectionTests {

	@Container
	@ServiceConnection
	static final RedisContainer redis = new RedisContainer(Docker.redisImage());

	private static final ArtemisBroker broker = ArtemisBroker.start();

	@DynamicPropertySource
	static void followTheLoad(DynamicPropertyRegistry properties) {
		properties.add("mqtt.persistence.write-timeout", () -> Load.seconds(2));
	}

	@AfterAll
	static void stopBroker() {
		broker.close();
	}

	@Test
	void whenAMessageIsPublishedThenItArrivesAndTheSessionIsInTheContainer(
			@Autowired ClientManager<IMqttAsyncClient, ?> mqtt) throws Exception {
		Await.until("the gateway is connected", mqtt::isConnected);
		try (Subscriber subscriber = Subscriber.to(broker, "gateway")) {
			mqtt.getClient().publish("test/gateway", "reading".getBytes(), 2, false).waitForCompletion(Await.MILLIS);
			Await.until("it arrives", () -> subscriber.received().containsKey("reading"));
		}
		assertThat(inRedis((jedis) -> jedis.keys("mqtt:persistence:*:lease")))
			.contains("mqtt:persistence:{gateway@" + broker.uri() + "}:v3:lease");
	}

	@Test
	void whenARecordIsPutThenTheContainerHoldsIt(@Autowired MqttClientPersistence persistence) throws Exception {
		persistence.open("sensor", "tcp://broker:1883");
		persistence.put("s-1", new MqttPersistentData("s-1", new byte[] { 0x32, 5 }, 0, 2, new byte[5], 0, 5));
		assertThat(inRedis((jedis) -> jedis.hkeys("mqtt:persistence:{sensor@tcp://broker:1883}:v3")))
			.containsExactly("s-1");
	}

	private static Set<String> inRedis(Function<Jedis, Set<String>> command) {
		try (Jedis jedis = new Jedis(redis.getRedisHost(), redis.getRedisPort())) {
			return command.apply(jedis);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		MqttConnectionDetails brokerDetails() {
			return () -> List.of(broker.uri());
		}

	}

}
