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

package io.github.mqttredis.entrypoints;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * A plain Paho 3 client, without Spring Integration.
 */
// tag::example[]
@Component
class PahoV3Example implements SmartLifecycle, MqttCallbackExtended {

	private final ObjectProvider<SessionMqttClientPersistence> persistences;

	private final MqttConnectOptions options;

	private final Consumer<String> commands;

	private volatile PersistentMqttAsyncClient client;

	private volatile boolean running;

	PahoV3Example(ObjectProvider<SessionMqttClientPersistence> persistences, MqttConnectOptions options,
			Consumer<String> commands) {
		this.persistences = persistences;
		this.options = options;
		this.commands = commands;
	}

	void publish(String reading, int qos) throws MqttException {
		this.client.publish("telemetry", reading.getBytes(StandardCharsets.UTF_8), qos, false);
	}

	@Override
	public void start() {
		try {
			this.client = new PersistentMqttAsyncClient(this.options.getServerURIs()[0], "gateway-7",
					this.persistences.getObject());
			this.client.setCallback(this);
			this.client.connect(this.options).waitForCompletion();
			this.running = true;
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void connectComplete(boolean reconnect, String serverUri) {
		try {
			this.client.subscribe("commands", 2);
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void messageArrived(String topic, MqttMessage message) {
		this.commands.accept(new String(message.getPayload(), StandardCharsets.UTF_8));
	}

	@Override
	public void connectionLost(Throwable cause) {
	}

	@Override
	public void deliveryComplete(IMqttDeliveryToken token) {
	}

	@Override
	public void stop() {
		this.running = false;
		try {
			this.client.disconnectForcibly(1000, 1000);
			this.client.close(true);
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
// end::example[]
