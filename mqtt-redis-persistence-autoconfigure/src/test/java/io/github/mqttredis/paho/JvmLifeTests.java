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

package io.github.mqttredis.paho;

import java.util.List;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ConnectThread;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client keeps an application alive that has nothing else, such as a web server, until
 * it is disconnected: also after its link was lost.
 */
class JvmLifeTests {

	private static final int PUBLISH = 3;

	@SharedServer
	private static RedisServer server;

	@SharedServer
	private static ArtemisBroker broker;

	private final FaultyLink link = FaultyLink.to(broker.uri());

	@AfterEach
	void close() {
		this.link.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinkComesBackThenTheJvmLivesUntilTheClientIsClosed(String version) throws Exception {
		try (ConnectedChild child = ConnectedChild.start(version, server.port(), this.link.uri(),
				"living-" + version)) {
			Await.until("the client has connected", () -> this.link.sent(PUBLISH) == 1);
			for (int connections = 1; connections <= 3; connections++) {
				int expected = connections;
				Await.until("the client is connected", () -> this.link.connacks() == expected || !child.isAlive());
				assertThat(child.isAlive()).as("the JVM is alive after %s connections", this.link.connacks()).isTrue();
				if (connections < 3) {
					this.link.cut();
				}
			}
			child.closeClient();
			assertThat(child.awaitEnd()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenRedisComesBackThenTheThreadsOfTheClientAreNoDaemons(String version) throws Exception {
		String clientId = "held-" + version;
		try (RedisServer redis = RedisServer.start(); RedisStores stores = new RedisStores(redis)) {
			PahoClient client = PahoClient.connect(version, stores.start(), this.link.uri(), clientId);
			redis.kill();
			this.link.cut();
			Await.until("the link is lost", () -> !client.isConnected());
			redis.restart();
			Await.until("it is back", client::isConnected);
			assertThat(threads(clientId)).hasSizeGreaterThanOrEqualTo(3).noneMatch(Thread::isDaemon);
			client.disconnect();
			client.close();
		}
	}

	private static List<Thread> threads(String clientId) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().matches("MQTT (Rec|Snd|Call): " + clientId))
			.toList();
	}

	/**
	 * As a load balancer does that has no broker behind it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenLinksEndAsSoonAsTheyAreMadeThenEachAttemptEnds(String version) throws Exception {
		String clientId = "refused-" + version;
		try (RedisStores stores = new RedisStores(server)) {
			PahoClient client = PahoClient.connect(version, stores.start(), this.link.uri(), clientId);
			this.link.refuse();
			this.link.cut();
			Await.until("several attempts have failed", () -> this.link.refused() >= 4);
			client.disconnect();
			Await.until("the attempts have ended", () -> !ConnectThread.exists(clientId));
			client.close();
		}
	}

}
