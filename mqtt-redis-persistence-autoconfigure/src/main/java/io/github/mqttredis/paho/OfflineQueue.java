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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.RecordKind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The messages that were published while the client could not send them, in their order.
 * Stands in for Paho's own buffer, which loses track of a message when the link is lost
 * while it is flushed ({@code DisconnectedMessageBuffer.run}, {@code ClientState.undo}).
 * <p>
 * A message is here until Paho has taken it. Its record is {@code sb-N} here and
 * {@code s-N} there, with one packet id: whatever a crash leaves of the two is one
 * message.
 * <p>
 * {@link #lock} guards all fields and is taken before Paho's locks. It is held while a
 * message is stored, as Paho's queue lock is. {@link #completed()} takes no lock, because
 * Paho's threads call it with theirs held.
 *
 * @param <T> the token of a message
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public final class OfflineQueue<T extends OfflineQueue.Waiting<E>, E extends Exception> {

	/** Of both versions: Paho takes no more messages for now. */
	private static final int MAX_INFLIGHT = 32202;

	private static final int NOT_CONNECTED = 32104;

	private static final int DISCONNECTING = 32102;

	private static final Log logger = LogFactory.getLog(OfflineQueue.class);

	private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

	private final ReentrantLock lock = new ReentrantLock();

	/** The messages' tokens by packet id, the oldest first. */
	private final Map<Integer, T> waiting = new LinkedHashMap<>();

	private final String clientId;

	private final Outlet<T, E> outlet;

	private final PacketIds<E> ids;

	private volatile OfflineBufferSettings settings;

	/** Hands messages over, as long as there is something to hand over. */
	private volatile @Nullable Thread flusher;

	/**
	 * Create the queue of a client, with what its session holds.
	 * @param clientId the client's id
	 * @param outlet where the messages go
	 * @param ids the client's packet ids
	 * @param settings how many messages may wait
	 * @param stored the packet ids of what waits, that of the oldest message first
	 */
	public OfflineQueue(String clientId, Outlet<T, E> outlet, PacketIds<E> ids, OfflineBufferSettings settings,
			List<Integer> stored) {
		this.clientId = clientId;
		this.outlet = outlet;
		this.ids = ids;
		this.settings = settings;
		stored.forEach((id) -> {
			ids.take(id);
			ids.continueAfter(id);
			this.waiting.put(id, outlet.token(id));
		});
	}

	/**
	 * Set how many messages may wait.
	 * @param settings the settings
	 */
	public void settings(OfflineBufferSettings settings) {
		this.settings = settings;
	}

	/**
	 * Return whether messages can wait here for the broker.
	 * @return whether the buffer is switched on and the client not closed
	 */
	public boolean isOpen() {
		return this.settings.enabled() && !this.outlet.isClosed();
	}

	/**
	 * Return whether a message has to wait here, because the client is not connected or
	 * others wait already.
	 * @return whether to {@link #add} it
	 */
	public boolean isInUse() {
		return isOpen() && (!this.outlet.isConnected() || size() > 0);
	}

	/**
	 * Return whether a message can wait here that Paho did not take.
	 * @param reason why it did not
	 * @return whether to {@link #add} it
	 */
	public boolean serves(Exception reason) {
		int code = this.outlet.reasonCode(reason);
		return isOpen() && (code == MAX_INFLIGHT || isLinkLost(code));
	}

	/**
	 * Return whether there is no link.
	 * @param code the reason code of what Paho throws
	 * @return whether that is why
	 */
	static boolean isLinkLost(int code) {
		return code == NOT_CONNECTED || code == DISCONNECTING;
	}

	/**
	 * Store a message that waits.
	 * @param draft the message
	 * @return its token
	 * @throws E if there is no room, or it could not be stored; nothing of it remains
	 * then
	 */
	public T add(Draft<T, E> draft) throws E {
		List<T> dropped = new ArrayList<>();
		this.lock.lock();
		try {
			int size = this.settings.size();
			if (this.waiting.size() >= size && this.settings.whenFull() == WhenFull.REJECT) {
				throw this.outlet.refusal("The offline buffer of MQTT client '" + this.clientId + "' is full: " + size
						+ " messages wait for the broker. Raise mqtt.persistence.offline-buffer.size, or set"
						+ " mqtt.persistence.offline-buffer.when-full to drop-oldest");
			}
			T token = store(draft);
			this.waiting.put(token.packetId(), token);
			while (this.waiting.size() > size) {
				dropped.add(forget(first()));
			}
			flush();
			return token;
		}
		finally {
			this.lock.unlock();
			dropped.forEach((token) -> token
				.drop(this.outlet.refusal("The message was dropped: the offline buffer of MQTT client '" + this.clientId
						+ "' was full, and a newer message came")));
		}
	}

	/**
	 * Store a message that an operator wants to be sent, also if there is no room or the
	 * buffer is switched off.
	 * @param <X> what refuses it
	 * @param record stores it
	 * @throws E if the client is closed
	 * @throws X if it could not be stored; nothing of it remains then
	 */
	public <X extends Exception> void requeue(StoredAs<X> record) throws E, X {
		this.lock.lock();
		try {
			T token = store((key, id) -> {
				record.store(key, id);
				return this.outlet.token(id);
			});
			this.waiting.put(token.packetId(), token);
			flush();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Give a message up that waits, because an operator does not want it.
	 * @param id its packet id
	 * @return whether it waits
	 */
	public boolean discard(int id) {
		T token;
		this.lock.lock();
		try {
			token = this.waiting.get(id);
			if (token == null) {
				return false;
			}
			forget(token);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.lock.unlock();
		}
		token.drop(this.outlet.refusal("The message was removed by an operator's wish"));
		return true;
	}

	/** Store a message under a packet id of its own. */
	private <X extends Exception> T store(Draft<T, X> draft) throws E, X {
		int id = this.ids.next();
		while (this.waiting.containsKey(id)) {
			id = this.ids.next();
		}
		boolean stored = false;
		try {
			T token = draft.store(key(id), id);
			stored = true;
			return token;
		}
		finally {
			if (!stored) {
				forget(id);
			}
		}
	}

	private T forget(T token) throws E {
		this.waiting.remove(token.packetId());
		forget(token.packetId());
		return token;
	}

	private void forget(int id) throws E {
		this.outlet.remove(key(id));
		this.ids.release(id);
	}

	private T first() {
		return this.waiting.values().iterator().next();
	}

	private static String key(int id) {
		return RecordKind.BUFFERED.prefix() + id;
	}

	/**
	 * Have Paho send what waits, if the client is connected.
	 */
	public void flush() {
		this.lock.lock();
		try {
			if (this.flusher != null || this.waiting.isEmpty() || !this.outlet.isConnected()) {
				return;
			}
			// A clean session makes Paho forget which packet ids are in use.
			this.waiting.keySet().forEach(this.ids::take);
			Thread thread = new Thread(this::run, "MQTT Offline: " + this.clientId);
			thread.setDaemon(true);
			thread.start();
			this.flusher = thread;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Note that a message is no longer in flight: there may be room for another one. */
	public void completed() {
		LockSupport.unpark(this.flusher);
	}

	private void run() {
		long pause = SHORTEST_PAUSE;
		try {
			for (int sent = sendWhatFits(); sent >= 0; sent = sendWhatFits()) {
				// Paho makes room a moment after it has removed the record.
				pause = (sent > 0) ? SHORTEST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
				LockSupport.parkNanos(pause);
			}
		}
		catch (Exception ex) {
			if (!isLinkLost(this.outlet.reasonCode(ex))) {
				logger.warn("The offline buffer of MQTT client '" + this.clientId
						+ "' could not be sent, and is tried again at the next publish or connect", ex);
			}
		}
	}

	/**
	 * Hand messages to Paho as long as it takes them.
	 * @return how many it took, or -1 if nothing is left to do: under the same lock, so
	 * that whoever comes next starts another thread
	 */
	private int sendWhatFits() throws E {
		this.lock.lock();
		boolean goesOn = false;
		try {
			int sent = 0;
			while (!this.waiting.isEmpty() && this.outlet.isConnected()) {
				if (!this.outlet.hasRoom() || !send(first())) {
					goesOn = true;
					return sent;
				}
				sent++;
			}
			return -1;
		}
		finally {
			if (!goesOn) {
				this.flusher = null;
			}
			this.lock.unlock();
		}
	}

	/**
	 * Hand a message to Paho. Either it takes it as a whole, or nothing of it remains
	 * there.
	 * @param token the message's token
	 * @return false if as many messages are in flight as may be
	 */
	@SuppressWarnings("unchecked")
	private boolean send(T token) throws E {
		int id = token.packetId();
		try {
			this.outlet.send(key(id), token);
		}
		catch (Exception ex) {
			// Paho gives back the packet id of what it does not take.
			this.ids.take(id);
			if (this.outlet.reasonCode(ex) == MAX_INFLIGHT) {
				return false;
			}
			throw (E) ex;
		}
		token.sent();
		this.waiting.remove(id);
		this.outlet.remove(key(id));
		return true;
	}

	// What Paho's interface asks of a buffer

	/**
	 * Return how many messages wait.
	 * @return the number
	 */
	public int size() {
		this.lock.lock();
		try {
			return this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the key of a message's record.
	 * @param index the place of the message, that of the oldest is 0
	 * @return the key
	 */
	public String keyAt(int index) {
		this.lock.lock();
		try {
			return key(token(index).packetId());
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forget a message.
	 * @param index the place of the message, that of the oldest is 0
	 */
	public void removeAt(int index) {
		this.lock.lock();
		try {
			forget(token(index));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private T token(int index) {
		return this.waiting.values()
			.stream()
			.skip(index)
			.findFirst()
			.orElseThrow(() -> new IndexOutOfBoundsException(index));
	}

	/**
	 * The token of a message. As long as the message waits here, nobody is kept waiting
	 * for its delivery: it is stored, and the broker may be away for days.
	 *
	 * @param <E> the exception of the version of Paho
	 */
	public interface Waiting<E extends Exception> {

		/**
		 * Return the packet id.
		 * @return the packet id of the message
		 */
		int packetId();

		/** Note that Paho has taken the message. */
		void sent();

		/**
		 * Note that the message was given up, and tell so.
		 * @param reason why
		 */
		void drop(E reason);

	}

	/**
	 * A message that is to wait.
	 *
	 * @param <T> its token
	 * @param <E> the exception of the version of Paho
	 */
	@FunctionalInterface
	public interface Draft<T, E extends Exception> {

		/**
		 * Store it.
		 * @param key the key of its record
		 * @param packetId its packet id
		 * @return its token
		 * @throws E if it could not be stored
		 */
		T store(String key, int packetId) throws E;

	}

	/**
	 * A record that is to wait.
	 *
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	public interface StoredAs<X extends Exception> {

		/**
		 * Store it.
		 * @param key its key
		 * @param packetId the packet id of its message
		 * @throws X if it could not be stored
		 */
		void store(String key, int packetId) throws X;

	}

	/**
	 * Where messages go that have waited.
	 *
	 * @param <T> the token of a message
	 * @param <E> the exception of the version of Paho
	 */
	public interface Outlet<T, E extends Exception> {

		/**
		 * Return whether messages can be sent.
		 * @return whether the client is connected
		 */
		boolean isConnected();

		/**
		 * Return whether nothing will ever be sent.
		 * @return whether the client is closed
		 */
		boolean isClosed();

		/**
		 * Return whether one more message may be in flight.
		 * @return whether Paho takes it
		 */
		boolean hasRoom();

		/**
		 * Make the token of a message that was stored by another process.
		 * @param packetId its packet id
		 * @return the token
		 */
		T token(int packetId);

		/**
		 * Hand a message to Paho.
		 * @param key the key of its record
		 * @param token its token
		 * @throws E if Paho does not take it
		 */
		void send(String key, T token) throws E;

		/**
		 * Remove a record.
		 * @param key its key
		 * @throws E if the session was never opened
		 */
		void remove(String key) throws E;

		/**
		 * Make what says that a message cannot wait here.
		 * @param message why, and what to do
		 * @return what is thrown
		 */
		E refusal(String message);

		/**
		 * Return what an exception of Paho's stands for.
		 * @param ex the exception
		 * @return its reason code, 0 if it has none
		 */
		int reasonCode(Exception ex);

	}

}
