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

import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;

/**
 * Connects and disconnects clients; the same for all stores.
 */
final class Clients {

	private static final long TIMEOUT_MILLIS = 120_000;

	private Clients() {
	}

	static MqttConnectOptions options(int maxInflight) {
		MqttConnectOptions options = new MqttConnectOptions();
		options.setCleanSession(false);
		options.setAutomaticReconnect(false);
		options.setMaxInflight(maxInflight);
		options.setKeepAliveInterval(60);
		options.setConnectionTimeout(60);
		return options;
	}

	static void connect(MqttAsyncClient client, int maxInflight) throws MqttException {
		client.connect(options(maxInflight)).waitForCompletion(TIMEOUT_MILLIS);
	}

	static void disconnect(MqttAsyncClient client) throws MqttException {
		client.disconnect().waitForCompletion(TIMEOUT_MILLIS);
		client.close();
	}

	/**
	 * End a client that still has messages to send.
	 * @param client the client
	 */
	static void abandon(MqttAsyncClient client) throws MqttException {
		client.disconnectForcibly(0, 0, false);
		client.close(true);
	}

}
