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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.StoreKind;
import io.github.mqttredis.benchmarks.Variant;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;

/**
 * Stores records and measures a client that starts with them.
 */
final class RestoreRounds {

	private static final String CLIENT_ID = "restored";

	private static final int WRITERS = 16;

	private static final double NANOS_PER_MILLI = 1e6;

	private RestoreRounds() {
	}

	static Map<String, Double> run(Variant variant, Addresses addresses, Round round) throws Exception {
		try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
			if (variant.store() == StoreKind.FILE) {
				fillFiles(addresses, store.persistence(), round);
			}
			else {
				fill(store.persistence(), addresses, round);
			}
		}
		double storeMillis;
		try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
			storeMillis = restore(store, addresses);
		}
		try (StoreUnderTest store = StoreUnderTest.start(variant, addresses)) {
			return Map.of("storeMillis", storeMillis, "totalMillis", connect(store));
		}
	}

	/**
	 * Measure the time in the store alone: Paho restores in the constructor.
	 */
	private static double restore(StoreUnderTest store, Addresses addresses) throws MqttException {
		TimedPersistence timed = new TimedPersistence(store.persistence());
		new MqttAsyncClient(addresses.broker(), CLIENT_ID, timed).close();
		return timed.nanos() / NANOS_PER_MILLI;
	}

	private static double connect(StoreUnderTest store) throws MqttException {
		long start = System.nanoTime();
		MqttAsyncClient client = store.client(CLIENT_ID);
		Clients.connect(client, 65_535);
		double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
		Clients.abandon(client);
		return millis;
	}

	private static void fill(MqttClientPersistence persistence, Addresses addresses, Round round) throws Exception {
		persistence.open(CLIENT_ID, addresses.broker());
		ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
		List<Future<?>> ends = new ArrayList<>();
		for (int i = 0; i < WRITERS; i++) {
			int first = i + 1;
			ends.add(writers.submit(() -> {
				for (int id = first; id <= round.size(); id += WRITERS) {
					persistence.put("s-" + id, message(id, round));
				}
				return true;
			}));
		}
		for (Future<?> end : ends) {
			end.get();
		}
		writers.shutdown();
		persistence.close();
	}

	/**
	 * Write files as Paho's store does, but without an fsync for each.
	 */
	private static void fillFiles(Addresses addresses, MqttClientPersistence persistence, Round round)
			throws IOException, MqttException {
		persistence.open(CLIENT_ID, addresses.broker());
		Path directory;
		try (Stream<Path> directories = Files.list(addresses.files())) {
			directory = directories.findFirst().orElseThrow();
		}
		for (int id = 1; id <= round.size(); id++) {
			MqttPublish message = message(id, round);
			byte[] header = message.getHeader();
			byte[] payload = message.getPayload();
			byte[] record = new byte[header.length + payload.length];
			System.arraycopy(header, 0, record, 0, header.length);
			System.arraycopy(payload, 0, record, header.length, payload.length);
			Files.write(directory.resolve("s-" + id + ".msg"), record);
		}
		persistence.close();
	}

	private static MqttPublish message(int id, Round round) {
		MqttMessage message = new MqttMessage(new byte[round.payload()]);
		message.setQos(round.qos());
		MqttPublish publish = new MqttPublish(Round.TOPIC, message);
		publish.setMessageId(id);
		return publish;
	}

}
