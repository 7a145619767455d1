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

package io.github.mqttredis.benchmarks.worker;

import java.util.List;
import java.util.Map;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;

/**
 * Publishes without a pause, and counts what is acknowledged and what Redis works for it.
 */
final class PublishRounds {

	private static final double NANOS = 1e9;

	private static final int PATIENCE = 30;

	private PublishRounds() {
	}

	static Map<String, Double> run(StoreUnderTest store, Addresses addresses, Round round) throws Exception {
		MqttAsyncClient client = store.client("publisher");
		// A few more than are used, so that none is refused between an answer and the
		// end of its message.
		Clients.connect(client, round.inflight() + round.publishers());
		Map<String, Double> figures = measure(round, List.of(client), addresses);
		Clients.disconnect(client);
		return figures;
	}

	static Map<String, Double> measure(Round round, List<MqttAsyncClient> clients, Addresses addresses)
			throws InterruptedException {
		Publishers publishers = new Publishers(round, clients);
		publishers.start();
		Thread.sleep(round.warmMillis());
		double cpuBefore = RedisInfo.cpuMicros(addresses.redisPort());
		long before = publishers.acknowledged();
		long start = System.nanoTime();
		double messages = 0;
		// A disk may be busy for longer than one measurement.
		for (int i = 0; i < PATIENCE && messages == 0; i++) {
			Thread.sleep(round.measureMillis());
			messages = publishers.acknowledged() - before;
		}
		double seconds = (System.nanoTime() - start) / NANOS;
		double cpu = RedisInfo.cpuMicros(addresses.redisPort()) - cpuBefore;
		publishers.finish();
		if (messages == 0) {
			throw new IllegalStateException("Nothing was acknowledged: " + round);
		}
		return Map.of("msgPerSec", messages / seconds, "redisCpuMicrosPerMsg", cpu / messages);
	}

}
