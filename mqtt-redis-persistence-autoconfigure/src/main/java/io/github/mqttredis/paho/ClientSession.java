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

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionClient;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * What a client of ours asks of its session besides what Paho asks of a persistence: to
 * be let through the gate and the barrier, to wait outside Paho's locks, and to keep what
 * it receives.
 *
 * @param <E> the exception of persistences in the version of Paho
 * @since 0.1.0
 */
public final class ClientSession<E extends Exception> {

	private final Session session;

	private final Runnable release;

	private final Function<SessionException, E> failure;

	/**
	 * Create a client's side of a session.
	 * @param session the session
	 * @param release gives the session back
	 * @param failure makes what is thrown, of its cause
	 */
	public ClientSession(Session session, Runnable release, Function<SessionException, E> failure) {
		this.session = session;
		this.release = release;
		this.failure = failure;
	}

	/**
	 * Give the session back, because the client is closed.
	 */
	public void closed() {
		this.release.run();
	}

	/**
	 * Return whether the session was given back.
	 * @return whether nothing more can be done with it
	 */
	public boolean isEnded() {
		return this.session.isEnded();
	}

	/**
	 * Return what waits to be sent.
	 * @return the session's queue
	 */
	MessageQueue queue() {
		return this.session.queue();
	}

	/**
	 * Move what waits in a buffer of Paho's own to the queue, in its order, and forget
	 * what Paho has taken out of it: its record has moved, and only the removal was not
	 * stored yet.
	 * @throws E if the session does not take it
	 */
	void adoptBuffered() throws E {
		for (int packetId : packetIds(RecordKind.BUFFERED)) {
			RecordKey key = new RecordKey(RecordKind.BUFFERED, packetId);
			byte[] record = this.session.get(key.toString());
			if (this.session.contains(key.sibling(RecordKind.SENT).toString())) {
				this.session.remove(key.toString());
			}
			else if (record != null) {
				try {
					this.session.queue().adopt(key, MessageQueue.unsent(record));
				}
				catch (SessionException ex) {
					throw failure(ex);
				}
			}
		}
	}

	/**
	 * Return the packet ids of a kind of record.
	 * @param kind the kind
	 * @return the packet ids, the oldest first
	 */
	List<Integer> packetIds(RecordKind kind) {
		return SendingOrder.of(this.session.keys()
			.stream()
			.map(RecordKey::require)
			.filter((key) -> key.kind() == kind)
			.map(RecordKey::packetId)
			.toList());
	}

	/**
	 * Make what is thrown.
	 * @param cause its cause
	 * @return the exception
	 */
	E failure(SessionException cause) {
		return this.failure.apply(cause);
	}

	/**
	 * Return what Paho is shown of a session whose client sends what is buffered, and
	 * receives, in Paho's place.
	 * @param session the session
	 * @return keys as Paho writes them
	 */
	public static List<String> shownToPaho(Session session) {
		return session.keys().stream().filter((name) -> isShownToPaho(RecordKey.require(name).kind())).toList();
	}

	private static boolean isShownToPaho(RecordKind kind) {
		return kind != RecordKind.RECEIVED && kind != RecordKind.BUFFERED;
	}

	/**
	 * Return the keys of all records.
	 * @return keys as Paho writes them
	 */
	List<String> keys() {
		return this.session.keys();
	}

	boolean contains(String key) {
		return this.session.contains(key);
	}

	byte @Nullable [] get(String key) {
		return this.session.get(key);
	}

