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
import java.util.concurrent.CompletableFuture;

import io.github.mqttredis.standby.StandbyGateway.Kind;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.context.Lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client manager, or an adapter with a client factory, that is stopped while its client
 * waits for an answer to CONNECT.
 */
class StopWhileConnectingTests {

	private static final int CONNECT = 1;

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	@ParameterizedTest
	@EnumSource(names = { "V3_BY_HAND", "V5_BY_HAND", "FACTORY" })
	void whenTheBrokerDoesNotAnswerThenStoppingGivesTheSessionBackAtOnce(Kind kind) {
		String clientId = "stopping-" + kind;
		String lease = "test:{" + clientId + "@broker}:*:lease";
		try (Jedis redis = server.connect();
				FaultyLink link = FaultyLink.to(broker.uri());
				StandbyGateway gateway = new StandbyGateway(kind, properties(kind, clientId, link.uri()))) {
			for (int round = 1; round <= 3; round++) {
				int connected = round;
				Lifecycle client = gateway.client();
				client.start();
				Await.until("the client is connected", () -> link.connacks() == connected);
				int attempts = link.sent(CONNECT);
				link.swallow(true);
				link.cut();
				Await.until("the client waits for an answer to CONNECT", () -> link.sent(CONNECT) > attempts);
				assertThat(redis.keys(lease)).hasSize(1);
				assertThat(CompletableFuture.runAsync(client::stop)).succeedsWithin(Await.LIMIT);
				Await.until("the attempt has ended", () -> !ConnectThread.exists(clientId));
				assertThat(redis.keys(lease)).isEmpty();
				link.swallow(false);
			}
		}
	}

	private static List<String> properties(Kind kind, String clientId, String broker) {
		// With one, there would be a client manager as well.
		String ofManager = (kind != Kind.FACTORY) ? "mqtt.client.client-id=" : "gateway.client-id=";
		return List.of("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + server.port(),
				"mqtt.persistence.key-prefix=test", "mqtt.persistence.broker-id=broker", ofManager + clientId,
				"mqtt.client.server-uris=" + broker, "gateway.broker=" + broker);
	}

}
