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

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;

/**
 * Many clients in one JVM: what they reach together, and what one costs when it rests.
 */
final class ClientsRounds {

	private ClientsRounds() {
	}

	static Map<String, Double> run(StoreUnderTest store, Addresses addresses, Round round) throws Exception {
		double heapBefore = heap();
		List<MqttAsyncClient> clients = new ArrayList<>();
		for (int i = 0; i < round.size(); i++) {
			clients.add(store.client("client-" + i));
		}
		Clients.connectAll(clients, round.inflight() + round.publishers());
		Map<String, Double> figures = new HashMap<>(PublishRounds.measure(round, clients, addresses));
		figures.put("heapBytesPerSession", (heap() - heapBefore) / round.size());
		figures.put("threads", (double) ManagementFactory.getThreadMXBean().getThreadCount());
		figures.put("redisConnections", (double) RedisInfo.connections(addresses.redisPort()));
		Clients.disconnectAll(clients);
		return figures;
	}

	private static double heap() {
		// The first leaves what waits for finalization.
		System.gc();
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