	void put(String key, byte[] record) throws IOException {
		try {
			this.session.put(key, record);
		}
		catch (SessionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	void remove(String key) {
		this.session.remove(key);
	}

	int undeliverableAttempts() {
		return this.session.undeliverableAttempts();
	}

	/**
	 * Move the record of a message to quarantine that cannot be sent.
	 * @param record the record
	 * @param attempts how often the message was sent
	 * @param reason why it cannot be sent
	 * @throws IOException if Redis did not do it
	 */
	void setAside(String record, int attempts, String reason) throws IOException {
		try {
			this.session.setAside(record, attempts, reason);
		}
		catch (SessionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	boolean keep(int packetId, byte[] packet, int attempts, String reason) {
		return this.session.keep(packetId, packet, attempts, reason);
	}

	/**
	 * Have an operator's requests carried out.
	 * @param offline what sends messages again
	 * @param received what was received
	 * @param link says how the link is
	 */
	void serveRequests(OfflineQueue<?, ?> offline, ReceivedMessages received, LinkReport link) {
		this.session.serveRequests(new SessionClient() {

			@Override
			public void requeue(byte[] publish) throws SessionException {
				offline.requeue(MessageQueue.unsent(publish));
			}

			@Override
			public void discard(RecordKey record) {
				switch (record.kind()) {
					case RECEIVED -> received.discard(record.packetId());
					case QUEUED -> offline.discard(record.number());
					default -> ClientSession.this.session.remove(record.toString());
				}
			}

			@Override
			public boolean refused(RecordKey message, byte[] record, SessionException reason) {
				return offline.refused(message.number(), record, reason);
			}

			@Override
			public LinkStatus link() {
				return link.status();
			}

		});
	}

	SessionId id() {
		return this.session.id();
	}

	/**
	 * Count the messages that wait to be sent, or for their acknowledgement.
	 * @return how many there are
	 */
	int waiting() {
		Map<RecordKind, Integer> records = this.session.status().records();
		return records.getOrDefault(RecordKind.SENT, 0) + records.getOrDefault(RecordKind.QUEUED, 0);
	}

	void happened(SessionActivity.Event happened) {
		this.session.happened(happened, null);
	}

	void happened(SessionActivity.Event happened, @Nullable SessionEvent news) {
		this.session.happened(happened, news);
	}

	String name() {
		return this.session.id().toString();
	}

	/**
	 * Note that the client sends nothing before {@link #awaitPuts} has let it.
	 */
	public void guarded() {
		this.session.guarded();
	}

	/**
	 * Publish, and wait for what that stores when it is done: Paho stores with its queue
	 * lock held, and several publishers would wait one after the other.
	 * @param <T> the type of the token
	 * @param <X> what refuses a message
	 * @param publish what publishes
	 * @return the token
	 * @throws X if the message was refused
	 * @throws E if the message is not known to be stored
	 */
	public <T, X extends Exception> T publish(Publish<T, X> publish) throws X, E {
		if (!this.session.beginPublish()) {
			return publish.run();
		}
		boolean accepted = false;
		try {
			T token = publish.run();
			accepted = true;
			return token;
		}
		finally {
			endPublish(accepted);
		}
	}

	private void endPublish(boolean accepted) throws E {
		try {
			this.session.endPublish(accepted);
		}
		catch (SessionException ex) {
			throw failure(ex);
		}
	}

	/**
	 * Wait until the record is stored that a packet depends on.
	 * @param record the record, {@code null} for all that were put up to now
	 * @param cancelled ends the wait once it is true and {@link #wakeWaiters()} was
	 * called
	 * @throws IOException if it was not stored in time
	 */
	public void awaitPuts(@Nullable RecordKey record, BooleanSupplier cancelled) throws IOException {
		try {
			this.session.awaitPuts(record, cancelled);
		}
		catch (SessionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Ask Redis whether this client's session is still owned by this process.
	 * @throws IOException if it is not, or Redis did not answer: what Paho expects if it
	 * connects
	 */
	public void confirmOwned() throws IOException {
		try {
			this.session.confirmOwned();
		}
		catch (SessionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Make sure that nobody else owns this client's session, as far as this process
	 * knows.
	 * @throws IOException if somebody does, or that is unknown
	 */
	void checkOwned() throws IOException {
		try {
			this.session.checkOwned();
		}
		catch (SessionException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Have a listener called whenever the session is in Redis again after Redis was away.
	 * @param listener as in {@link Session#onRecovered(BooleanSupplier)}
	 */
	public void onRecovered(BooleanSupplier listener) {
		this.session.onRecovered(listener);
	}

	/**
	 * Let those who wait in {@link #awaitPuts} look whether they are cancelled.
	 */
	public void wakeWaiters() {
		this.session.wakeWaiters();
	}

	/**
	 * Something that publishes.
	 *
	 * @param <T> the type of the token
	 * @param <X> what refuses a message
	 */
	@FunctionalInterface
	public interface Publish<T, X extends Exception> {

		/**
		 * Publish.
		 * @return the token
		 * @throws X if the message was refused
		 */
		T run() throws X;

	}

}
