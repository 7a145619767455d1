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

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSecurityException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 5 client that connects only as the owner of its session, sends no packet before
 * the records that it depends on are stored, and comes back as soon as Redis does. It
 * receives messages of QoS 2 once, also across a lost link or a crash, and uses no topic
 * aliases of its own.
 *
 * @since 0.1.0
 */
public class PersistentMqttAsyncClient extends MqttAsyncClient {

	/** The longest packet there is (2.1.4). */
	private static final long LONGEST_PACKET = 268_435_460;

	private final SessionMqttClientPersistence persistence;

	private final PahoComms pahoComms;

	private final ReceivedMessages received;

	/** Whether this client would be connected if Redis had not been away. */
	private volatile boolean heldByRedis;

	/** Whether the application has not disconnected this client. */
	private volatile boolean wanted;

	/**
	 * Create a client. Opens its session, which may wait for another owner to let go of
	 * it.
	 * @param serverUri the broker's URI
	 * @param clientId the client id
	 * @param persistence the persistence of this client alone
	 * @throws MqttException if the session cannot be opened
	 */
	public PersistentMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, persistence);
		this.persistence = persistence;
		persistence.guarded();
		this.pahoComms = new PahoComms(this.comms);
		this.received = new ReceivedMessages(persistence, this.pahoComms);
	}

	@Override
	public IMqttToken publish(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException {
		return this.persistence.publish(() -> super.publish(topic, message, userContext, callback));
	}

	@Override
	public void setCallback(@Nullable MqttCallback callback) {
		super.setCallback((callback != null) ? new DetachedConnectComplete(callback, getClientId()) : null);
	}

	@Override
	public void setManualAcks(boolean manualAcks) {
		this.received.setManualAcks(manualAcks);
		super.setManualAcks(manualAcks);
	}

	@Override
	public void messageArrivedComplete(int messageId, int qos) throws MqttException {
		if (qos != 2 || !this.received.acknowledge(messageId)) {
			super.messageArrivedComplete(messageId, qos);
		}
	}

	@Override
	protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options)
			throws MqttException, MqttSecurityException {
		NetworkModule[] modules = super.createNetworkModules(address, options);
		this.wanted = true;
		long longest = (options.getMaximumPacketSize() != null) ? options.getMaximumPacketSize() : LONGEST_PACKET;
		for (int i = 0; i < modules.length; i++) {
			modules[i] = new BarrierNetworkModule(modules[i], this.persistence, this.received, this.pahoComms, longest,
					(held) -> this.heldByRedis = held);
		}
		if (options.isAutomaticReconnect()) {
			this.persistence.onRecovered(this::reconnectIfHeld);
		}
		return modules;
	}

	/**
	 * Connect at once when Redis is back: the pauses between Paho's own attempts have
	 * grown to as much as 128 s by then.
	 * @return false if an attempt is under way that may still fail
	 */
	private boolean reconnectIfHeld() {
		if (!this.wanted || !this.heldByRedis || isConnected()) {
			return true;
		}
		try {
			reconnect();
		}
		catch (MqttException ex) {
			return ex.getReasonCode() == MqttClientException.REASON_CODE_CLIENT_CLOSED;
		}
		return false;
	}

	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable MqttActionListener callback, int reasonCode, MqttProperties properties) throws MqttException {
		this.wanted = false;
		return super.disconnect(quiesceTimeout, userContext, callback, reasonCode, properties);
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, int reasonCode,
			MqttProperties properties) throws MqttException {
		this.wanted = false;
		super.disconnectForcibly(quiesceTimeout, disconnectTimeout, reasonCode, properties);
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, boolean sendDisconnectPacket)
			throws MqttException {
		this.wanted = false;
		super.disconnectForcibly(quiesceTimeout, disconnectTimeout, sendDisconnectPacket);
	}

	@Override
	public void close(boolean force) throws MqttException {
		this.wanted = false;
		super.close(force);
	}

}
