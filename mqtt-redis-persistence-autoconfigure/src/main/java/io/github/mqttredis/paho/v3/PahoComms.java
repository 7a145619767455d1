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

import java.io.IOException;
import java.util.Map;

import io.github.mqttredis.paho.CommsInternals;
import io.github.mqttredis.paho.MalformedPublishException;
import io.github.mqttredis.paho.OfflineQueue.Draft;
import io.github.mqttredis.paho.ReceivedPublish;
import io.github.mqttredis.paho.UndeliverableMessageException;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.MqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttTopic;
import org.eclipse.paho.client.mqttv3.internal.ClientComms;
import org.eclipse.paho.client.mqttv3.internal.CommsCallback;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttAck;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubAck;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubComp;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRec;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * A client of Paho 3, with the types of this version.
 */
final class PahoComms extends CommsInternals<OfflineToken, MqttException> {

	private final ClientComms comms;

	PahoComms(ClientComms comms, SessionMqttClientPersistence persistence) {
		super(MqttVersion.V3, comms, comms.getClientState(), persistence);
		this.comms = comms;
	}

	@Override
	public Incoming read(byte[] packet) throws MalformedPublishException {
		ReceivedPublish message = ReceivedPublish.read(packet, (bytes) -> "");
		return new Incoming(message, Map::of,
				(done) -> ((CommsCallback) callback()).messageArrived(new DeliveredPublish(message, done)));
	}

	@Override
	public void puback(int packetId) throws IOException {
		send(new MqttPubAck(packetId));
	}

	@Override
	public void pubrec(int packetId) throws IOException {
		send(new MqttPubRec((byte) 0, new byte[] { (byte) (packetId >> 8), (byte) packetId }));
	}

	@Override
	public void pubcomp(int packetId) throws IOException {
		send(new MqttPubComp(packetId));
	}

	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	private void send(MqttAck answer) throws IOException {
		try {
			this.comms.getClientState().send(answer, null);
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	protected void fail(int packetId, int qos, UndeliverableMessageException reason) {
		for (MqttDeliveryToken token : this.comms.getPendingDeliveryTokens()) {
			if (token.getMessageId() == packetId) {
				MqttAck end = (qos == 1) ? new MqttPubAck(packetId) : new MqttPubComp(packetId);
				fail(end, token, new MqttException(reason));
			}
		}
	}

	@Override
	protected void received(int bytes) {
		this.comms.getClientState().notifyReceivedBytes(bytes);
	}

	@Override
	protected boolean isDisconnected() {
		return this.comms.isDisconnected();
	}

	@Override
	public boolean isConnected() {
		return this.comms.isConnected();
	}

	@Override
	protected boolean isConnecting() {
		return this.comms.isConnecting();
	}

	@Override
	public boolean isClosed() {
		return this.comms.isClosed();
	}

	@Override
	protected void drop(Throwable cause) {
		this.comms.shutdownConnection(null, new MqttException(cause));
	}

	@Override
	protected MqttException failure(int reasonCode, @Nullable Throwable cause) {
		return new MqttException(reasonCode, cause);
	}

	@Override
	public int reasonCode(Exception ex) {
		return (ex instanceof MqttException paho) ? paho.getReasonCode() : 0;
	}

	@Override
	public MqttException refusal(String message) {
		return new RefusedMessageException(MqttException.REASON_CODE_DISCONNECTED_BUFFER_FULL, message);
	}

	@Override
	protected int inFlight() {
		return this.comms.getActualInFlight();
	}

	@Override
	protected int mostInFlight() {
		return this.comms.getClientState().getMaxInFlight();
	}

	@Override
	public OfflineToken token() {
		return new OfflineToken(this.comms.getClient().getClientId());
	}

	/**
	 * Make the draft of a message that is to wait.
	 * @param topic its topic
	 * @param message the message
	 * @param userContext what the application wants to find in the token
	 * @param callback what is told of its delivery
	 * @return the draft
	 * @throws MqttException if Paho cannot encode the message
	 */
	Draft<OfflineToken> draft(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		byte[] record = queueing(SessionMqttClientPersistence.encode(new MqttPublish(topic, message)));
		OfflineToken token = token();
		token.describe(topic, message, userContext, callback);
		long lifetime = (message instanceof ExpiringMqttMessage expiring) ? expiring.getTimeToLive().toMillis() : 0;
		return new Draft<>(topic, (filter) -> MqttTopic.isMatched(filter, topic), record, lifetime, token);
	}

	/**
	 * Return the message of a record.
	 * @param publish its PUBLISH
	 * @return the message
	 * @throws MqttException if it cannot be read
	 */
	static MqttPublish publish(byte[] publish) throws MqttException {
		MqttPublish read = (MqttPublish) MqttWireMessage
			.createWireMessage(new MqttPersistentData("", publish, 0, publish.length, null, 0, 0));
		read.setMessageId(0);
		return read;
	}

	@Override
	protected void send(byte[] record, long waited, OfflineToken token) throws MqttException {
		MqttPublish publish = publish(record);
		this.comms.sendNoWait(publish, token);
	}

}
