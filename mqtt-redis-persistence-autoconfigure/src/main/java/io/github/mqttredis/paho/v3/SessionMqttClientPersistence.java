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

import io.github.mqttredis.paho.SessionPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPersistableWireMessage;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;
import org.jspecify.annotations.Nullable;

/**
 * Stores the session of one Paho 3 client in a {@link SessionStore}. Each client needs
 * its own instance. See {@link SessionPersistence} for which calls wait, and for threads.
 *
 * @since 0.1.0
 */
public final class SessionMqttClientPersistence extends SessionPersistence<MqttPersistenceException>
		implements MqttClientPersistence {

	private final @Nullable String brokerId;

	/**
	 * Create the persistence of one client.
	 * @param store where sessions are kept
	 * @param brokerId the broker's name in stored sessions, {@code null} to use its URI
	 */
	public SessionMqttClientPersistence(SessionStore store, @Nullable String brokerId) {
		this(store, brokerId, OfflineBufferSettings.DISABLED, FormerStore.NONE);
	}

	/**
	 * Create the persistence of one client with an offline buffer, and with what the
	 * client left elsewhere.
	 * @param store where sessions are kept
	 * @param brokerId the broker's name in stored sessions, {@code null} to use its URI
	 * @param offlineBuffer what a {@link PersistentMqttAsyncClient} does with messages
	 * that it cannot send
	 * @param formerStore where the client stored its session before
	 */
	public SessionMqttClientPersistence(SessionStore store, @Nullable String brokerId,
			OfflineBufferSettings offlineBuffer, FormerStore formerStore) {
		super(store, offlineBuffer, formerStore);
		this.brokerId = brokerId;
	}

	/**
	 * Open the client's session. The first call owns and loads it and may wait for
	 * another owner; later ones, which Paho makes before every attempt to connect, do not
	 * ask Redis.
	 * @param clientId the client's id
	 * @param serverUri the client's server URI
	 * @throws MqttPersistenceException if somebody else owns the session
	 * ({@code REASON_CODE_PERSISTENCE_IN_USE}), Redis cannot be asked, or this instance
	 * serves another client
	 */
	@Override
	public void open(String clientId, String serverUri) throws MqttPersistenceException {
		open((this.brokerId != null) ? new SessionId(clientId, this.brokerId, MqttVersion.V3)
				: SessionId.ofUri(clientId, serverUri, MqttVersion.V3), serverUri);
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
		put(key, () -> encode(persistable));
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
