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

package io.github.mqttredis.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.mqttredis.session.UndeliveredMessages.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Operations of an operator on single records. The owner of the session carries them out,
 * so that nothing is written back: the client if this process has one, otherwise this
 * process, which owns the session meanwhile.
 *
 * @since 0.1.0
 */
public final class RecordOperations {

	private final Quarantine quarantine;

	private final Duration timeout;

	private final Ownership ownership;

	private final Consumer<String> log;

	/**
	 * Held by one operation at a time, so that no message is put back twice. The store's
	 * server is asked while it is held; nobody who holds another lock wants it.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * Create the operations.
	 * @param quarantine what the store has in quarantine
	 * @param timeout how long an operation waits for another one
	 * @param ownership lets this process do something as a session's owner
	 * @param log takes what was done
	 */
	public RecordOperations(Quarantine quarantine, Duration timeout, Ownership ownership, Consumer<String> log) {
		this.quarantine = quarantine;
		this.timeout = timeout;
		this.ownership = ownership;
		this.log = log;
	}

	/**
	 * Put a message back that is in quarantine. It leaves the quarantine only when it is
	 * stored: a crash between the two leaves it in both.
	 * @param id the session
	 * @param record its name in quarantine, or the beginning of it
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or the server did not
	 * answer
	 * @throws IllegalArgumentException if it is no message that was to be sent, or the
	 * name stands for several
	 */
	public boolean requeue(SessionId id, String record) throws SessionException {
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			String name = find(id, record);
			if (name == null) {
				return false;
			}
			session.requeue(message(id, name));
			take(session, name);
			this.log.accept("MQTT session " + id + ": " + describe(name) + " is sent again, at an operator's request");
			return true;
		}));
	}

	/**
	 * Remove a record from quarantine.
	 * @param id the session
	 * @param record its name in quarantine, or the beginning of it
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or the server did not
	 * answer
	 * @throws IllegalArgumentException if the name stands for several
	 */
	public boolean discardQuarantined(SessionId id, String record) throws SessionException {
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			String name = find(id, record);
			if (name == null) {
				return false;
			}
			take(session, name);
			discarded(id, describe(name) + " in quarantine");
			return true;
		}));
	}

	/**
	 * Have somebody take over the messages that were to be sent and are in quarantine,
	 * those first that were set aside first. Each leaves the quarantine when it is taken;
	 * one that is not keeps back none behind it.
	 * @param id the session
	 * @param taker takes a message, or throws
	 * @return how many were taken
	 * @throws SessionException if somebody else owns the session, or the server did not
	 * answer
	 */
	public int hand(SessionId id, Consumer<MqttUndeliveredMessageEvent> taker) throws SessionException {
		List<SetAside> notes = this.quarantine.names(id)
			.stream()
			.map(SetAside::parse)
			.filter(Objects::nonNull)
			.sorted(Comparator.comparing(SetAside::at))
			.toList();
		int taken = 0;
		RuntimeException refused = null;
		for (SetAside note : notes) {
			MqttUndeliveredMessageEvent message = undelivered(id, note);
			if (message != null) {
				RuntimeException refusal = offer(message, taker);
				if (refusal == null) {
					alone(() -> this.ownership.asOwner(id, (session) -> {
						take(session, note.name());
						return true;
					}));
					taken++;
				}
				else if (refused == null) {
					refused = refusal;
				}
			}
		}
		if (refused != null) {
			throw refused;
		}
		return taken;
	}

	private static @Nullable RuntimeException offer(MqttUndeliveredMessageEvent message,
			Consumer<MqttUndeliveredMessageEvent> taker) {
		try {
			taker.accept(message);
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private @Nullable MqttUndeliveredMessageEvent undelivered(SessionId id, SetAside note)
			throws SessionUnavailableException {
		RecordKey key = RecordKey.parseAny(note.record());
		if (key == null || !isOutgoing(key)) {
			return null;
		}
		byte[] record = this.quarantine.record(id, note.name(), key);
		if (record == null) {
			return null;
		}
		// A number is used once, a packet id again and again.
		String name = (key.kind() == RecordKind.QUEUED) ? note.record() : note.key();
		return MqttUndeliveredMessageEvent.of(id, name, key, record, Reason.REFUSED, note.reason());
	}

	private static boolean isOutgoing(RecordKey key) {
		return key.kind() != RecordKind.RECEIVED && key.kind() != RecordKind.PUBREL;
	}

	/**
	 * Remove a record that a client would restore.
	 * @param id the session
	 * @param record the key of the record
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or the server did not
	 * answer
	 * @throws IllegalArgumentException if the record must not be removed
	 */
	public boolean discard(SessionId id, String record) throws SessionException {
		RecordKey key = RecordKey.parseAny(record);
		if (key == null) {
			return false;
		}
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			if (!session.contains(record) && !session.isAside(key)) {
				return false;
			}
			RecordKey release = key.sibling(RecordKind.PUBREL);
			if (key.equals(release) || (key.kind() == RecordKind.SENT && session.contains(release.toString()))) {
				throw new IllegalArgumentException("The broker has the message with packet id " + key.packetId()
						+ " already; only its PUBREL is still to be sent");
			}
			session.discard(key);
			discarded(id, record);
			return true;
		}));
	}

	private void discarded(SessionId id, String record) {
		this.log.accept("MQTT session " + id + ": " + record + " was removed at an operator's request");
	}

	private boolean alone(Operation operation) throws SessionException {
		try {
			if (!this.lock.tryLock(this.timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new SessionUnavailableException("Another request has not ended within " + this.timeout.toMillis()
						+ " ms (mqtt.persistence.write-timeout)");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SessionUnavailableException("Interrupted while another request was carried out", ex);
		}
		try {
			return operation.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable String find(SessionId id, String record) throws SessionUnavailableException {
		List<String> found = this.quarantine.names(id).stream().filter((name) -> isMeant(record, name)).toList();
		if (found.size() > 1) {
			throw new IllegalArgumentException(
					"'" + record + "' matches " + found.size() + " records. Give the whole key");
		}
		return found.isEmpty() ? null : found.get(0);
	}

	private static boolean isMeant(String record, String name) {
		return name.equals(record) || name.startsWith(record + " ");
	}

	private byte[] message(SessionId id, String name) throws SessionException {
		RecordKey key = SetAside.keyOf(name);
		if (key == null || !isOutgoing(key)) {
			throw new IllegalArgumentException("'" + describe(name) + "' is not an outgoing message");
		}
		byte[] record = this.quarantine.record(id, name, key);
		if (record == null
				|| InspectedRecord.of(id.version(), key.toString(), record, record.length).packet() == null) {
			throw new IllegalArgumentException("'" + describe(name) + "' cannot be read");
		}
		return record;
	}

	private void take(OperatedSession session, String name) throws SessionUnavailableException {
		this.quarantine.remove(session.id(), name);
		session.taken();
	}

	private static String describe(String name) {
		SetAside note = SetAside.parse(name);
		return (note != null) ? note.key() : name.replaceAll("[^ -~]", "?");
	}

	/** Something that fails as an operation does. */
	@FunctionalInterface
	private interface Operation {

		boolean run() throws SessionException;

	}

	/** Something that is done with a session. */
	@FunctionalInterface
	public interface Task {

		/**
		 * Do it.
		 * @param session a hold on the session
		 * @return whether there was what it is about
		 * @throws SessionException if it could not be done
		 */
		boolean run(OperatedSession session) throws SessionException;

	}

	/** Knows the sessions of this process. */
	@FunctionalInterface
	public interface Ownership {

		/**
		 * Do something as the owner of a session.
		 * @param id the session
		 * @param task what is done
		 * @return what it returns
		 * @throws SessionException if somebody else owns the session, or it fails
		 */
		boolean asOwner(SessionId id, Task task) throws SessionException;

	}

	/** What a store has in quarantine. */
	public interface Quarantine {

		/**
		 * Return the names of all that is in quarantine.
		 * @param id the session
		 * @return the names
		 * @throws SessionUnavailableException if the server did not answer
		 */
		Collection<String> names(SessionId id) throws SessionUnavailableException;

		/**
		 * Return a record, decoded.
		 * @param id the session
		 * @param name its name in quarantine
		 * @param key the key that it had in its session
		 * @return the record, {@code null} if it is gone or cannot be read
		 * @throws SessionUnavailableException if the server did not answer, or the key of
		 * an encrypted record is missing
		 */
		byte @Nullable [] record(SessionId id, String name, RecordKey key) throws SessionUnavailableException;

		/**
		 * Remove a record.
		 * @param id the session
		 * @param name its name in quarantine
		 * @throws SessionUnavailableException if the server did not answer
		 */
		void remove(SessionId id, String name) throws SessionUnavailableException;

	}

	/** An owner's hold on a session, for what an operator asks for. */
	public interface OperatedSession extends Session {

		/**
		 * Return whether a record is set aside because the store does not take it.
		 * @param key its key
		 * @return whether it is
		 */
		boolean isAside(RecordKey key);

		/**
		 * Store a message again that was set aside.
		 * @param publish its PUBLISH
		 * @throws SessionException if it is not known to be stored
		 */
		void requeue(byte[] publish) throws SessionException;

		/**
		 * Remove a record, and wait until that is stored.
		 * @param key its key
		 * @throws SessionException if it is not known to be removed
		 */
		void discard(RecordKey key) throws SessionException;

		/** Note that a record was taken out of quarantine. */
		void taken();

	}

	/**
	 * Carries out what an operator asks for if no client has the session: the next one
	 * sends what it finds.
	 *
	 * @param session the session
	 */
	public record NoClient(Session session) implements SessionClient {

		@Override
		public void requeue(byte[] publish) throws SessionException {
			this.session.queue().awaitStored(this.session.queue().append(MessageQueue.unsent(publish), 0));
		}

		@Override
		public void discard(RecordKey record) {
			if (record.kind() == RecordKind.QUEUED) {
				this.session.queue().remove(record.number());
			}
			else {
				this.session.remove(record.toString());
			}
		}

		@Override
		public boolean refused(RecordKey message, byte[] record, SessionException reason) {
			// Whoever asked for it to be sent has had its answer.
			return true;
		}

		@Override
		public LinkStatus link() {
			return new LinkStatus(LinkStatus.State.CLOSED, null, Instant.now(), null, null);
		}

	}

}
