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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.mqttredis.paho.BrokerLimits;
import io.github.mqttredis.paho.ClientSession;
import io.github.mqttredis.paho.ConnectNotices;
import io.github.mqttredis.paho.GuardedLink;
import io.github.mqttredis.paho.OfflineQueue;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.Reconnection;
import io.github.mqttredis.paho.UndeliverableMessages;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import org.eclipse.paho.mqttv5.client.DisconnectedBufferOptions;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.MqttSecurityException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 5 client that connects only as the owner of its session, sends no packet before
 * the records that it depends on are stored, and comes back as soon as Redis does. It
 * receives messages of QoS 2 once, also across a lost link or a crash, and uses no topic
 * aliases, of its own or of the broker's.
 *
 * @since 0.1.0
 */
public class PersistentMqttAsyncClient extends StrictMqttAsyncClient {

	/** The longest packet there is (2.1.4). */
	private static final long LONGEST_PACKET = 268_435_460;

	private final ClientSession<MqttPersistenceException> session;

	private final PahoComms pahoComms;

	private final OfflineQueue<OfflineToken, MqttException> offline;

	private final OfflineOutlet outlet;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private final Reconnection reconnection = new Reconnection();

	private final Listeners listeners = new Listeners();

	private final ApplicationCallback callback;

	/** What the application connects with, and what it connected with last. */
	private @Nullable MqttConnectionOptions requested;

