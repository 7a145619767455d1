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

import io.github.mqttredis.paho.InboundPackets;
import io.github.mqttredis.paho.ObservedMessages;
import io.github.mqttredis.paho.PersistentClient;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.session.RecordEnvelope;
import org.eclipse.paho.client.mqttv3.DisconnectedBufferOptions;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttMessageListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttCallbackExtended;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttSecurityException;
import org.eclipse.paho.client.mqttv3.internal.NetworkModule;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 3 client that connects only as the owner of its session, sends no packet before
 * the records that it depends on are stored, and reconnects as soon as Redis is back. It
 * receives QoS 2 messages once, even across a lost link or a crash, and messages whose
 * topic Paho cannot decode.
 *
 * @since 0.1.0
 */
public class PersistentMqttAsyncClient extends StrictMqttAsyncClient {

	/** The longest packet there is (2.2.3). */
	private static final int LONGEST_PACKET = 268_435_460;

	private final PahoComms paho;

	private final PersistentClient<MqttConnectOptions, OfflineToken, MqttException> delegate;

	private volatile @Nullable DetachedConnectComplete detached;

	/**
	 * Create a client. Opens its session, which may wait for another owner.
	 * @param serverUri the broker's URI
	 * @param clientId the client id
	 * @param persistence the persistence of this client alone
	 * @throws MqttException if the session cannot be opened
	 */
	public PersistentMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, PersistentClient.withholdRecords(persistence));
		this.paho = new PahoComms(this.comms, persistence);
		this.delegate = new PersistentClient<>(clientId, persistence, this.paho);
	}

	@Override
	public void setCallback(@Nullable MqttCallback callback) {
		this.detached = (callback instanceof MqttCallbackExtended extended)
				? new DetachedConnectComplete(extended, this.delegate.notices(), this.delegate.reconnection()) : null;
		MqttCallback called = (this.detached != null) ? this.detached : callback;
		super.setCallback((called != null) ? new HandedCallback(called, this.delegate.received()) : null);
	}

	@Override
	public void setManualAcks(boolean manualAcks) {
		this.delegate.received().setManualAcks(manualAcks);
	}

	@Override
	public void messageArrivedComplete(int messageId, int qos) throws MqttException {
		if (this.delegate.acknowledge(messageId, qos)) {
			super.messageArrivedComplete(messageId, qos);
		}
	}

	@Override
	public IMqttToken subscribe(String[] topicFilters, int[] qos, @Nullable Object userContext,
			@Nullable IMqttActionListener callback, IMqttMessageListener @Nullable [] messageListeners)
			throws MqttException {
		IMqttToken token = super.subscribe(topicFilters, qos, userContext, callback, handed(messageListeners));
		DetachedConnectComplete connected = this.detached;
		return (connected != null && this.delegate.notices().isTelling())
				? new OvertakenSubscription(token, qos, connected::isDeliveryBlocked) : token;
	}

	private IMqttMessageListener @Nullable [] handed(IMqttMessageListener @Nullable [] listeners) {
		if (listeners == null) {
			return null;
		}
		ReceivedMessages received = this.delegate.received();
		IMqttMessageListener[] all = listeners.clone();
		for (int i = 0; i < all.length; i++) {
			IMqttMessageListener listener = all[i];
			if (listener != null) {
				all[i] = (topic, message) -> received.handle((headers) -> listener.messageArrived(topic, message));
			}
		}
		return all;
	}

	@Override
	public IMqttToken connect(@Nullable MqttConnectOptions options, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException, MqttSecurityException {
		MqttConnectOptions requested = (options != null) ? options : new MqttConnectOptions();
		return this.delegate.connect(requested, () -> {
			ConnectOptions.check(getClientId(), requested);
			MqttConnectOptions copy = ConnectOptions.copy(requested);
			copy.setAutomaticReconnect(false);
			if (copy.getMqttVersion() == MqttConnectOptions.MQTT_VERSION_DEFAULT) {
				// Paho would try each broker twice, and speak MQTT 3.1 from then on if
				// only the first attempt failed.
				copy.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
			}
			return super.connect(copy, userContext, new Connected(callback, this.delegate::connected));
		});
	}

	@Override
	public void reconnect() throws MqttException {
		this.delegate.reconnect(this::connectAgain);
	}

	private void connectAgain(@Nullable MqttConnectOptions options) throws MqttException {
		connect(options, null, null);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * With an offline buffer, a message that cannot be sent now waits there. Waiting for
	 * the returned token ends at once then, because the message is stored; the token is
	 * complete when the broker has the message.
	 */
	@Override
	public IMqttDeliveryToken publish(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		checkName(topic);
		ObservedMessages observed = this.delegate.observed();
		return (observed != null)
				? observed.publish(topic, message.getQos(), (headers) -> send(topic, message, userContext, callback))
				: send(topic, message, userContext, callback);
	}

	private IMqttDeliveryToken send(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		return this.delegate.publish(topic, () -> super.publish(topic, message, userContext, callback),
				() -> this.delegate.offline().add(this.paho.draft(topic, message, userContext, callback)));
	}

	/**
	 * Return whether messages may be published while this client is not connected.
	 * @return whether it has an offline buffer and is not closed
	 */
	public boolean isBufferingOffline() {
		return this.delegate.offline().isOpen();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * What the buffer holds is always stored in Redis.
	 */
	@Override
	public void setBufferOpts(DisconnectedBufferOptions options) {
		this.delegate.bufferOffline(options.isBufferEnabled(), options.getBufferSize(),
				options.isDeleteOldestMessages());
	}

	@Override
	public int getBufferedMessageCount() {
		return this.delegate.offline().size();
	}

	@Override
	public MqttMessage getBufferedMessage(int index) {
		try {
			return PahoComms.publish(RecordEnvelope.packet(this.delegate.offline().get(index).record())).getMessage();
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void deleteBufferedMessage(int index) {
		this.delegate.offline().removeAt(index);
	}

	@Override
	protected NetworkModule[] createNetworkModules(String address, MqttConnectOptions options)
			throws MqttException, MqttSecurityException {
		NetworkModule[] modules = super.createNetworkModules(address, options);
		MqttConnectOptions asked = this.delegate.attempting(options);
		this.delegate.reconnecting(asked.isAutomaticReconnect(), asked.getMaxReconnectDelay(), this::connectAgain);
		for (int i = 0; i < modules.length; i++) {
			modules[i] = new BarrierNetworkModule(modules[i],
					this.delegate.guard(options.getConnectionTimeout(), options.getKeepAliveInterval(),
							modules[i].getServerURI(),
							(received, undeliverable) -> new InboundPackets(received, undeliverable,
									() -> options.getMqttVersion() != MqttConnectOptions.MQTT_VERSION_3_1,
									LONGEST_PACKET)));
		}
		return modules;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * An attempt to connect is ended at once. Paho would wait for its CONNACK as for a
	 * message in flight, and completes only one of the two tokens, that of CONNECT or
	 * that of DISCONNECT ({@code ClientComms.handleOldTokens}).
	 */
	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		this.delegate.disconnecting();
		if (this.comms.isConnecting()) {
			dropLink(quiesceTimeout);
			return new EndedToken(getClientId(), userContext, callback);
		}
		return this.delegate.begin(() -> super.disconnect(quiesceTimeout, userContext, callback));
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout) throws MqttException {
		disconnectForcibly(quiesceTimeout, disconnectTimeout, true);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Returns as soon as the broker has been told. Paho waits all of the time for a
	 * DISCONNECT to be answered, which MQTT has no answer to, and if there is no link for
	 * what can only end with one.
	 */
	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, boolean sendDisconnectPacket)
			throws MqttException {
		this.delegate.disconnecting();
		if (!isConnected()) {
			dropLink(quiesceTimeout);
		}
		else if (!sendDisconnectPacket) {
			super.disconnectForcibly(quiesceTimeout, disconnectTimeout, false);
		}
		else if (!tellBroker(quiesceTimeout, disconnectTimeout)) {
			dropLink(quiesceTimeout);
		}
	}

	/**
	 * With a DISCONNECT, which is not sent, because Paho does not bear one less if the
	 * client was never connected ({@code ClientComms.handleOldTokens}).
	 */
	private void dropLink(long quiesceTimeout) throws MqttException {
		super.disconnectForcibly(Math.min(quiesceTimeout, 1), 1, true);
	}

	private boolean tellBroker(long quiesceTimeout, long disconnectTimeout) {
		try {
			this.delegate.begin(() -> super.disconnect(quiesceTimeout, null, null))
				.waitForCompletion(quiesceTimeout + disconnectTimeout);
			return true;
		}
		catch (MqttException ex) {
			return false;
		}
	}

	@Override
	public void close(boolean force) throws MqttException {
		this.delegate.close(() -> super.close(force));
	}

	/**
	 * Return whether this client's session was given back, because it was closed or the
	 * store stopped. It can do nothing more then, and another one has to be made.
	 * @return whether it was
	 */
	public boolean isOver() {
		return this.delegate.isOver();
	}

}
