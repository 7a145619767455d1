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

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * A plain Paho 5 client, without Spring Integration.
 */
// tag::example[]
@Component
class PahoV5Example implements SmartLifecycle, MqttCallback {

	private final ObjectProvider<SessionMqttClientPersistence> persistences;

	private final MqttConnectionOptions options;

	private final Consumer<String> commands;

	private volatile PersistentMqttAsyncClient client;

	private volatile boolean running;

	PahoV5Example(ObjectProvider<SessionMqttClientPersistence> persistences, MqttConnectionOptions options,
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
	public void disconnected(MqttDisconnectResponse response) {
	}

	@Override
	public void mqttErrorOccurred(MqttException exception) {
	}

	@Override
	public void deliveryComplete(IMqttToken token) {
	}

	@Override
	public void authPacketArrived(int reasonCode, MqttProperties properties) {
	}

	@Override
	public void stop() {
		this.running = false;
		try {
			this.client.disconnectForcibly(1000, 1000, MqttReturnCode.RETURN_CODE_SUCCESS, new MqttProperties());
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
