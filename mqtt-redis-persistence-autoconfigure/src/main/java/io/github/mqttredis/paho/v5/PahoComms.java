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

package io.github.mqttredis.paho.v5;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.paho.CommsInternals;
import io.github.mqttredis.paho.MalformedPublishException;
import io.github.mqttredis.paho.OfflineQueue.Draft;
import io.github.mqttredis.paho.ReceivedPublish;
import io.github.mqttredis.paho.UndeliverableMessageException;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.CommsCallback;
import org.eclipse.paho.mqttv5.client.internal.CommsTokenStore;
import org.eclipse.paho.mqttv5.client.internal.MqttConnectionState;
import org.eclipse.paho.mqttv5.client.internal.MqttPersistentData;
import org.eclipse.paho.mqttv5.client.internal.MqttState;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubAck;
import org.eclipse.paho.mqttv5.common.packet.MqttPubComp;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRec;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.eclipse.paho.mqttv5.common.util.MqttTopicValidator;
import org.jspecify.annotations.Nullable;

/**
 * A client of Paho 5, with the types of this version.
 */
final class PahoComms extends CommsInternals<OfflineToken, MqttException> {

	private static final int MOST_IN_FLIGHT = 1000;

	private final ClientComms comms;

	private final CommsCallback callback;

	private final MqttState state;

	PahoComms(ClientComms comms, SessionMqttClientPersistence persistence) {
		super(MqttVersion.V5, comms, comms.getClientState(), persistence);
		this.comms = comms;
		this.state = comms.getClientState();
		this.callback = (CommsCallback) callback();
	}

	@Override
	public Incoming read(byte[] packet) throws MalformedPublishException {
		PublishProperties properties = new PublishProperties();
		ReceivedPublish message = ReceivedPublish.read(packet, properties::read);
		return new Incoming(message, () -> TracedMessages.headers(properties.properties()),
				(done) -> this.callback.messageArrived(new DeliveredPublish(message, properties.properties(), done)));
	}

	@Override
	public void puback(int packetId) throws IOException {
		send(() -> new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@Override
	public void pubrec(int packetId) throws IOException {
		send(() -> new MqttPubRec(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@Override
	public void pubcomp(int packetId) throws IOException {
		send(() -> new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, new MqttProperties()));
	}

	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	private void send(Answer answer) throws IOException {
		try {
			this.state.send(answer.make(), null);
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Set how many messages the broker takes at a time. Paho takes it from the CONNACK on
	 * its callback thread, when its sender may have sent more of what was restored.
	 * @param maximum the broker's Receive Maximum
	 */
	void setReceiveMaximum(int maximum) {
		connectionState().setReceiveMaximum(maximum);
	}

	/** See {@link #countReleases}. */
	void countRestoredReleases() {
		countReleases(MqttPubRel.class::isInstance, this.state::getActualInFlight);
	}

	private MqttConnectionState connectionState() {
		return (MqttConnectionState) connection();
	}

	@Override
	protected boolean isDisconnected() {
		return this.comms.isDisconnected();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Paho keeps the token of a message of QoS 0 as if that were sent again
	 * ({@code resolveOldTokens} in {@code ClientState}), and clears its failure
	 * ({@code ClientComms.ConnectBG}).
	 */
	@Override
	protected void forgetLost(int packetId) {
		CommsTokenStore tokens = (CommsTokenStore) tokens();
		MqttToken token = tokens.removeToken(String.valueOf(packetId));
		super.forgetLost(packetId);
		if (token != null && !token.isComplete() && token.getException() == null) {
			// Paho does not get so far if no DISCONNECT is sent (handleOldTokens).
			token.internalTok.setException(failure(MqttClientException.REASON_CODE_CLIENT_DISCONNECTING, null));
		}
	}

	@Override
	protected void fail(int packetId, int qos, UndeliverableMessageException reason) throws IOException {
		try {
			for (MqttToken token : this.comms.getPendingTokens()) {
				if (token.getMessageId() == packetId) {
					MqttProperties none = new MqttProperties();
					MqttAck end = (qos == 1) ? new MqttPubAck(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none)
							: new MqttPubComp(MqttReturnCode.RETURN_CODE_SUCCESS, packetId, none);
					fail(end, token, new MqttException(reason));
				}
			}
		}
		catch (MqttException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	protected void received(int bytes) {
		this.state.notifyReceivedBytes(bytes);
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
		this.comms.shutdownConnection(null, new MqttException(cause), null);
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
		return new RefusedMessageException(MqttClientException.REASON_CODE_DISCONNECTED_BUFFER_FULL, message);
	}

	@Override
	protected int inFlight() {
		return this.state.getActualInFlight();
	}

	/**
	 * As {@code ClientState.send} asks, but no more than Paho restores in a moment: the
	 * time for that grows with the square of their number
	 * ({@code ClientState.insertInOrder}), and brokers allow for 65,535.
	 */
	@Override
	protected int mostInFlight() {
		return Math.min(MOST_IN_FLIGHT, connectionState().getReceiveMaximum());
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
			@Nullable MqttActionListener callback) throws MqttException {
		MqttPublish publish = new MqttPublish(topic, message, message.getProperties());
		// One that stands for the topic ends with the connection.
		publish.getProperties().setTopicAlias(null);
		byte[] record = queueing(SessionMqttClientPersistence.encode(publish));
		Long expiry = publish.getProperties().getMessageExpiryInterval();
		OfflineToken token = token();
		token.describe(topic, message, userContext, callback);
		return new Draft<>(topic, (filter) -> MqttTopicValidator.isMatched(filter, topic), record,
				(expiry != null) ? TimeUnit.SECONDS.toMillis(expiry) : 0, token);
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
		Long expiry = publish.getProperties().getMessageExpiryInterval();
		if (expiry != null) {
			// What it has waited here counts (3.3.2.3.3).
			publish.getProperties()
				.setMessageExpiryInterval(Math.max(1, expiry - TimeUnit.MILLISECONDS.toSeconds(waited)));
		}
		hand(publish, token);
	}

	/**
	 * Publish, as {@code MqttAsyncClient} does.
	 * @param topic the topic
	 * @param message the message
	 * @param userContext what the application wants to find in the token
	 * @param callback what is told of its delivery
	 * @return the token
	 * @throws MqttException if Paho does not take the message
	 */
	IMqttToken publish(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException {
		MqttToken token = new MqttToken(this.comms.getClient().getClientId());
		token.internalTok.setDeliveryToken(true);
		token.internalTok.setTopics(new String[] { topic });
		token.setActionCallback(callback);
		token.setUserContext(userContext);
		token.internalTok.setMessage(message);
		MqttPublish publish = new MqttPublish(topic, message, message.getProperties());
		token.setRequestMessage(publish);
		hand(publish, token);
		return token;
	}

	/** Paho takes the packet id of a refused message back unless its QoS is 0. */
	private void hand(MqttPublish publish, MqttToken token) throws MqttException {
		try {
			this.comms.sendNoWait(publish, token);
		}
		catch (MqttException ex) {
			if (publish.getQoS() == 0 && publish.getMessageId() != 0) {
				release(publish.getMessageId());
			}
			throw ex;
		}
	}

	@FunctionalInterface
	private interface Answer {

		MqttAck make() throws MqttException;

	}

}
