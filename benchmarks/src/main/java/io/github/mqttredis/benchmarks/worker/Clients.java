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

import java.util.ArrayList;
import java.util.List;

import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;

/**
 * Connects and disconnects clients; the same for all stores.
 */
final class Clients {

	private static final long TIMEOUT_MILLIS = 120_000;

	private static final int AT_ONCE = 50;

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
	 * Connect many clients, a few at a time: a broker takes only so many new connections
	 * at once.
	 * @param clients the clients
	 * @param maxInflight how many messages each may have in flight
	 */
	static void connectAll(List<MqttAsyncClient> clients, int maxInflight) throws MqttException {
		for (int i = 0; i < clients.size(); i += AT_ONCE) {
			List<IMqttToken> tokens = new ArrayList<>();
			for (MqttAsyncClient client : clients.subList(i, Math.min(clients.size(), i + AT_ONCE))) {
				tokens.add(client.connect(options(maxInflight)));
			}
			for (IMqttToken token : tokens) {
				token.waitForCompletion(TIMEOUT_MILLIS);
			}
		}
	}

	static void disconnectAll(List<MqttAsyncClient> clients) throws MqttException {
		List<IMqttToken> tokens = new ArrayList<>();
		for (MqttAsyncClient client : clients) {
			tokens.add(client.disconnect());
		}
		for (IMqttToken token : tokens) {
			token.waitForCompletion(TIMEOUT_MILLIS);
		}
		for (MqttAsyncClient client : clients) {
			client.close();
		}
	}

	/**
	 * Cut the link of a client that still has messages to send. Not closed: Paho's
	 * receiver may be at work, and would fail.
	 * @param client the client
	 */
	static void abandon(MqttAsyncClient client) throws MqttException {
		client.disconnectForcibly(0, 0, false);
	}

}
