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

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.StoreKind;
import io.github.mqttredis.benchmarks.Variant;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;

/**
 * Publishes while there is no broker, starts again, and has what waited sent.
 */
final class OutageRounds {

	private static final String CLIENT_ID = "outage";

	private static final double NANOS = 1e9;

	private static final double NANOS_PER_MILLI = 1e6;

	private static final double MIB = 1024 * 1024;

	private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

	private OutageRounds() {
	}

	static Map<String, Double> run(Variant variant, Addresses addresses, Round round) throws Exception {
		Map<String, Double> figures = new HashMap<>();
		if (variant.store() == StoreKind.FILE) {
			// Paho's buffer; what it does afterwards is measured as a restore.
			try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
				// A file is forced to the disk for each: as many as take some seconds.
				Round some = round.withSize(Math.min(round.size(), 5_000));
				figures.put("fillMsgPerSec", fill(store.buffering(CLIENT_ID, some.size()), some));
			}
			return figures;
		}
		long empty;
		try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
			figures.put("onlineMsgPerSec", PublishRounds.run(store, addresses, round).get("msgPerSec"));
			MqttAsyncClient client = store.buffering(CLIENT_ID, Integer.MAX_VALUE);
			empty = heap();
			double redis = RedisInfo.usedMemory(addresses.redisPort());
			figures.put("fillMsgPerSec", fill(client, round));
			figures.put("redisBytesPerMsg", (RedisInfo.usedMemory(addresses.redisPort()) - redis) / round.size());
		}
		try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
			long start = System.nanoTime();
			MqttAsyncClient client = store.buffering(CLIENT_ID, Integer.MAX_VALUE);
			figures.put("heapMiB", (heap() - empty) / MIB);
			Clients.connect(client, round.inflight());
			figures.put("connectMillis", (System.nanoTime() - start) / NANOS_PER_MILLI);
			double sent = drain(client);
			figures.put("drainMsgPerSec", sent);
			// Of one round: both suffer from what else the machine does meanwhile.
			figures.put("drainToOnline", sent / Objects.requireNonNull(figures.get("onlineMsgPerSec")));
			Clients.disconnect(client);
		}
		return figures;
	}

	private static double fill(MqttAsyncClient client, Round round) throws MqttException {
		byte[] payload = new byte[round.payload()];
		long start = System.nanoTime();
		for (int i = 0; i < round.size(); i++) {
			client.publish(Round.TOPIC, payload, round.qos(), false);
		}
		return round.size() / ((System.nanoTime() - start) / NANOS);
	}

	private static double drain(MqttAsyncClient client) throws InterruptedException {
		int waiting = client.getBufferedMessageCount();
		long start = System.nanoTime();
		while (client.getBufferedMessageCount() > 0) {
			if (System.nanoTime() - start > PATIENCE_NANOS) {
				throw new IllegalStateException(client.getBufferedMessageCount() + " messages still wait");
			}
			Thread.sleep(10);
		}
		return waiting / ((System.nanoTime() - start) / NANOS);
	}

	private static long heap() {
		for (int i : List.of(1, 2, 3)) {
			System.gc();
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
