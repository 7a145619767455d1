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

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.ObjIntConsumer;

import io.github.mqttredis.sample.Reading;
import io.github.mqttredis.sample.Topics;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import tools.jackson.databind.json.JsonMapper;

/**
 * An MQTT subscriber outside the gateway that sees what is really delivered.
 */
public class DeliveryObserver implements AutoCloseable {

	private static final long TIMEOUT_MILLIS = 10_000;

	private final JsonMapper json = new JsonMapper();

	private final MqttConnectOptions options;

	private final MqttAsyncClient client;

	private final ObjIntConsumer<String> listener;

	/**
	 * Connect and subscribe.
	 * @param broker the broker, to which the observer speaks directly
	 * @param listener takes the id and the QoS of each reading that arrives, as often as
	 * it arrives
	 */
	public DeliveryObserver(Broker broker, ObjIntConsumer<String> listener) {
		this.listener = listener;
		this.options = broker.connectOptions();
		try {
			this.client = new MqttAsyncClient(broker.uri(), "observer-" + UUID.randomUUID().toString().substring(0, 8),
					new MemoryPersistence());
			this.client.setCallback(new Callback());
			this.client.connect(this.options).waitForCompletion(TIMEOUT_MILLIS);
			this.client.subscribe(Topics.TELEMETRY, 2).waitForCompletion(TIMEOUT_MILLIS);
		}
		catch (MqttException ex) {
			throw new LauncherException("No connection to the broker at " + broker.uri() + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Send the gateway a command, QoS 2.
	 * @param command the command as JSON
	 */
	public void command(String command) {
		try {
			this.client.publish(Topics.COMMANDS, command.getBytes(StandardCharsets.UTF_8), 2, false);
		}
		catch (MqttException ex) {
			throw new LauncherException("The observer could not publish a command: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Disconnect and leave no session at the broker.
	 * @throws MqttException if that fails
	 */
	@Override
	public void close() throws MqttException {
		try {
			this.client.disconnect().waitForCompletion(TIMEOUT_MILLIS);
			this.options.setAutomaticReconnect(false);
			this.options.setCleanSession(true);
			this.client.connect(this.options).waitForCompletion(TIMEOUT_MILLIS);
			this.client.disconnect().waitForCompletion(TIMEOUT_MILLIS);
		}
		finally {
			this.client.close(true);
		}
	}

	/**
	 * What the client calls.
	 */
	private final class Callback implements MqttCallbackExtended {

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
			Reading reading = DeliveryObserver.this.json.readValue(message.getPayload(), Reading.class);
			DeliveryObserver.this.listener.accept(reading.id(), message.getQos());
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
			// A command was taken.
		}

	}

}
