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

import io.github.mqttredis.paho.SessionPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.internal.MqttPersistentData;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttPersistable;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.packet.MqttPersistableWireMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * Stores the session of one Paho 5 client in a {@link SessionStore}. Each client needs
 * its own instance. See {@link SessionPersistence} for which calls wait, and for threads.
 *
 * @since 0.1.0
 */
public final class SessionMqttClientPersistence extends SessionPersistence<MqttPersistenceException>
		implements MqttClientPersistence {

	private final TopicAliases topics = new TopicAliases();

	private final SessionId broker;

	private final String serverUri;

	/**
	 * Create the persistence of one client.
	 * @param store where sessions are kept
	 * @param serverUri the first URI that the client is given: Paho 5 does not tell its
	 * persistence
	 * @param brokerId the broker's name in stored sessions, {@code null} to use its URI
	 */
	public SessionMqttClientPersistence(SessionStore store, String serverUri, @Nullable String brokerId) {
		this(store, serverUri, brokerId, OfflineBufferSettings.DISABLED, FormerStore.NONE);
	}

	/**
	 * Create the persistence of one client with an offline buffer, and with what the
	 * client left elsewhere.
	 * @param store where sessions are kept
	 * @param serverUri the first URI that the client is given
	 * @param brokerId the broker's name in stored sessions, {@code null} to use its URI
	 * @param offlineBuffer what a {@link PersistentMqttAsyncClient} does with messages
	 * that it cannot send
	 * @param formerStore where the client stored its session before
	 */
	public SessionMqttClientPersistence(SessionStore store, String serverUri, @Nullable String brokerId,
			OfflineBufferSettings offlineBuffer, FormerStore formerStore) {
		super(store, offlineBuffer, formerStore);
		this.serverUri = serverUri;
		this.broker = (brokerId != null) ? new SessionId("", brokerId, MqttVersion.V5)
				: SessionId.ofUri("", serverUri, MqttVersion.V5);
	}

	/**
	 * Open the client's session. The first call owns and loads it and may wait for
	 * another owner; later ones, which Paho makes before every attempt to connect, do not
	 * ask Redis.
	 * @param clientId the client's id, which must not be empty: the broker would assign
	 * another one at every start, and the session would never be found again
	 * @throws MqttPersistenceException if somebody else owns the session
	 * ({@code REASON_CODE_PERSISTENCE_IN_USE}), Redis cannot be asked, this instance
	 * serves another client, or the client id is empty
	 */
	@Override
	public void open(String clientId) throws MqttPersistenceException {
		if (clientId.isEmpty()) {
			throw missing("An MQTT session without a client id cannot be stored: the broker would assign a new "
					+ "id at every start. Set mqtt.client.client-id, or the client id of the component");
		}
		this.topics.forget();
		open(new SessionId(clientId, this.broker.broker(), MqttVersion.V5), this.serverUri);
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
		put(key, () -> {
			if (persistable instanceof MqttPublish publish && key.startsWith(RecordKind.SENT.prefix())) {
				this.topics.complete(publish);
			}
			return encode(persistable);
		});
	}

	static byte[] encode(MqttPersistable persistable) throws MqttPersistenceException {
		byte[] header = persistable.getHeaderBytes();
		// Paho's packets encode their header anew at each question.
		int length = (persistable instanceof MqttPersistableWireMessage) ? header.length
				: persistable.getHeaderLength();
		return join(header, persistable.getHeaderOffset(), length, persistable.getPayloadBytes(),
				persistable.getPayloadOffset(), persistable.getPayloadLength());
	}

	@Override
	public MqttPersistable get(String key) throws MqttPersistenceException {
		return persistable(key, record(key));
	}

	private static MqttPersistable persistable(String key, byte[] record) {
		return new MqttPersistentData(key, record, 0, record.length, null, 0, 0);
	}

	@Override
	protected void decode(byte[] packet) throws MqttException {
		MqttWireMessage.createWireMessage(persistable("", packet));
	}

	@Override
	protected MqttPersistenceException failure(int reasonCode, String message, Throwable cause) {
		return new Failure(reasonCode, message, cause);
	}

	/** Paho's own kind of exception, with a message that says what to do. */
	private static final class Failure extends MqttPersistenceException {

		private static final long serialVersionUID = 1L;

		private final String message;

		Failure(int reasonCode, String message, Throwable cause) {
			super(reasonCode, cause);
			this.message = message;
		}

		@Override
		public String getMessage() {
			return this.message;
		}

	}

}
