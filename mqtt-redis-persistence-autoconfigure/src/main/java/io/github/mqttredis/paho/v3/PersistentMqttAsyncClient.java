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
import java.time.Duration;

import io.github.mqttredis.paho.ClientSession;
import io.github.mqttredis.paho.ConnectNotices;
import io.github.mqttredis.paho.GuardedLink;
import io.github.mqttredis.paho.OfflineQueue;
import io.github.mqttredis.paho.ReceivedMessages;
import io.github.mqttredis.paho.Reconnection;
import io.github.mqttredis.paho.UndeliverableMessages;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
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
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.MqttSecurityException;
import org.eclipse.paho.client.mqttv3.internal.ClientComms;
import org.eclipse.paho.client.mqttv3.internal.NetworkModule;
import org.jspecify.annotations.Nullable;

/**
 * A Paho 3 client that connects only as the owner of its session, sends no packet before
 * the records that it depends on are stored, and comes back as soon as Redis does. It
 * receives messages of QoS 2 once, also across a lost link or a crash, and those whose
 * topic Paho cannot decode.
 *
 * @since 0.1.0
 */
public class PersistentMqttAsyncClient extends StrictMqttAsyncClient {

	private final ClientSession<MqttPersistenceException> session;

	private final PahoComms pahoComms;

	private final OfflineQueue<OfflineToken, MqttException> offline;

	private final OfflineOutlet outlet;

	private final ReceivedMessages received;

	private final UndeliverableMessages undeliverable;

	private volatile @Nullable DetachedConnectComplete detached;

	private final Reconnection reconnection = new Reconnection();

	private final ConnectNotices notices;

	/** What the application connects with, and what it connected with last. */
	private @Nullable MqttConnectOptions requested;

	private @Nullable MqttConnectOptions options;

	/**
	 * Create a client. Opens its session, which may wait for another owner.
	 * @param serverUri the broker's URI
	 * @param clientId the client id
	 * @param persistence the persistence of this client alone
	 * @throws MqttException if the session cannot be opened
	 */
	public PersistentMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
			throws MqttException {
		super(serverUri, clientId, persistence.withholdRecords());
		ClientComms paho = this.comms;
		this.notices = new ConnectNotices(clientId, this.reconnection,
				(cause) -> paho.shutdownConnection(null, new MqttException(cause)));
		this.session = persistence.client();
		this.pahoComms = new PahoComms(this.comms);
		this.received = new ReceivedMessages(this.session, this.pahoComms);
		this.undeliverable = new UndeliverableMessages(this.session);
		this.session.guarded();
		this.outlet = new OfflineOutlet(clientId, this.comms, persistence);
		this.offline = new OfflineQueue<>(clientId, this.outlet, OfflineOutlet.packetIds(this.comms),
				persistence.offlineBuffer(), this.session.buffered());
		persistence.onCompleted(this.offline::completed);
		this.session.serveRequests(this.offline, this.received);
	}

	@Override
	public void setCallback(@Nullable MqttCallback callback) {
		this.detached = (callback instanceof MqttCallbackExtended extended)
				? new DetachedConnectComplete(extended, this.notices, this.reconnection) : null;
		super.setCallback((this.detached != null) ? this.detached : callback);
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
	public IMqttToken subscribe(String[] topicFilters, int[] qos, @Nullable Object userContext,
			@Nullable IMqttActionListener callback, IMqttMessageListener @Nullable [] messageListeners)
			throws MqttException {
		IMqttToken token = super.subscribe(topicFilters, qos, userContext, callback, messageListeners);
		DetachedConnectComplete connected = this.detached;
		return (connected != null && this.notices.isTelling())
				? new OvertakenSubscription(token, qos, connected::isDeliveryBlocked) : token;
	}

	@Override
	public IMqttToken connect(@Nullable MqttConnectOptions options, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException, MqttSecurityException {
		return this.reconnection.alone(() -> {
			this.requested = (options != null) ? options : new MqttConnectOptions();
			MqttConnectOptions copy = ConnectOptions.copy(this.requested);
			copy.setAutomaticReconnect(false);
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
	public IMqttDeliveryToken publish(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		checkName(topic);
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
	protected NetworkModule[] createNetworkModules(String address, MqttConnectOptions options)
			throws MqttException, MqttSecurityException {
		NetworkModule[] modules = super.createNetworkModules(address, options);
		MqttConnectOptions asked = (this.requested != null) ? this.requested : options;
		this.options = asked;
		this.reconnection.connecting(new Link(), asked.isAutomaticReconnect(), asked.getMaxReconnectDelay());
		Duration answerLimit = Duration.ofSeconds(options.getConnectionTimeout());
		for (int i = 0; i < modules.length; i++) {
			modules[i] = new BarrierNetworkModule(modules[i],
					new GuardedLink(this.session, this.pahoComms, this.reconnection, this.undeliverable, answerLimit,
							Duration.ofSeconds(options.getKeepAliveInterval())),
					this.received, this.undeliverable, this.pahoComms,
					() -> options.getMqttVersion() != MqttConnectOptions.MQTT_VERSION_3_1);
		}
		if (asked.isAutomaticReconnect()) {
			this.session.onRecovered(this.reconnection::redisIsBack);
		}
		return modules;
	}

	@Override
	public IMqttToken disconnect(long quiesceTimeout, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		this.session.leaving();
		this.reconnection.disconnecting();
		return super.disconnect(quiesceTimeout, userContext, callback);
	}

	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout) throws MqttException {
		disconnectForcibly(quiesceTimeout, disconnectTimeout, true);
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Returns as soon as the broker has been told. Paho waits all of the time for a
	 * DISCONNECT to be answered, which MQTT has no answer to, and where there is no link
	 * for what can only end with one.
	 */
	@Override
	public void disconnectForcibly(long quiesceTimeout, long disconnectTimeout, boolean sendDisconnectPacket)
			throws MqttException {
		this.session.leaving();
		this.reconnection.disconnecting();
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
	 * With a DISCONNECT, which is not sent, because Paho does not bear one less where the
	 * client was never connected ({@code ClientComms.handleOldTokens}).
	 */
	private void dropLink(long quiesceTimeout) throws MqttException {
		super.disconnectForcibly(Math.min(quiesceTimeout, 1), 1, true);
	}

	private boolean tellBroker(long quiesceTimeout, long disconnectTimeout) {
		try {
			super.disconnect(quiesceTimeout, null, null).waitForCompletion(quiesceTimeout + disconnectTimeout);
			return true;
		}
		catch (MqttException ex) {
			return false;
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