	private @Nullable MqttConnectionOptions options;

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
		super(serverUri, clientId, persistence.withholdRecords());
		ClientComms paho = this.comms;
		ConnectNotices notices = new ConnectNotices(clientId, this.reconnection,
				(cause) -> paho.shutdownConnection(null, new MqttException(cause), null));
		this.callback = new ApplicationCallback(this.listeners, notices, this.reconnection);
		this.session = persistence.client();
		this.pahoComms = new PahoComms(this.comms);
		this.received = new ReceivedMessages(this.session, this.pahoComms);
		this.undeliverable = new UndeliverableMessages(this.session);
		this.session.guarded();
		this.outlet = new OfflineOutlet(clientId, this.comms, this.pahoComms, persistence);
		this.offline = new OfflineQueue<>(clientId, this.outlet, OfflineOutlet.packetIds(this.comms),
				persistence.offlineBuffer(), this.session.buffered());
		persistence.onCompleted(this.offline::completed);
		this.session.serveRequests(this.offline, this.received);
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
			MqttProperties properties) throws MqttException {
		checkFilters(subscriptions, properties);
		List<Runnable> undoing = new ArrayList<>();
		for (int i = 0; i < subscriptions.length; i++) {
			undoing.add(this.listeners.set(subscriptions[i].getTopic(),
					(messageListeners != null) ? messageListeners[i] : null, properties.getSubscriptionIdentifier()));
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
			MqttProperties properties) throws MqttException {
		IMqttMessageListener[] each = new IMqttMessageListener[subscriptions.length];
		Arrays.fill(each, messageListener);
		return subscribe(subscriptions, userContext, callback, each, properties);
	}

	@Override
	public IMqttToken subscribe(MqttSubscription[] subscriptions, @Nullable Object userContext,
			@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
		return subscribe(subscriptions, userContext, callback, (IMqttMessageListener[]) null, properties);
	}

	@Override
	public IMqttToken unsubscribe(String[] topicFilters, @Nullable Object userContext,
			@Nullable MqttActionListener callback, MqttProperties properties) throws MqttException {
		IMqttToken token = super.unsubscribe(topicFilters, userContext, callback, properties);
		for (String filter : topicFilters) {
			this.listeners.set(filter, null, null);
		}
		useCallback();
		return token;
	}

	@Override
	public void setManualAcks(boolean manualAcks) {
		this.received.setManualAcks(manualAcks);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Without a link a message of QoS 1 is not acknowledged, because the broker sends it
	 * again, and one of QoS 2 is complete as soon as the broker asks for it. Paho would
	 * keep the answer, and its sender would stop over it when the client connects.
	 */
	@Override
	public void messageArrivedComplete(int messageId, int qos) throws MqttException {
		if (qos == 2 && acknowledge(messageId)) {
			return;
		}
		if (isConnected()) {
			super.messageArrivedComplete(messageId, qos);
		}
	}

	private boolean acknowledge(int messageId) throws MqttException {
		try {
			return this.received.acknowledge(messageId);
		}
		catch (IOException ex) {
			throw new MqttException(ex);
		}
	}

	@Override
	public IMqttToken connect(@Nullable MqttConnectionOptions options, @Nullable Object userContext,
			@Nullable MqttActionListener callback) throws MqttException, MqttSecurityException {
		return this.reconnection.alone(() -> {
			this.requested = (options != null) ? options : new MqttConnectionOptions();
			MqttConnectionOptions copy = ConnectOptions.copy(this.requested);
			copy.setAutomaticReconnect(false);
			// Paho loses the topic that an alias of the broker stands for (it asks a
			// Hashtable whether it contains the alias as a value).
			copy.setTopicAliasMaximum(null);
			return super.connect(copy, userContext, new Connected(callback, this::onConnected));
		});
	}

	@Override
	public void reconnect() throws MqttException {
		this.reconnection.reconnecting();
		connectAgain();
	}

	private void connectAgain() throws MqttException {
		this.reconnection.alone(() -> connect(this.options, null, null));
	}

	private void onConnected() {
		this.reconnection.accepted();
		this.offline.flush();
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
		checkLimits(topic, message);
		if (!this.offline.isInUse()) {
			try {
				return this.session.publish(() -> super.publish(topic, message, userContext, callback));
			}
			catch (MqttException ex) {
				if (!this.offline.serves(ex)) {
					throw ex;
				}
			}
		}
		return this.offline.add((key, id) -> this.outlet.store(key, id, topic, message, userContext, callback));
	}

	/** What the broker announced last counts without a link as well. */
	private void checkLimits(String topic, MqttMessage message) throws MqttException {
		BrokerLimits limits = this.undeliverable.limits();
		if (limits.equals(BrokerLimits.NONE)) {
			return;
		}
		MqttPublish publish = new MqttPublish(topic, message,
				(message.getProperties() != null) ? message.getProperties() : new MqttProperties());
		publish.setMessageId(1);
		String excess = limits.excess(publish.getHeader().length + publish.getPayload().length, message.getQos(),
				message.isRetained());
		if (excess != null) {
			throw new RefusedMessageException(
					"MQTT client '" + getClientId() + "' does not publish to '" + topic + "': " + excess);
		}
	}

	/**
	 * Return whether messages may be published while this client is not connected.
	 * @return whether it has an offline buffer and is not closed
	 */
	public boolean isBufferingOffline() {
		return this.offline.isOpen();
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * What the buffer holds is always stored in Redis.
	 */
	@Override
	public void setBufferOpts(DisconnectedBufferOptions options) {
		this.offline.settings(new OfflineBufferSettings(options.isBufferEnabled(), options.getBufferSize(),
				options.isDeleteOldestMessages() ? WhenFull.DROP_OLDEST : WhenFull.REJECT));
	}

	@Override
	public int getBufferedMessageCount() {
		return this.offline.size();
	}

	@Override
	public MqttMessage getBufferedMessage(int index) {
		try {
			return this.outlet.get(this.offline.keyAt(index)).getMessage();
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void deleteBufferedMessage(int index) {
		this.offline.removeAt(index);
	}

	@Override
	protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options)
			throws MqttException, MqttSecurityException {
		NetworkModule[] modules = super.createNetworkModules(address, options);
		MqttConnectionOptions asked = (this.requested != null) ? this.requested : options;
		this.options = asked;
		this.reconnection.connecting(new Link(), asked.isAutomaticReconnect(), asked.getMaxReconnectDelay());
		long longest = (options.getMaximumPacketSize() != null) ? options.getMaximumPacketSize() : LONGEST_PACKET;
		Duration answerLimit = Duration.ofSeconds(options.getConnectionTimeout());
		for (int i = 0; i < modules.length; i++) {
			modules[i] = new BarrierNetworkModule(modules[i],
					new GuardedLink(this.session, this.pahoComms, this.reconnection, this.undeliverable, answerLimit,
							Duration.ofSeconds(options.getKeepAliveInterval())),
					this.received, this.undeliverable, this.pahoComms, longest);
		}
		if (asked.isAutomaticReconnect()) {
			this.session.onRecovered(this.reconnection::redisIsBack);
		}
		return modules;
	}

	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable MqttActionListener callback, int reasonCode, MqttProperties properties) throws MqttException {
		this.session.leaving();
		this.reconnection.disconnecting();
		return super.disconnect(quiesceTimeout, userContext, callback, reasonCode, properties);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Returns as soon as the broker has been told. Paho waits all of the time for a
	 * DISCONNECT to be answered, which MQTT has no answer to, and where there is no link
	 * for what can only end with one.
	 */
	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, int reasonCode,
			MqttProperties properties) throws MqttException {
		this.session.leaving();
		this.reconnection.disconnecting();
		if (!isConnected() || !tellBroker(quiesceTimeout, disconnectTimeout, reasonCode, properties)) {
			dropLink(quiesceTimeout, reasonCode, properties);
		}
	}

	/**
	 * With a DISCONNECT, which is not sent, because Paho does not bear one less where the
	 * client was never connected ({@code ClientComms.handleOldTokens}).
	 */
	private void dropLink(long quiesceTimeout, int reasonCode, MqttProperties properties) throws MqttException {
		super.disconnectForcibly(Math.min(quiesceTimeout, 1), 1, reasonCode, properties);
	}

	private boolean tellBroker(long quiesceTimeout, long disconnectTimeout, int reasonCode, MqttProperties properties) {
		try {
			super.disconnect(quiesceTimeout, null, null, reasonCode, properties)
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
			this.session.leaving();
			this.reconnection.disconnecting();
			super.disconnectForcibly(quiesceTimeout, disconnectTimeout, false);
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A client that was disconnected gives its session back also where Paho cannot close
	 * it.
	 */
	@Override
	public void close(boolean force) throws MqttException {
		this.reconnection.disconnecting();
		try {
			this.pahoComms.awaitLastAttempt(this.comms::isConnecting);
			super.close(force);
		}
		finally {
			if (!isConnected()) {
				this.session.closed();
			}
		}
	}

	/** What gets this client's link back. */
	private final class Link implements Reconnection.Client {

		@Override
		public boolean isConnected() {
			return PersistentMqttAsyncClient.this.comms.isConnected();
		}

		@Override
		public boolean isConnecting() {
			return PersistentMqttAsyncClient.this.comms.isConnecting();
		}

		@Override
		public void connect() throws MqttException {
			connectAgain();
		}

	}

}
