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

package io.github.mqttredis.soak;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.MosquittoBroker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the soak sees by is not what loses a message.
 */
@Tag("thorough")
class BrokerClientTests {

	private static final int MESSAGES = 2000;

	private static final int OUTSTANDING = 50;

	private static final int EVERY = 100;

	private final Recorder subscriber = new Recorder();

	private final Recorder publisher = new Recorder();

	@Test
	void whenLinksEndAndTheBrokerIsRestartedThenNothingIsLostAndQos2ArrivesOnce() {
		try (MosquittoBroker broker = MosquittoBroker.start("persistence true", "autosave_interval 0");
				FaultyLink in = FaultyLink.to(broker.uri());
				FaultyLink out = FaultyLink.to(broker.uri());
				BrokerClient receiving = new BrokerClient(in.uri(), "receiving", "up/#", 2, this.subscriber);
				BrokerClient sending = new BrokerClient(out.uri(), "sending", "none", 2, this.publisher)) {
			Set<String> waiting = ConcurrentHashMap.newKeySet();
			for (int i = 0; i < MESSAGES; i++) {
				String message = i + "/q" + (1 + i % 2);
				byte[] payload = message.getBytes(StandardCharsets.UTF_8);
				int qos = 1 + i % 2;
				waiting.add(message);
				Await.until("it is taken", () -> waiting.size() < OUTSTANDING
						&& sending.publish("up/a", payload, qos, () -> waiting.remove(message)));
				if (i % EVERY == 0) {
					in.cut();
				}
				if (i % EVERY == EVERY / 2) {
					out.cut();
				}
				if (i % (5 * EVERY) == EVERY / 3) {
					broker.stop();
					broker.restart();
				}
			}
			Await.until("the broker has all", waiting::isEmpty);
			Await.until("all has arrived", () -> this.subscriber.arrived.size() == MESSAGES);
		}
		assertThat(this.subscriber.arrived.entrySet())
			.noneMatch((message) -> message.getKey().endsWith("q2") && message.getValue() > 1);
		assertThat(this.subscriber.withoutSession).hasValue(1);
		assertThat(this.publisher.withoutSession).hasValue(1);
		assertThat(this.subscriber.failed).hasPositiveValue();
	}

	@Test
	void whenTheBrokerHasForgottenTheSessionThenThatIsTold() {
		try (MosquittoBroker broker = MosquittoBroker.start();
				BrokerClient receiving = new BrokerClient(broker.uri(), "receiving", "up/#", 2, this.subscriber)) {
			broker.stop();
			broker.restart();
			Await.until("it is told", () -> this.subscriber.withoutSession.get() == 2);
		}
	}

	private static final class Recorder implements BrokerClient.Listener {

		private final Map<String, Integer> arrived = new ConcurrentHashMap<>();

		private final AtomicInteger withoutSession = new AtomicInteger();

		private final AtomicInteger failed = new AtomicInteger();

		@Override
		public void connected(boolean sessionPresent) {
			if (!sessionPresent) {
				this.withoutSession.incrementAndGet();
			}
		}

		@Override
		public void failed(Throwable reason) {
			this.failed.incrementAndGet();
		}

		@Override
		public void arrived(String topic, byte[] payload) {
			this.arrived.merge(new String(payload, StandardCharsets.UTF_8), 1, Integer::sum);
		}

	}

}
