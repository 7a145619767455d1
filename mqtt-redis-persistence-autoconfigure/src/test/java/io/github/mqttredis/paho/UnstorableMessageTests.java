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
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Messages that Redis ends the connection over. They are set aside, and what comes after
 * them arrives.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnstorableMessageTests extends AbstractPoisonTests {

	@ParameterizedTest
	@ValueSource(strings = { "v3", "v5" })
	void whenRedisDoesNotTakeAMessageThenAllOthersArriveAndTheLinkStays(String version) throws Exception {
		start();
		try (RedisServer small = RedisServer.start("--client-query-buffer-limit", "1mb");
				RedisStores stores = new RedisStores(small);
				FaultyLink link = FaultyLink.to(uri())) {
			PahoClient client = PahoClient.create(version, stores.start(), link.uri(), clientId());
			client.connect(60);
			assertThatException().isThrownBy(() -> client.publish("test/a", "x".repeat(3 * 1024 * 1024), 1));
			for (int i = 0; i < SMALL; i++) {
				publish(client, "m" + i, 1);
			}
			awaitSmall(SMALL);
			int connected = link.connacks();
			client.publish("test/a", "m" + SMALL, 1).await();
			assertThat(link.connacks()).isEqualTo(connected).isLessThan(10);
			client.disconnect();
		}
	}

	@ParameterizedTest
	@CsvSource({ "v3, false", "v3, true", "v5, false", "v5, true" })
	void whenRedisDoesNotTakeAReceivedMessageThenItIsDeliveredAndTheNextOneArrives(String version, boolean byHand)
			throws Exception {
		start();
		try (RedisServer small = RedisServer.start("--client-query-buffer-limit", "1mb");
				RedisStores stores = new RedisStores(small);
				FaultyLink link = FaultyLink.to(uri())) {
			List<Integer> received = new CopyOnWriteArrayList<>();
			PahoClient client = PahoClient.create(version, stores.start(), link.uri(), clientId());
			client.call((topic, payload, packetId) -> {
				received.add(payload.length);
				if (byHand) {
					client.acknowledge(packetId, 2);
				}
			});
			if (byHand) {
				client.acknowledgeByHand();
			}
			client.connect(60);
			client.subscribe("large/#");
			subscriber().publish("large/a", new byte[3 * 1024 * 1024], 2, false);
			subscriber().publish("large/a", new byte[1], 2, false);
			Await.until("both have arrived", () -> received.contains(1) && received.size() > 1);
			assertThat(received).containsExactly(3 * 1024 * 1024, 1);
			int connected = link.connacks();
			subscriber().publish("large/a", new byte[3 * 1024 * 1024], 2, false);
			subscriber().publish("large/a", new byte[2], 2, false);
			Await.until("both have arrived", () -> received.contains(2));
			assertThat(received).hasSize(4);
			assertThat(link.connacks()).isEqualTo(connected);
			client.disconnect();
		}
	}

	@ParameterizedTest
	@CsvSource({ "v3, 1", "v5, 2" })
	void whenNeitherTheApplicationNorRedisEverTakesAMessageThenTheRestArrives(String version, int qos,
			CapturedOutput output) throws Exception {
		start();
		try (RedisServer small = RedisServer.start("--client-query-buffer-limit", "1mb");
				RedisStores stores = new RedisStores(small);
				FaultyLink link = FaultyLink.to(uri())) {
			List<String> received = new CopyOnWriteArrayList<>();
			PahoClient client = PahoClient.create(version,
					stores.start(RedisStores.SETTINGS.withUndeliverableAttempts(1)), link.uri(), clientId());
			client.call((topic, payload, packetId) -> {
				if (payload.length > 1000) {
					throw new IllegalStateException("the application's");
				}
				received.add(new String(payload));
			});
			client.connect(60);
			client.subscribe("large/#");
			subscriber().publish("large/a", new byte[3 * 1024 * 1024], qos, false);
			subscriber().publish("large/a", "behind".getBytes(), qos, false);
			Await.until("the one behind has arrived", () -> received.contains("behind"));
			Await.until("the link stays",
					() -> output.getAll().contains("comes again over the next link; later messages are delivered"));
			int links = link.connacks();
			subscriber().publish("large/a", "last".getBytes(), qos, false);
			Await.until("the last one has arrived", () -> received.contains("last"));
			assertThat(link.connacks()).isEqualTo(links);
			assertThat(received).containsExactly("behind", "last");
			client.disconnect();
		}
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 2", "v5, 1" })
	void whenNeitherEverTakesAMessageThenThatHoldsForTheOtherPairsToo(String version, int qos, CapturedOutput output)
			throws Exception {
		whenNeitherTheApplicationNorRedisEverTakesAMessageThenTheRestArrives(version, qos, output);
	}

}
