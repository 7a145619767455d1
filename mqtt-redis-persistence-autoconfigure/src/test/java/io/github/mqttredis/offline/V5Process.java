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

package io.github.mqttredis.offline;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.testing.Await;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

import org.springframework.beans.DirectFieldAccessor;

/**
 * A process with a client of Paho 5.
 */
final class V5Process extends Process {

	private final MqttConnectionOptions options = new MqttConnectionOptions();

	private final List<String> failed = new CopyOnWriteArrayList<>();

	private final List<String> delivered = new CopyOnWriteArrayList<>();

	private String clientId;

	private PersistentMqttAsyncClient client;

	V5Process(int redisPort, String brokerUri) {
		super(redisPort, brokerUri);
	}

	@Override
	Process open(String clientId, OfflineBufferSettings settings, int window, boolean clean) throws MqttException {
		this.clientId = clientId;
		this.options.setCleanStart(clean);
		this.options.setSessionExpiryInterval(600L);
		this.options.setAutomaticReconnect(true);
		// Paho 5 has one delay for all clients of the JVM.
		this.options.setMaxReconnectDelay(1000);
		this.options.setKeepAliveInterval(20);
		SessionMqttClientPersistence persistence = new SessionMqttClientPersistence(store(), "", "broker", settings,
				FormerStore.NONE);
		persistence.handUndelivered(undelivered());
		this.client = new PersistentMqttAsyncClient(brokerLink().uri(), clientId, persistence);
		return this;
	}

	@Override
	void publish(String payload) throws MqttException {
		send(payload);
	}

	@Override
	void publishAndWait(String payload) throws MqttException {
		send(payload).waitForCompletion(Await.MILLIS);
	}

	private IMqttToken send(String payload) throws MqttException {
		MqttMessage message = new MqttMessage(payload.getBytes());
		message.setQos(qosOf(payload));
		return this.client.publish("test/" + this.clientId, message, null, new Listener(payload));
	}

	@Override
	Runnable publishAndListenLater(String payload) throws MqttException {
		MqttMessage message = new MqttMessage(payload.getBytes());
		message.setQos(qosOf(payload));
		IMqttToken token = this.client.publish("test/" + this.clientId, message);
		return () -> token.setActionCallback(new Listener(payload));
	}

	/** Publish a message that the receiver no longer wants after a time. */
	void publish(String payload, long expirySeconds) throws MqttException {
		MqttMessage message = new MqttMessage(payload.getBytes());
		message.setQos(qosOf(payload));
		MqttProperties properties = new MqttProperties();
		properties.setMessageExpiryInterval(expirySeconds);
		message.setProperties(properties);
		this.client.publish("test/" + this.clientId, message, null, new Listener(payload));
	}

	@Override
	void tryToConnect() {
		try {
			this.client.connect(this.options).waitForCompletion(Await.MILLIS);
		}
		catch (MqttException ex) {
			// Paho may be connecting by itself, or the link is not there yet.
			Thread.yield();
		}
	}

	@Override
	boolean isConnected() {
		return this.client.isConnected();
	}

	@Override
	int buffered() {
		return this.client.getBufferedMessageCount();
	}

	@Override
	int packetIdsInUse() {
		return ((Map<?, ?>) state().getPropertyValue("inUseMsgIds")).size();
	}

	@Override
	void lastPacketId(int id) {
		state().setPropertyValue("nextMsgId", id);
	}

	private DirectFieldAccessor state() {
		return new DirectFieldAccessor(new DirectFieldAccessor(this.client).getPropertyValue("comms.clientState"));
	}

	@Override
	List<String> failed() {
		return this.failed;
	}

	@Override
	List<String> delivered() {
		return this.delivered;
	}

	@Override
	void closeClient() throws MqttException {
		try {
			this.client.disconnectForcibly(0, 1, false);
		}
		catch (NullPointerException ex) {
			// Paho fails so where the client was never connected.
			brokerLink().cut();
		}
		this.client.close(true);
	}

	private final class Listener implements MqttActionListener {

		private final String payload;

		Listener(String payload) {
			this.payload = payload;
		}

		@Override
		public void onSuccess(IMqttToken token) {
			V5Process.this.delivered.add(this.payload);
		}

		@Override
		public void onFailure(IMqttToken token, Throwable exception) {
			V5Process.this.failed.add(this.payload + ": " + exception.getMessage());
			if (this.payload.startsWith("throwing")) {
				throw new IllegalStateException("The application's listener fails");
			}
		}

	}

}
