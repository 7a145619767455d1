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

package io.github.mqttredis.paho;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordEnvelope;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.UndeliveredMessages;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Stores the session of one Paho client in a {@link SessionStore}: what the persistences
 * for both versions do alike. Each client needs its own instance.
 * <p>
 * All methods may be called by any thread. Paho's {@code put} and {@link #clear} wait
 * until the record is stored, at most for the write time-out; Paho calls {@code put} with
 * its queue lock held. If the client is one of ours, the client waits instead of
 * {@code put}, as late as the durability allows. {@link #remove}, {@code get},
 * {@link #keys} and {@link #containsKey} never wait. A call before the first {@code open}
 * fails; {@link #close} only notes that the client is not connected, because Paho's
 * threads may still have records to put away, and what they do then counts.
 *
 * @param <E> the exception of persistences in the version of Paho
 * @since 0.1.0
 */
public abstract class SessionPersistence<E extends Exception> {

	private static final Log logger = LogFactory.getLog(SessionPersistence.class);

	/** Of both versions. */
	private static final int PERSISTENCE_IN_USE = 32200;

	private static final int CLIENT_EXCEPTION = 0;

	private final SessionStore store;

	private final OfflineBufferSettings offlineBuffer;

	private final FormerStore formerStore;

	private UndeliveredMessages undelivered = UndeliveredMessages.UNWANTED;

	/** Whether Paho is not shown what our client sends and receives in its place. */
	private volatile boolean recordsWithheld;

	/**
	 * Guards the first opening. Redis may be asked while it is held; no other lock of
	 * ours or Paho's is ever wanted by a thread that holds it.
	 */
	private final ReentrantLock opening = new ReentrantLock();

	private volatile @Nullable Session session;

	private volatile @Nullable Handing handing;

	private volatile Runnable completed = () -> {
	};

	private volatile @Nullable MessageObserver observer;

	private volatile @Nullable ObservedMessages observed;

	/**
	 * Whether the session was given back, because its client is closed for good. Paho may
	 * open it all the same: an attempt to connect that fails makes it try the next
	 * server, or the next version of MQTT ({@code ConnectActionListener.onFailure}).
	 */
	private volatile boolean released;

	/**
	 * Create the persistence of one client.
	 * @param store where sessions are kept
	 * @param offlineBuffer what a client of ours does with messages that it cannot send
	 * @param formerStore where the client stored its session before
	 */
	protected SessionPersistence(SessionStore store, OfflineBufferSettings offlineBuffer, FormerStore formerStore) {
		this.store = store;
		this.offlineBuffer = offlineBuffer;
		this.formerStore = formerStore;
	}

	/**
	 * Have the messages of a client of ours observed. To be called before the client is
	 * made.
	 * @param told is told of them, {@code null} for nobody
	 */
	public final void observe(@Nullable MessageObserver told) {
		this.observer = told;
	}

	/**
	 * Have the messages of a client of ours taken over that are not delivered. To be
	 * called before the client is made.
	 * @param taker takes them over
	 */
	public final void handUndelivered(UndeliveredMessages taker) {
		this.undelivered = taker;
	}

	/**
	 * Return what follows the messages of a client of ours, which calls this once.
	 * @param client the client's side of the session
	 * @return follows them, {@code null} if nobody is told
	 */
	@Nullable ObservedMessages observed(ClientSession<?> client) {
		MessageObserver told = this.observer;
		this.observed = (told != null) ? new ObservedMessages(told, client) : null;
		return this.observed;
	}

	/**
	 * Make what Paho is told when its persistence fails: its own kind of exception. The
	 * one place where exceptions change type.
	 * @param reasonCode Paho's reason code
	 * @param message what has happened, and what to do
	 * @param cause the cause
	 * @return the exception
	 */
	protected abstract E failure(int reasonCode, String message, Throwable cause);

	private E failure(Throwable cause) {
		E failure = failure((cause instanceof SessionInUseException) ? PERSISTENCE_IN_USE : CLIENT_EXCEPTION,
				String.valueOf(cause.getMessage()), cause);
		if (cause.getStackTrace().length == 0) {
			// One of many.
			failure.setStackTrace(cause.getStackTrace());
		}
		return failure;
	}

	/**
	 * Make what says that the persistence was asked for what there is not.
	 * @param message what is missing, and what to do
	 * @return the exception
	 */
	protected final E missing(String message) {
		return failure(CLIENT_EXCEPTION, message, new IllegalStateException(message));
	}

	private E inUse(String message) {
		return failure(PERSISTENCE_IN_USE, message, new IllegalStateException(message));
	}

	/**
	 * Open a session. The first call owns and loads it and may wait for another owner;
	 * later ones do not ask Redis.
	 * @param id the session
	 * @param serverUri the client's server URI
	 * @throws E if somebody else owns the session, Redis cannot be asked, or this
	 * instance serves another session
	 */
	protected final void open(SessionId id, String serverUri) throws E {
		this.opening.lock();
		try {
			Session opened = this.session;
			if (this.released) {
				throw missing("MQTT client '" + id.clientId() + "' is closed and cannot connect any more. Create a new "
						+ "one");
			}
			if (opened == null) {
				this.session = openReadable(id, serverUri);
			}
			else if (opened.id().equals(id)) {
				opened.resume();
			}
			else {
				throw inUse("This persistence serves MQTT session " + opened.id() + " and cannot serve " + id
						+ " as well. Give each client its own persistence");
			}
		}
		catch (SessionException | RuntimeException ex) {
			throw failure(ex);
		}
		finally {
			this.opening.unlock();
		}
	}

	/**
	 * Own and load the session. Paho's client cannot be made if it has a record that Paho
	 * does not decode ({@code ClientState.restoreState}): such a record is set aside.
	 */
	private Session openReadable(SessionId id, String serverUri) throws SessionException {
		Session opened = this.store.open(id, this.formerStore.of(id, serverUri));
		boolean readable = false;
		try {
			for (String key : shown(opened)) {
				byte[] record = opened.get(key);
				Exception reason = (record != null) ? whyNotDecoded(RecordEnvelope.packet(record)) : null;
				if (reason != null) {
					makeReadable(opened, RecordKey.require(key), reason);
				}
			}
			readable = true;
			return opened;
		}
		finally {
			if (!readable) {
				opened.pause();
				this.store.release(opened);
			}
		}
	}

	/** What the broker has taken already only stands for its PUBREL. */
	private static void makeReadable(Session opened, RecordKey key, Exception reason) throws SessionException {
		if (opened.contains(key.sibling(RecordKind.PUBREL).toString()) && key.kind() == RecordKind.SENT) {
			logger.warn("MQTT session " + opened.id() + ": Paho cannot decode " + key
					+ ", which the broker has taken already: only its PUBREL is sent", reason);
			opened.put(key.toString(), placeholder(opened.id().version(), key.packetId()));
			return;
		}
		// A record may be on its way to Redis, encoded anew.
		opened.awaitPuts(null, () -> false);
		opened.setAside(key.toString(), 1, "Paho cannot decode it: " + reason);
	}

	private static byte[] placeholder(MqttVersion version, int packetId) {
		byte[] properties = new byte[(version == MqttVersion.V5) ? 1 : 0];
		return ByteBuffer.allocate(7 + properties.length)
			.put((byte) 0x34)
			.put((byte) (5 + properties.length))
			.putShort((short) 1)
			.put((byte) '-')
			.putShort((short) packetId)
			.put(properties)
			.array();
	}

	private @Nullable Exception whyNotDecoded(byte[] packet) {
		try {
			decode(packet);
			return null;
		}
		catch (Exception ex) {
			return ex;
		}
	}

	/**
	 * Have Paho decode a record, as it does when its client is made.
	 * @param packet the record
	 * @throws Exception if Paho cannot
	 */
	protected abstract void decode(byte[] packet) throws Exception;

	/** Note that the client is not connected. */
	public void close() {
		Session opened = this.session;
		if (opened != null) {
			opened.pause();
		}
	}

	/**
	 * Store a record. Paho changes its objects later, so it is encoded here, once.
	 * @param key Paho's key
	 * @param packet encodes it
	 * @throws E if it is not known to be stored
	 */
	protected final void put(String key, Packet<E> packet) throws E {
		Session opened = opened("put " + key);
		ObservedMessages told = this.observed;
		Handing handing = this.handing;
		try {
			byte[] record = packet.encode();
			if (handing != null && handing.by == Thread.currentThread()) {
				byte[] queued = handing.message.record();
				handing.key = key;
				opened.queue()
					.hand(handing.message, key,
							(told != null) ? told.handing(RecordKey.require(key), record, queued) : record);
				return;
			}
			opened.put(key, (told != null) ? told.putting(RecordKey.require(key), record) : record);
		}
		catch (SessionException | RuntimeException ex) {
			throw failure(ex);
		}
	}

	/**
	 * Have Paho take a message that waited: what it puts on this thread is that message,
	 * which leaves the queue in the same step.
	 * @param message the message
	 * @param taking has Paho take it
	 * @param <X> what it throws
	 * @return whether it has become a record; one of QoS 0 does not
	 * @throws X if Paho does not
	 */
	final <X extends Exception> boolean handing(QueuedMessage message, Taking<X> taking) throws X {
		Handing begun = new Handing(Thread.currentThread(), message);
		this.handing = begun;
		boolean refused = false;
		try {
			taking.take();
			return begun.key != null;
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			refused = true;
			throw ex;
		}
		finally {
			this.handing = null;
			Session opened = this.session;
			String key = begun.key;
			// What Paho throws says that it has forgotten the message (ClientState.undo).
			// Whatever else is thrown leaves it in its tables.
			if (opened != null && key != null && refused) {
				opened.queue().takeBack();
			}
			else if (opened != null && key != null) {
				opened.queue().handed();
			}
		}
	}

	/**
	 * Return what is kept of a message that is to wait.
	 * @param record its PUBLISH
	 * @return the PUBLISH with what travels with it
	 */
	final byte[] queueing(byte[] record) {
		ObservedMessages told = this.observed;
		return (told != null) ? told.queueing(record) : record;
	}

	/**
	 * Return a record, without what is kept with it.
	 * @param key Paho's key
	 * @return its header and payload in one piece, as Paho's own file store returns them
	 * ({@code MqttDefaultFilePersistence.get})
	 * @throws E if there is none: Paho does not expect {@code null}, it would end in a
	 * {@code NullPointerException}
	 */
	protected final byte[] record(String key) throws E {
		byte[] record = opened("get " + key).get(key);
		if (record == null) {
			throw missing("There is no record " + key + ". Ask containsKey first");
		}
		return RecordEnvelope.packet(record);
	}

	/**
	 * Put a record's header and payload into one piece.
	 * @param header has the header
	 * @param headerOffset where that begins
	 * @param headerLength its length
	 * @param payload has the payload, {@code null} if there is none
	 * @param payloadOffset where that begins
	 * @param payloadLength its length
	 * @return the record
	 */
	protected static byte[] join(byte[] header, int headerOffset, int headerLength, byte @Nullable [] payload,
			int payloadOffset, int payloadLength) {
		byte[] record = new byte[headerLength + ((payload != null) ? payloadLength : 0)];
		System.arraycopy(header, headerOffset, record, 0, headerLength);
		if (payload != null) {
			System.arraycopy(payload, payloadOffset, record, headerLength, payloadLength);
		}
		return record;
	}

	/**
	 * Remove a record.
	 * @param key Paho's key
	 * @throws E if the session was never opened
	 */
	public void remove(String key) throws E {
		Session opened = opened("remove " + key);
		Handing begun = this.handing;
		if (begun != null && begun.by == Thread.currentThread()) {
			// Paho undoes what it does not take, which is taken back as a whole.
			return;
		}
		opened.remove(key);
		if (key.startsWith(RecordKind.SENT.prefix())) {
			ObservedMessages told = this.observed;
			if (told != null) {
				told.removed(RecordKey.require(key));
			}
			this.completed.run();
		}
	}

	/**
	 * Return the keys of the records.
	 * @return Paho's keys
	 * @throws E if the session was never opened
	 */
	public Enumeration<String> keys() throws E {
		return Collections.enumeration(shown(opened("list keys")));
	}

	private List<String> shown(Session opened) {
		return this.recordsWithheld ? ClientSession.shownToPaho(opened) : opened.keys();
	}

	/**
	 * Remove all records, because the client begins a clean session. How many messages
	 * that costs is logged.
	 * @throws E if Redis did not confirm it, or the session was never opened
	 */
	public void clear() throws E {
		Session opened = opened("clear");
		int lost = opened.keys().size();
		try {
			opened.clear();
		}
		catch (SessionException | RuntimeException ex) {
			throw failure(ex);
		}
		ObservedMessages told = this.observed;
		if (told != null) {
			told.cleared();
		}
		if (lost > 0) {
			logger.warn("MQTT session " + opened.id() + ": " + lost
					+ " records were removed, because its client connects with a clean session. To keep them, "
					+ "set mqtt.client.clean-session=false, or the same in the client's connect options");
		}
	}

	/**
	 * Return whether there is a record.
	 * @param key Paho's key
	 * @return whether there is
	 * @throws E if the session was never opened
	 */
	public boolean containsKey(String key) throws E {
		return opened("look for " + key).contains(key);
	}

	private Session opened(String what) throws E {
		Session opened = this.session;
		if (opened == null) {
			throw missing("Cannot " + what + ": the persistence was never opened. "
					+ "Paho opens it when the client is created; call open before you use it by hand");
		}
		return opened;
	}

	/**
	 * Begin to serve a client of ours. Keeps back from Paho what waits in the offline
	 * buffer, and what was received, which that client sends and delivers.
	 */
	void withholdRecords() {
		this.opening.lock();
		try {
			this.recordsWithheld = true;
			if (this.released) {
				this.session = null;
				this.released = false;
			}
		}
		finally {
			this.opening.unlock();
		}
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

	UndeliveredMessages undelivered() {
		return this.undelivered;
	}

	/**
	 * Return what the client asks of its session besides what Paho asks of a persistence.
	 * @return the client's side of the session
	 * @throws E if the session was never opened
	 */
	ClientSession<E> client() throws E {
		Session opened = opened("serve a client");
		return new ClientSession<>(opened, () -> {
			this.released = true;
			this.store.release(opened);
		}, this::failure);
	}

	@Override
	public String toString() {
		Session opened = this.session;
		return (opened != null) ? "persistence of MQTT session " + opened.id() : "persistence that was never opened";
	}

	/** A message that is handed over. */
	private static final class Handing {

		private final Thread by;

		private final QueuedMessage message;

		/** Of the record that it has become; used by that thread. */
		private @Nullable String key;

		Handing(Thread by, QueuedMessage message) {
			this.by = by;
			this.message = message;
		}

	}

	/**
	 * Has Paho take a message.
	 *
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	interface Taking<X extends Exception> {

		void take() throws X;

	}

	/**
	 * A packet that is to be stored.
	 *
	 * @param <E> the exception of persistences in the version of Paho
	 * @since 0.1.0
	 */
	@FunctionalInterface
	protected interface Packet<E extends Exception> {

		/**
		 * Encode it.
		 * @return header bytes, then payload bytes
		 * @throws E if Paho cannot encode it
		 */
		byte[] encode() throws E;

	}

}
