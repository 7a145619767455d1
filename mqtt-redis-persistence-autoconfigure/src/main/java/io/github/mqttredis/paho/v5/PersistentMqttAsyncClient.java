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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.paho.BrokerLimits;
import io.github.mqttredis.paho.ObservedMessages;
import io.github.mqttredis.paho.PersistentClient;
import io.github.mqttredis.session.RecordEnvelope;
import org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSecurityException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 5 client that connects only as the owner of its session, sends no packet before
 * the records that it depends on are stored, and reconnects as soon as Redis is back. It
 * receives QoS 2 messages once, even across a lost link or a crash, and uses no topic
 * aliases in either direction.
 *
 * @since 0.1.0
 */
public class PersistentMqttAsyncClient extends StrictMqttAsyncClient {

	/** The longest packet there is (2.1.4). */
	private static final long LONGEST_PACKET = 268_435_460;

	private final PahoComms paho;

	private final PersistentClient<MqttConnectionOptions, OfflineToken, MqttException> delegate;

	private final Listeners listeners = new Listeners();

	private final ApplicationCallback callback;

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
		super(serverUri, clientId, PersistentClient.withholdRecords(persistence));
		this.paho = new PahoComms(this.comms, persistence);
		this.delegate = new PersistentClient<>(clientId, persistence, this.paho);
		this.callback = new ApplicationCallback(this.listeners, this.delegate);
	}

	@Override
	public void setCallback(@Nullable MqttCallback callback) {
		this.callback.delegate(callback);
		useCallback();
	}

	private void useCallback() {
		// So that two who change it do not undo each other; nothing else takes the lock.
		synchronized (this.listeners) {
			super.setCallback(this.callback.isWanted() ? this.callback : null);
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Listeners are kept here and not by Paho, see {@link Listeners}.
	 */
	@Override
	public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
			@Nullable MqttActionListener callback, IMqttMessageListener @Nullable [] messageListeners,
			@Nullable MqttProperties properties) throws MqttException {
		checkFilters(subscriptions, properties);
		Integer identifier = (properties != null) ? properties.getSubscriptionIdentifier() : null;
		List<Runnable> undoing = new ArrayList<>();
		for (int i = 0; i < subscriptions.length; i++) {
			undoing.add(this.listeners.set(subscriptions[i].getTopic(),
					(messageListeners != null) ? messageListeners[i] : null, identifier));
		}
		useCallback();
		try {
			return super.subscribe(subscriptions, userContext, callback, properties);
		}
		catch (MqttException | RuntimeException ex) {
			undoing.forEach(Runnable::run);
			useCallback();
			throw ex;
		}
	}

	@Override
	public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
			@Nullable MqttActionListener callback, @Nullable IMqttMessageListener messageListener,
			@Nullable MqttProperties properties) throws MqttException {
		IMqttMessageListener[] each = new IMqttMessageListener[subscriptions.length];
		Arrays.fill(each, messageListener);
		return subscribe(subscriptions, userContext, callback, each, properties);
	}

	@Override
	public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
			@Nullable MqttActionListener callback, @Nullable MqttProperties properties) throws MqttException {
		return subscribe(subscriptions, userContext, callback, (IMqttMessageListener[]) null, properties);
	}

	@Override
	public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
			@Nullable MqttActionListener callback, @Nullable MqttProperties properties) throws MqttException {
		IMqttToken token = super.unsubscribe(topicFilters, userContext, callback, properties);
		for (String filter : topicFilters) {
			this.listeners.set(filter, null, null);
		}
		useCallback();
		return token;
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
	public IMqttToken connect(@Nullable MqttConnectionOptions options, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException, MqttSecurityException {
		MqttConnectionOptions requested = (options != null) ? options : new MqttConnectionOptions();
		return this.delegate.connect(requested, () -> {
			ConnectOptions.check(getClientId(), requested);
			MqttConnectionOptions copy = ConnectOptions.copy(requested);
			copy.setAutomaticReconnect(false);
			// Paho loses the topic that an alias of the broker stands for (it asks a
			// Hashtable whether it contains the alias as a value).
			copy.setTopicAliasMaximum(null);
			return super.connect(copy, userContext, new Connected(callback, this.delegate::connected));
		});
	}

	@Override
	public void reconnect() throws MqttException {
		this.delegate.reconnect(this::connectAgain);
	}

	private void connectAgain(@Nullable MqttConnectionOptions options) throws MqttException {
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
	public IMqttToken publish(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException {
		check(topic, message.getProperties());
		String excess = excess(topic, message);
		if (excess != null) {
			throw new RefusedMessageException(MqttException.REASON_CODE_CLIENT_EXCEPTION,
					"MQTT client '" + getClientId() + "' does not publish to '" + topic + "': " + excess);
		}
		ObservedMessages observed = this.delegate.observed();
		return (observed != null)
				? observed.publish(topic, message.getQos(),
						(headers) -> send(topic, traced(topic, message, headers), userContext, callback))
				: send(topic, message, userContext, callback);
	}

	/** No message is too large for the broker only because it is traced. */
	private MqttMessage traced(String topic, MqttMessage message, Map<String, String> headers) throws MqttException {
		MqttMessage traced = TracedMessages.with(message, headers);
		return (traced == message || excess(topic, traced) == null) ? traced : message;
	}

	private IMqttToken send(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException {
		return this.delegate.publish(topic, () -> this.paho.publish(topic, message, userContext, callback),
				() -> this.delegate.offline().add(this.paho.draft(topic, message, userContext, callback)));
	}

	/** What the broker announced last counts without a link as well. */
	private @Nullable String excess(String topic, MqttMessage message) throws MqttException {
		BrokerLimits limits = this.delegate.undeliverable().limits();
		if (limits.equals(BrokerLimits.NONE)) {
			return null;
		}
		MqttPublish publish = new MqttPublish(topic, message,
				(message.getProperties() != null) ? message.getProperties() : new MqttProperties());
		publish.setMessageId(1);
		return limits.excess(publish.getHeader().length + publish.getPayload().length, message.getQos(),
				message.isRetained());
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
	protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options)
			throws MqttException, MqttSecurityException {
		NetworkModule[] modules = super.createNetworkModules(address, options);
		MqttConnectionOptions asked = this.delegate.attempting(options);
		this.delegate.reconnecting(asked.isAutomaticReconnect(), asked.getMaxReconnectDelay(), this::connectAgain);
		long longest = (options.getMaximumPacketSize() != null) ? options.getMaximumPacketSize() : LONGEST_PACKET;
		for (int i = 0; i < modules.length; i++) {
			modules[i] = new BarrierNetworkModule(modules[i], this.delegate.guard(options.getConnectionTimeout(),
					options.getKeepAliveInterval(), modules[i].getServerURI(),
					(received, undeliverable) -> new Mqtt5InboundPackets(received, undeliverable, this.paho, longest)));
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
			@Nullable MqttActionListener callback, int reasonCode, MqttProperties properties) throws MqttException {
		this.delegate.disconnecting();
		if (this.comms.isConnecting()) {
			dropLink(quiesceTimeout, reasonCode, properties);
			return new EndedToken(getClientId(), userContext, callback);
		}
		return this.delegate
			.begin(() -> super.disconnect(quiesceTimeout, userContext, callback, reasonCode, properties));
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Returns as soon as the broker has been told. Paho waits all of the time for a
	 * DISCONNECT to be answered, which MQTT has no answer to, and if there is no link for
	 * what can only end with one.
	 */
	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, int reasonCode,
			MqttProperties properties) throws MqttException {
		this.delegate.disconnecting();
		if (!isConnected() || !tellBroker(quiesceTimeout, disconnectTimeout, reasonCode, properties)) {
			dropLink(quiesceTimeout, reasonCode, properties);
		}
	}

	/**
	 * With a DISCONNECT, which is not sent, because Paho does not bear one less if the
	 * client was never connected ({@code ClientComms.handleOldTokens}).
	 */
	private void dropLink(long quiesceTimeout, int reasonCode, MqttProperties properties) throws MqttException {
		super.disconnectForcibly(Math.min(quiesceTimeout, 1), 1, reasonCode, properties);
	}

	private boolean tellBroker(long quiesceTimeout, long disconnectTimeout, int reasonCode, MqttProperties properties) {
		try {
			this.delegate.begin(() -> super.disconnect(quiesceTimeout, null, null, reasonCode, properties))
				.waitForCompletion(quiesceTimeout + disconnectTimeout);
			return true;
		}
		catch (MqttException ex) {
			return false;
		}
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, boolean sendDisconnectPacket)
			throws MqttException {
		if (sendDisconnectPacket || !isConnected()) {
			disconnectForcibly(quiesceTimeout, disconnectTimeout, MqttReturnCode.RETURN_CODE_SUCCESS,
					new MqttProperties());
		}
		else {
			this.delegate.disconnecting();
			super.disconnectForcibly(quiesceTimeout, disconnectTimeout, false);
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
