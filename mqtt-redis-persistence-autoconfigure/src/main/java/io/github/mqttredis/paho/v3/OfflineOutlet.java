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

package io.github.mqttredis.paho.v3;

import io.github.mqttredis.paho.OfflineQueue;
import io.github.mqttredis.paho.PacketIds;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.ClientComms;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * Makes, stores and sends the messages of an offline queue, with the types of this
 * version of Paho.
 */
final class OfflineOutlet implements OfflineQueue.Outlet<OfflineToken, MqttException> {

	private final String clientId;

	private final ClientComms comms;

	private final SessionMqttClientPersistence persistence;

	OfflineOutlet(String clientId, ClientComms comms, SessionMqttClientPersistence persistence) {
		this.clientId = clientId;
		this.comms = comms;
		this.persistence = persistence;
	}

	static PacketIds<MqttException> packetIds(ClientComms comms) {
		return new PacketIds<>(MqttVersion.V3, comms.getClientState(), MqttException.class,
				(cause) -> new MqttException(MqttException.REASON_CODE_CLIENT_CLOSED, cause));
	}

	/**
	 * Store a message that is to wait.
	 * @param key the key of its record
	 * @param packetId its packet id
	 * @param topic its topic
	 * @param message the message
	 * @param userContext what the application wants to find in the token
	 * @param callback what is told of its delivery
	 * @return its token
	 * @throws MqttException if it could not be stored
	 */
	OfflineToken store(String key, int packetId, String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		MqttPublish publish = new MqttPublish(topic, message);
		publish.setMessageId(packetId);
		this.persistence.put(key, publish);
		OfflineToken token = token(packetId);
		token.describe(topic, message, userContext, callback);
		return token;
	}

	/**
	 * Return a message as it was stored.
	 * @param key the key of its record
	 * @return the message
	 * @throws MqttException if it cannot be read
	 */
	MqttPublish get(String key) throws MqttException {
		return (MqttPublish) MqttWireMessage.createWireMessage(this.persistence.get(key));
	}

	@Override
	public boolean isConnected() {
		return this.comms.isConnected();
	}

	@Override
	public boolean isClosed() {
		return this.comms.isClosed();
	}

	@Override
	public boolean hasRoom() {
		return this.comms.getActualInFlight() < this.comms.getClientState().getMaxInFlight();
	}

	@Override
	public OfflineToken token(int packetId) {
		return new OfflineToken(this.clientId, packetId);
	}

	@Override
	public void send(String key, OfflineToken token) throws MqttException {
		MqttPublish publish = get(key);
		// One of QoS 0 does not carry it.
		publish.setMessageId(token.packetId());
		this.comms.sendNoWait(publish, token);
	}

	@Override
	public void remove(String key) throws MqttException {
		this.persistence.remove(key);
	}

	@Override
	public MqttException refusal(String message) {
		return new OfflineBufferException(message);
	}

	@Override
	public int reasonCode(Exception ex) {
		return (ex instanceof MqttException paho) ? paho.getReasonCode() : 0;
	}

	/**
	 * Tells that a message found no room in the offline buffer, or had to leave it.
	 */
	private static final class OfflineBufferException extends MqttException {

		private static final long serialVersionUID = 1L;

		private final String message;

		OfflineBufferException(String message) {
			super(MqttException.REASON_CODE_DISCONNECTED_BUFFER_FULL);
			this.message = message;
		}

		@Override
		public String getMessage() {
			return this.message;
		}

	}

}
