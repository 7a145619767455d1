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

package io.github.mqttredis.offline;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The offline buffer of Paho 5, with Artemis.
 */
class ArtemisV5OfflineBufferTests extends AbstractOfflineBufferTests {

	@SharedServer
	private static ArtemisBroker broker;

	@Override
	String broker() {
		return broker.uri();
	}

	@Override
	Process process(int redisPort, String brokerUri) {
		return new V5Process(redisPort, brokerUri);
	}

	@Override
	String version() {
		return "v5";
	}

	@Test
	void whenAMessageHasAnExpiryThenWhatItHasWaitedIsTakenOffAndItIsNotSentAfterIt() throws Exception {
		V5Process process = (V5Process) open();
		process.publish("stale1", 1);
		process.publish("wanted2", 1000);
		pass(Duration.ofMillis(2100));
		process.connect();
		assertInOrder(process, List.of("wanted2"));
		assertThat(expiryOf("wanted2", process.brokerLink().recorded())).isBetween(900, 998);
		assertThat(process.failed()).singleElement().asString().startsWith("stale1: The message was not sent");
		awaitNothingLeft(process);
	}

	@Test
	void whenAnotherProcessSendsWhatHasAnExpiryThenTheTimeInBothIsTakenOff() throws Exception {
		V5Process process = (V5Process) open();
		process.publish("stale1", 3);
		process.publish("wanted2", 1000);
		pass(Duration.ofMillis(2100));
		process.die();
		Process successor = open();
		pass(Duration.ofMillis(2100));
		successor.connect();
		assertInOrder(successor, List.of("wanted2"));
		assertThat(expiryOf("wanted2", successor.brokerLink().recorded())).isBetween(900, 996);
		awaitNothingLeft(successor);
	}

	/** The property stands right before the payload: its id, and four bytes. */
	private static int expiryOf(String message, String sent) {
		int payload = sent.indexOf(message);
		assertThat(sent.charAt(payload - 5)).isEqualTo((char) 2);
		return sent.charAt(payload - 2) << 8 | sent.charAt(payload - 1);
	}

	/** Paho needs the square of that number to restore them. */
	@Test
	void whenTheBrokerAllowsForManyMessagesInFlightThenPahoGetsNoMoreThanItCanRestore() throws Exception {
		Process process = open();
		process.brokerLink().release();
		process.connect();
		process.brokerLink().holdAnswers();
		List<String> payloads = IntStream.range(0, 1500).mapToObj((i) -> "m" + i + "-q1").toList();
		for (String payload : payloads) {
			process.publish(payload);
		}
		Await.until("Paho has its share", () -> process.buffered() == 500);
		assertThat(process.packetIdsInUse()).isEqualTo(1000);
		process.brokerLink().release();
		assertInOrder(process, payloads);
		awaitNothingLeft(process);
	}

}
