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

package io.github.mqttredis.standby;

import java.util.List;

import io.github.mqttredis.standby.StandbyGateway.Kind;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.health.contributor.Status;
import org.springframework.messaging.MessagingException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A client manager that does not start with the application, and has no role.
 */
class ManualStartTests {

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	@ParameterizedTest
	@EnumSource(names = { "V3_BY_HAND", "V5_BY_HAND" })
	void whenTheApplicationStartsAndStopsTheManagerThenItsAdaptersDoAndTheSessionComesAndGoes(Kind kind)
			throws MqttException {
		String clientId = "by-hand-" + kind;
		try (Jedis redis = server.connect();
				StandbyGateway gateway = new StandbyGateway(kind, properties(clientId));
				MqttClient sender = new MqttClient(broker.uri(), "sender", new MemoryPersistence())) {
			sender.connect(Application.options());
			assertThat(redis.keys("test:*:lease")).isEmpty();
			assertThat(gateway.health().getStatus()).isEqualTo(Status.UP);
			assertThatExceptionOfType(MessagingException.class).isThrownBy(() -> gateway.publish("refused", 2));
			for (String command : List.of("one", "two")) {
				gateway.manager().start();
				Await.until("the manager is connected", gateway::isConnected);
				assertThat(redis.keys("test:*:lease")).hasSize(1);
				Await.until("it receives what is sent, once it has subscribed", () -> {
					sender.publish("commands/" + clientId, command.getBytes(), 2, false);
					return gateway.received().contains(command);
				});
				gateway.manager().stop();
				assertThat(redis.keys("test:*:lease")).isEmpty();
				forgetSubscription(clientId);
			}
			sender.disconnect();
		}
	}

	/** An adapter that kept the client of before would not subscribe again. */
	private static void forgetSubscription(String clientId) throws MqttException {
		try (MqttClient client = new MqttClient(broker.uri(), clientId, new MemoryPersistence())) {
			client.connect();
			client.disconnect();
		}
	}

	private static List<String> properties(String clientId) {
		return List.of("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + server.port(),
				"mqtt.persistence.key-prefix=test", "mqtt.client.client-id=" + clientId,
				"mqtt.client.server-uris=" + broker.uri());
	}

}
