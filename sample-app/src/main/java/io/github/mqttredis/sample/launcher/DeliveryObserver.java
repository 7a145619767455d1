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

package io.github.mqttredis.sample.launcher;

import java.time.Duration;
import java.util.UUID;
import java.util.function.ObjIntConsumer;

import io.github.mqttredis.sample.Reading;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An MQTT subscriber outside the gateway that sees what is really delivered.
 *
 * @since 0.1.0
 */
public final class DeliveryObserver implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final int ATTEMPTS = 3;

	private final Broker broker;

	private final long timeoutMillis;

	private volatile @Nullable MqttAsyncClient client;

	DeliveryObserver(Broker broker) {
		this(broker, TIMEOUT);
	}

	DeliveryObserver(Broker broker, Duration timeout) {
		this.broker = broker;
		this.timeoutMillis = timeout.toMillis();
	}

	/**
	 * Connect to the broker, directly, and subscribe.
	 * @param topics the topic filter
	 * @param listener takes the id and the QoS of each reading that arrives, as often as
	 * it arrives
	 */
	public void start(String topics, ObjIntConsumer<String> listener) {
		String clientId = "observer-" + UUID.randomUUID().toString().substring(0, 8);
		try {
			for (int attempt = 1; this.client == null; attempt++) {
				try {
					this.client = connect(clientId, topics, listener);
				}
				catch (MqttException ex) {
					if (attempt == ATTEMPTS || ex.getReasonCode() != MqttException.REASON_CODE_CLIENT_TIMEOUT) {
						throw ex;
					}
					System.out.println("The broker at " + this.broker.uri() + " does not answer: trying again");
				}
			}
		}
		catch (MqttException ex) {
			throw new LauncherException("No connection to the broker at " + this.broker.uri() + ": " + ex.getMessage(),
					ex);
		}
	}

	/**
	 * Paho's own client sometimes waits for ever for an answer to CONNECT that it has not
	 * sent, and cannot connect anew then: another one takes its place.
	 */
	private MqttAsyncClient connect(String clientId, String topics, ObjIntConsumer<String> listener)
			throws MqttException {
		MqttAsyncClient started = new MqttAsyncClient(this.broker.uri(), clientId, new MemoryPersistence());
		started.setCallback(new Callback(listener));
		try {
			started.connect(this.broker.connectOptions()).waitForCompletion(this.timeoutMillis);
			started.subscribe(topics, 2).waitForCompletion(this.timeoutMillis);
		}
		catch (MqttException ex) {
			started.disconnectForcibly(0, 0, false);
			throw ex;
		}
		return started;
	}

	/**
	 * Disconnect and leave no session at the broker.
	 * @throws MqttException if that fails
	 */
	@Override
	public void close() throws MqttException {
		MqttAsyncClient started = this.client;
		if (started == null) {
			return;
		}
		try {
			started.disconnect().waitForCompletion(this.timeoutMillis);
			MqttConnectOptions forget = this.broker.connectOptions();
			forget.setAutomaticReconnect(false);
			forget.setCleanSession(true);
			started.connect(forget).waitForCompletion(this.timeoutMillis);
			started.disconnect().waitForCompletion(this.timeoutMillis);
		}
		finally {
			started.close(true);
		}
	}

	/**
	 * What the client calls.
	 */
	private static final class Callback implements MqttCallbackExtended {

		private final JsonMapper json = new JsonMapper();

		private final ObjIntConsumer<String> listener;

		private Callback(ObjIntConsumer<String> listener) {
			this.listener = listener;
		}

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
			// The session at the broker keeps the subscription.
		}

		@Override
		public void connectionLost(Throwable cause) {
			System.out.println("The observer lost its connection and reconnects: " + cause.getMessage());
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) {
			Reading reading = this.json.readValue(message.getPayload(), Reading.class);
			this.listener.accept(reading.id(), message.getQos());
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
			// The observer publishes nothing.
		}

	}

}
