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

package io.github.mqttredis.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.MqttTopic;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Publishers wait for Redis, but not for each other.
 */
class SharedRoundTripTests extends AbstractFaultTests {

	private static final int PUBLISHERS = 8;

	private static final int MESSAGES = 10;

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(30), Duration.ofMinutes(2),
			Load.seconds(10));

	@Test
	void whenSeveralThreadsPublishThenTheyShareRoundTrips() throws Exception {
		start(SETTINGS);
		publisher().close();
		Await.until("nothing is in flight", () -> length() == 0);
		application().brokerLink().holdAnswers();
		long before = batches();
		application().redisLink().delay(Duration.ofMillis(20));
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < PUBLISHERS; i++) {
			String name = "shared-" + i;
			Thread thread = new Thread(() -> publish(name));
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join(60_000);
		}
		application().redisLink().delay(Duration.ZERO);
		// Each publisher waits for its own messages, one after the other.
		assertThat(batches() - before).isBetween((long) MESSAGES, (long) PUBLISHERS * MESSAGES / 2);
		assertThat(length()).isEqualTo(PUBLISHERS * MESSAGES);
		application().brokerLink().release();
		assertHealed();
	}

	private void publish(String name) {
		for (int i = 0; i < MESSAGES; i++) {
			String payload = name + "-" + i + "-q1";
			try {
				application().publish(payload, 1);
			}
			catch (MqttException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private long batches() {
		try (Jedis redis = server().connect()) {
			return redis.info("commandstats")
				.lines()
				.filter((line) -> line.startsWith("cmdstat_evalsha:calls="))
				.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
				.sum();
		}
	}

	@Test
	void whenTopicPublishesThenItWaitsAsWell() throws Exception {
		start();
		publisher().close();
		MqttTopic topic = ReflectionTestUtils.invokeMethod(application().client(), "getTopic", "test/" + clientId());
		topic.publish("stored-q1".getBytes(), 1, false);
		server().pause();
		assertThatExceptionOfType(MqttPersistenceException.class)
			.isThrownBy(() -> topic.publish("refused-q1".getBytes(), 1, false));
		server().resume();
	}

}
