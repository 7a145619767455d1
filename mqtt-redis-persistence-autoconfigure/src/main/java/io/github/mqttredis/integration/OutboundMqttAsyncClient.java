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

package io.github.mqttredis.integration;

import io.github.mqttredis.paho.v3.ConnectOptions;
import io.github.mqttredis.paho.v3.EndedToken;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttSecurityException;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.support.MqttUtils;

/**
 * A client as {@link MqttPahoMessageHandler} uses it. The handler connects when a message
 * comes, throws the client away when it is not connected, and fails the message when the
 * broker is away. With an offline buffer this client passes for a connected one there: it
 * takes the message, and connects by itself when the broker is back.
 */
final class OutboundMqttAsyncClient extends PersistentMqttAsyncClient {

	private static final Log logger = LogFactory.getLog(OutboundMqttAsyncClient.class);

	private volatile boolean outbound;

	/** Whether an adapter uses this client, which makes another one when it starts. */
	private volatile boolean inbound;

	OutboundMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, persistence);
	}

	private boolean isLasting() {
		return this.outbound && isBufferingOffline();
	}

	@Override
	public void setCallback(@Nullable MqttCallback callback) {
		if (callback instanceof MqttPahoMessageHandler) {
			this.outbound = true;
			super.setCallback(new LastingCallback(callback));
		}
		else {
			this.inbound = callback instanceof MqttPahoMessageDrivenChannelAdapter;
			if (callback instanceof MqttPahoMessageDrivenChannelAdapter adapter) {
				// The adapter says so when it has connected, and the broker may have sent
				// messages by then.
				setManualAcks(ComponentFields.isManualAcks(adapter));
			}
			super.setCallback(callback);
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * An adapter that stops does this, and does not close the client, so that the session
	 * would stay owned by a client that never connects again.
	 */
	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout) throws MqttException {
		try {
			super.disconnectForcibly(quiesceTimeout, disconnectTimeout);
		}
		finally {
			if (this.inbound) {
				close();
			}
		}
	}

	@Override
	public boolean isConnected() {
		return super.isConnected() || isLasting();
	}

	@Override
	public IMqttToken connect(MqttConnectOptions options) throws MqttException, MqttSecurityException {
		if (!isLasting()) {
			return super.connect(options);
		}
		// The options are those of all clients of a factory.
		MqttConnectOptions lasting = ConnectOptions.copy(options);
		lasting.setAutomaticReconnect(true);
		int seconds = (options.getConnectionTimeout() > 0) ? options.getConnectionTimeout()
				: MqttConnectOptions.CONNECTION_TIMEOUT_DEFAULT;
		IMqttToken token = connect(lasting, null, new FirstConnect());
		try {
			token.waitForCompletion(seconds * 1000L);
			return token;
		}
		catch (MqttSecurityException ex) {
			throw ex;
		}
		catch (MqttException ex) {
			logger.warn("MQTT client '" + getClientId()
					+ "' cannot connect. Its messages are kept in Redis until it can: " + ex.getMessage());
			return new EndedToken(getClientId(), null, null);
		}
	}

	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		boolean lasting = isLasting();
		if (lasting) {
			// The handler asks its own options whether to do so.
			MqttUtils.stopClientReconnectCycle(this);
		}
		try {
			return super.disconnect(quiesceTimeout, userContext, callback);
		}
		catch (MqttException ex) {
			if (this.outbound && (ex.getReasonCode() == MqttException.REASON_CODE_CLIENT_ALREADY_DISCONNECTED
					|| ex.getReasonCode() == MqttException.REASON_CODE_CLIENT_DISCONNECTING)) {
				// Otherwise the handler does not close this client, which keeps its
				// session.
				return new EndedToken(getClientId(), null, null);
			}
			throw ex;
		}
	}

	/**
	 * Paho goes on trying by itself only once it was connected, or was told to reconnect.
	 */
	private final class FirstConnect implements IMqttActionListener {

		@Override
		public void onSuccess(IMqttToken token) {
			logger.debug("Connected");
		}

		@Override
		public void onFailure(IMqttToken token, Throwable exception) {
			if (exception instanceof MqttSecurityException) {
				return;
			}
			try {
				reconnect();
			}
			catch (MqttException ex) {
				logger.debug("Closed or connecting meanwhile", ex);
			}
		}

	}

	/**
	 * Keeps the loss of the link from the handler, which would close the client.
	 */
	private final class LastingCallback implements MqttCallback {

		private final MqttCallback delegate;

		LastingCallback(MqttCallback delegate) {
			this.delegate = delegate;
		}

		@Override
		public void connectionLost(Throwable cause) {
			if (isLasting()) {
				logger.warn("MQTT client '" + getClientId()
						+ "' lost its connection. Its messages are kept in Redis until it is back: " + cause);
			}
			else {
				this.delegate.connectionLost(cause);
			}
		}

		@Override
		public void messageArrived(String topic, MqttMessage message) throws Exception {
			this.delegate.messageArrived(topic, message);
		}

		@Override
		public void deliveryComplete(IMqttDeliveryToken token) {
			this.delegate.deliveryComplete(token);
		}

	}

}
