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

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Receives what waits for a kept session at the broker, so that the sender is no part of
 * what is measured.
 */
final class ReceiveRounds {

	private static final String CLIENT_ID = "receiver";

	private static final long LIMIT_SECONDS = 120;

	private static final double NANOS = 1e9;

	private ReceiveRounds() {
	}

	/**
	 * Leave a fresh session at the broker, with a subscription.
	 */
	static Map<String, Double> subscribe(StoreUnderTest store, Addresses addresses, Round round) throws Exception {
		MqttAsyncClient former = new MqttAsyncClient(addresses.broker(), CLIENT_ID, new MemoryPersistence());
		MqttConnectOptions clean = Clients.options(round.inflight());
		clean.setCleanSession(true);
		former.connect(clean).waitForCompletion();
		Clients.disconnect(former);
		MqttAsyncClient client = store.client(CLIENT_ID);
		Clients.connect(client, round.inflight());
		client.subscribe(Round.TOPIC, round.qos()).waitForCompletion();
		Clients.disconnect(client);
		return Map.of();
	}

	static Map<String, Double> run(StoreUnderTest store, Round round) throws Exception {
		MqttAsyncClient client = store.client(CLIENT_ID);
		Receiver receiver = new Receiver(round.size());
		client.setCallback(receiver);
		Clients.connect(client, round.inflight());
		double rate = receiver.await();
		Clients.disconnect(client);
		return Map.of("msgPerSec", rate);
	}

	/**
	 * Counts messages; the first tenth is not measured.
	 */
	private static final class Receiver implements MqttCallback {

		private final int expected;

		private final CountDownLatch end = new CountDownLatch(1);

		private int received;

		private long start;

		private volatile long nanos;

		Receiver(int expected) {
			this.expected = expected;
		}

		double await() throws InterruptedException {
			if (!this.end.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Only " + this.received + " of " + this.expected + " were received");
			}
			return (this.expected - this.expected / 10) / (this.nanos / NANOS);
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) {
			this.received++;
			if (this.received == this.expected / 10) {
				this.start = System.nanoTime();
			}
			if (this.received == this.expected) {
				this.nanos = System.nanoTime() - this.start;
				this.end.countDown();
			}
		}

		@Override
		public void connectionLost(Throwable cause) {
			cause.printStackTrace();
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
			// Nothing is sent.
		}

	}

}
