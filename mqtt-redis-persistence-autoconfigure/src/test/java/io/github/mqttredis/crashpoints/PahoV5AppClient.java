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

package io.github.mqttredis.crashpoints;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * A Paho 5 client of ours.
 */
final class PahoV5AppClient extends AppClient {

	private final PersistentMqttAsyncClient client;

	private boolean buffers;

	PahoV5AppClient(String uri, String clientId, SessionStore store, Events events) throws MqttException {
		this.client = new PersistentMqttAsyncClient(uri, clientId,
				new SessionMqttClientPersistence(store, uri, "broker"));
		this.client.setCallback(new Callback(events));
	}

	@Override
	void connect() throws MqttException {
		MqttConnectionOptions options = new MqttConnectionOptions();
		options.setCleanStart(false);
		options.setSessionExpiryInterval(3600L);
		options.setKeepAliveInterval(60);
		options.setConnectionTimeout(30);
		options.setSocketFactory(new PromptSocketFactory());
		// Paho 5 buffers only between connections that it restores by itself.
		options.setAutomaticReconnect(this.buffers);
		options.setMaxReconnectDelay(1000);
		this.client.connect(options).waitForCompletion(Await.MILLIS);
	}

	@Override
	void reconnect() throws MqttException {
		this.client.reconnect();
	}

	@Override
	boolean isConnected() {
		return this.client.isConnected();
	}

	@Override
	void buffer() {
		this.buffers = true;
		DisconnectedBufferOptions options = new DisconnectedBufferOptions();
		options.setBufferEnabled(true);
		options.setPersistBuffer(true);
		this.client.setBufferOpts(options);
	}

	@Override
	void publish(String topic, String payload, int qos) throws RefusedException {
		try {
			this.client.publish(topic, payload.getBytes(), qos, false);
		}
		catch (MqttException ex) {
			throw new RefusedException(ex);
		}
	}

	@Override
	void subscribe(String topic) throws MqttException {
		this.client.subscribe(topic, 2).waitForCompletion(Await.MILLIS);
	}

	@Override
	String payload(byte[] record) throws MqttException {
		return new String(((MqttPublish) MqttWireMessage.createWireMessage(record)).getMessage().getPayload());
	}

	@Override
	void destroy() throws MqttException {
		this.client.disconnectForcibly(0, 1, false);
		this.client.close(true);
	}

	@Override
	Object paho() {
		return this.client;
	}

	private record Callback(Events events) implements MqttCallback {

		@Override
		public void disconnected(MqttDisconnectResponse response) {
			this.events.connectionLost();
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) throws InterruptedException {
			this.events.messageArrived(new String(message.getPayload()));
		}

		@Override
		public void deliveryComplete(IMqttToken token) {
			this.events.deliveryComplete();
		}

		@Override
		public void connectComplete(boolean reconnect, String serverUri) {
		}

		@Override
		public void mqttErrorOccurred(MqttException exception) {
		}

		@Override
		public void authPacketArrived(int reasonCode, MqttProperties properties) {
		}

	}

}
