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

import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.paho.ClientSession;
import io.github.mqttredis.session.BufferedRecords;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the session of one Paho 3 client in a {@link SessionStore}. Every client needs an
 * instance of its own.
 * <p>
 * All methods may be called by any thread. {@code put} and {@code clear} wait until the
 * record is stored, at most for the write time-out; Paho calls {@code put} with its queue
 * lock held. Where the client is a {@link PersistentMqttAsyncClient}, that one waits in
 * place of {@code put}, as late as the durability allows. {@code remove}, {@code get},
 * {@code keys} and {@code containsKey} never wait. A call before the first {@code open}
 * fails; {@code close} only notes that the client is not connected, because Paho's
 * threads may still have records to put away, and what they do then counts.
 *
 * @since 0.1.0
 */
public final class SessionMqttClientPersistence implements MqttClientPersistence {

	private static final String SENT = "s-";

	private final SessionStore store;

	private final @Nullable String brokerId;

	private final OfflineBufferSettings offlineBuffer;

	private final FormerStore formerStore;

	/** Whether Paho is not shown what our client sends and receives in its place. */
	private volatile boolean recordsWithheld;

	/**
	 * Guards the first opening. Redis may be asked while it is held; no other lock of
	 * ours or Paho's is ever wanted by a thread that holds it.
	 */
	private final ReentrantLock opening = new ReentrantLock();

	private volatile @Nullable Session session;

	private volatile Runnable completed = () -> {
	};

	/** Whether the session was given back, because its client is closed for good. */
	private volatile boolean released;

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
		this.formerStore = formerStore;
		this.store = store;
		this.brokerId = brokerId;
		this.offlineBuffer = offlineBuffer;
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
		SessionId id = (this.brokerId != null) ? new SessionId(clientId, this.brokerId, MqttVersion.V3)
				: SessionId.ofUri(clientId, serverUri, MqttVersion.V3);
		this.opening.lock();
		try {
			Session opened = this.session;
			if (opened == null || this.released) {
				this.released = false;
				this.session = this.store.open(id, this.formerStore.of(id, serverUri));
				return;
			}
			if (!opened.id().equals(id)) {
				throw SessionPersistenceException.inUse("This persistence serves MQTT session " + opened.id()
						+ " and cannot serve " + id + " as well. Give each client a persistence of its own");
			}
			opened.resume();
		}
		catch (SessionException | RuntimeException ex) {
			throw SessionPersistenceException.of(ex);
		}
		finally {
			this.opening.unlock();
		}
	}

	@Override
	public void close() {
		Session opened = this.session;
		if (opened != null) {
			opened.pause();
		}
	}

	@Override
	public void put(String key, MqttPersistable persistable) throws MqttPersistenceException {
		Session opened = opened("put " + key);
		try {
			opened.put(key, StoredRecord.encode(persistable));
		}
		catch (SessionException | RuntimeException ex) {
			throw SessionPersistenceException.of(ex);
		}
	}

	@Override
	public MqttPersistable get(String key) throws MqttPersistenceException {
		byte[] record = opened("get " + key).get(key);
		if (record == null) {
			// Paho does not expect null: it would end in a NullPointerException.
			throw SessionPersistenceException.missing("There is no record " + key + ". Ask containsKey first");
		}
		return new StoredRecord(record);
	}

	@Override
	public void remove(String key) throws MqttPersistenceException {
		opened("remove " + key).remove(key);
		if (key.startsWith(SENT)) {
			this.completed.run();
		}
	}

	@Override
	public Enumeration<String> keys() throws MqttPersistenceException {
		Session opened = opened("list keys");
		return Collections.enumeration(this.recordsWithheld ? ClientSession.shownToPaho(opened) : opened.keys());
	}

	@Override
	public void clear() throws MqttPersistenceException {
		Session opened = opened("clear");
		try {
			if (this.recordsWithheld) {
				BufferedRecords.clearOthers(opened);
			}
			else {
				opened.clear();
			}
		}
		catch (SessionException | RuntimeException ex) {
			throw SessionPersistenceException.of(ex);
		}
	}

	@Override
	public boolean containsKey(String key) throws MqttPersistenceException {
		return opened("look for " + key).contains(key);
	}

	private Session opened(String what) throws MqttPersistenceException {
		Session opened = this.session;
		if (opened == null) {
			throw SessionPersistenceException.missing("Cannot " + what + ": the persistence was never opened. "
					+ "Paho opens it when the client is created; call open before you use it by hand");
		}
		return opened;
	}

	/**
	 * Keep back from Paho what waits in the offline buffer, and what was received: our
	 * client sends and delivers it.
	 * @return this
	 */
	SessionMqttClientPersistence withholdRecords() {
		this.recordsWithheld = true;
		return this;
	}

	/**
	 * Have somebody told when a message is no longer in flight.
	 * @param completed called by Paho's threads, with locks of Paho's held
	 */
	void onCompleted(Runnable completed) {
		this.completed = completed;
	}

	OfflineBufferSettings offlineBuffer() {
		return this.offlineBuffer;
	}

	/**
	 * Return what the client asks of its session besides what Paho asks of a persistence.
	 * @return the client's side of the session
	 * @throws MqttPersistenceException if the session was never opened
	 */
	ClientSession<MqttPersistenceException> client() throws MqttPersistenceException {
		Session opened = opened("serve a client");
		return new ClientSession<>(opened, () -> {
			this.released = true;
			this.store.release(opened);
		}, SessionPersistenceException::of);
	}

	@Override
	public String toString() {
		Session opened = this.session;
		return (opened != null) ? "persistence of MQTT session " + opened.id() : "persistence that was never opened";
	}

}
