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

package io.github.mqttredis.redis;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does with single records. It is done by the owner of the session, so
 * that nothing of it is written back: by the client if this process has one, and else by
 * this process, which owns the session meanwhile.
 */
final class RecordOperations {

	private final InspectionLink link;

	private final StoreSettings settings;

	private final Ownership ownership;

	/**
	 * Held by one operation at a time, so that no message is put back twice. Redis is
	 * asked while it is held; nobody who holds another lock wants it.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	RecordOperations(InspectionLink link, StoreSettings settings, Ownership ownership) {
		this.link = link;
		this.settings = settings;
		this.ownership = ownership;
	}

	/**
	 * Put a message back that is in quarantine. It leaves the quarantine only when it is
	 * stored: a crash between the two leaves it in both.
	 * @param id the session
	 * @param record its name in quarantine, or the beginning of it
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or Redis did not answer
	 * @throws IllegalArgumentException if it is no message that was to be sent, or the
	 * name stands for several
	 */
	boolean requeue(SessionId id, String record) throws SessionException {
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			byte[] name = find(id, record);
			if (name == null) {
				return false;
			}
			session.requeue(message(id, name));
			take(session, name);
			RedisSessionStore.logger
				.info("MQTT session " + id + ": " + describe(name) + " is sent again, by an operator's wish");
			return true;
		}));
	}

	/**
	 * Remove a record from quarantine.
	 * @param id the session
	 * @param record its name in quarantine, or the beginning of it
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or Redis did not answer
	 * @throws IllegalArgumentException if the name stands for several
	 */
	boolean discardQuarantined(SessionId id, String record) throws SessionException {
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			byte[] name = find(id, record);
			if (name == null) {
				return false;
			}
			take(session, name);
			discarded(id, describe(name) + " in quarantine");
			return true;
		}));
	}

	/**
	 * Remove a record that a client would restore.
	 * @param id the session
	 * @param record the record's key
	 * @return whether there is such a record
	 * @throws SessionException if somebody else owns the session, or Redis did not answer
	 * @throws IllegalArgumentException if the record must not be removed
	 */
	boolean discard(SessionId id, String record) throws SessionException {
		RecordKey key = RecordKey.parse(record);
		if (key == null) {
			return false;
		}
		return alone(() -> this.ownership.asOwner(id, (session) -> {
			boolean removed = session.discard(key);
			if (removed) {
				discarded(id, record);
			}
			return removed;
		}));
	}

	private static void discarded(SessionId id, String record) {
		RedisSessionStore.logger.info("MQTT session " + id + ": " + record + " was removed by an operator's wish");
	}

	private boolean alone(Operation operation) throws SessionException {
		Duration timeout = this.settings.writeTimeout();
		try {
			if (!this.lock.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new SessionUnavailableException("Another request has not ended within " + timeout.toMillis()
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

	private byte @Nullable [] find(SessionId id, String record) throws SessionUnavailableException {
		byte[] quarantine = quarantine(id);
		Set<byte[]> names = this.link.call((connection) -> connection.hashCommands().hKeys(quarantine));
		List<byte[]> found = (names != null) ? names.stream().filter((name) -> isMeant(record, text(name))).toList()
				: List.of();
		if (found.size() > 1) {
			throw new IllegalArgumentException(
					"'" + record + "' stands for " + found.size() + " records: give the whole key");
		}
		return found.isEmpty() ? null : found.get(0);
	}

	private static boolean isMeant(String record, String name) {
		return name.equals(record) || name.startsWith(record + " ");
	}

	private byte[] message(SessionId id, byte[] name) throws SessionException {
		RecordKey key = SetAside.keyOf(text(name));
		if (key == null || (key.kind() != RecordKind.SENT && key.kind() != RecordKind.BUFFERED)) {
			throw new IllegalArgumentException("'" + describe(name) + "' is no message that was to be sent");
		}
		byte[] quarantine = quarantine(id);
		byte[] stored = this.link.call((connection) -> connection.hashCommands().hGet(quarantine, name));
		byte[] record = (stored != null) ? decode(id, key, stored) : null;
		if (record == null
				|| InspectedRecord.of(id.version(), key.toString(), record, record.length).packet() == null) {
			throw new IllegalArgumentException("'" + describe(name) + "' cannot be read");
		}
		return record;
	}

	private byte @Nullable [] decode(SessionId id, RecordKey key, byte[] stored) throws SessionUnavailableException {
		try {
			return this.settings.codec().decode(id, key, stored);
		}
		catch (SessionKeyException ex) {
			throw new SessionUnavailableException(String.valueOf(ex.getMessage()), ex);
		}
	}

	private void take(SessionHandle session, byte[] name) throws SessionUnavailableException {
		byte[] quarantine = quarantine(session.id());
		this.link
			.call((connection) -> Objects.requireNonNullElse(connection.hashCommands().hDel(quarantine, name), 0L));
		session.taken();
	}

	private byte[] quarantine(SessionId id) {
		return new SessionKeys(this.settings.keyPrefix(), id).quarantine();
	}

	private static String describe(byte[] name) {
		SetAside note = SetAside.parse(text(name));
		return (note != null) ? note.key() : SessionKeys.escape(text(name));
	}

	private static String text(byte[] name) {
		return new String(name, SessionLoader.NAMES);
	}

	/** Something that fails as an operation does. */
	@FunctionalInterface
	private interface Operation {

		boolean run() throws SessionException;

	}

	/** Something that is done with a session. */
	@FunctionalInterface
	interface Task {

		/**
		 * Do it.
		 * @param session a hold on the session
		 * @return whether there was what it is about
		 * @throws SessionException if it could not be done
		 */
		boolean run(SessionHandle session) throws SessionException;

	}

	/** Knows the sessions of this process. */
	@FunctionalInterface
	interface Ownership {

		/**
		 * Do something as the owner of a session.
		 * @param id the session
		 * @param task what is done
		 * @return what it returns
		 * @throws SessionException if somebody else owns the session, or it fails
		 */
		boolean asOwner(SessionId id, Task task) throws SessionException;

	}

}
