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

package io.github.mqttredis.benchmarks.run;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Leaves messages at the broker for a client that is away.
 */
final class Sender {

	private static final int INFLIGHT = 1_000;

	private Sender() {
	}

	static void send(String broker, Round round) throws MqttException, InterruptedException {
		MqttAsyncClient client = new MqttAsyncClient(broker, "sender", new MemoryPersistence());
		MqttConnectOptions options = new MqttConnectOptions();
		options.setMaxInflight(INFLIGHT + 1);
		client.connect(options).waitForCompletion();
		Semaphore permits = new Semaphore(INFLIGHT);
		byte[] payload = new byte[round.payload()];
		for (int i = 0; i < round.size(); i++) {
			permits.acquire();
			client.publish(Round.TOPIC, payload, round.qos(), false, null, new Release(permits));
		}
		if (!permits.tryAcquire(INFLIGHT, 1, TimeUnit.MINUTES)) {
			throw new IllegalStateException("The broker did not take all messages of: " + round);
		}
		client.disconnect().waitForCompletion();
		client.close();
	}

	private record Release(Semaphore permits) implements IMqttActionListener {

		@Override
		public void onSuccess(IMqttToken token) {
			this.permits.release();
		}

		@Override
		public void onFailure(IMqttToken token, Throwable exception) {
			// Its permit is missing at the end.
			exception.printStackTrace();
		}

	}

}
