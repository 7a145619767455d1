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
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.QueuePage;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordEnvelope;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionClient;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.StoredRecords;
import io.github.mqttredis.session.WriteLog;
import io.github.mqttredis.session.WriteLog.Refused;
import org.jspecify.annotations.Nullable;

/**
 * A session that this process owns: its log, and how it stands with Redis.
 * <p>
 * Clients and who ships meet here, in the log and in volatile fields that are written in
 * turn ({@link IoLoop}) only, but for the end. No lock but the log's is ever taken.
 */
final class OwnedSession {

	private static final int MAX_LOG_WRITES = 100_000;

	private static final long MAX_LOG_BYTES = 64L * 1024 * 1024;

	private final SessionId id;

	private final SessionKeys keys;

	private final IoLoop io;

	private final StoreSettings settings;

	private final WriteLog log;

	private final SessionShipper shipper;

	private final QueueReader queue;

	private final SessionStanding standing;

	private final SessionActivity activity;

	private volatile boolean ended;

	/** Of the newest hold. */
	private volatile @Nullable SessionClient client;

	private volatile BooleanSupplier recoveryListener = () -> true;

	OwnedSession(SessionId id, SessionKeys keys, RedisScripts scripts, IoLoop io, StoreSettings settings,
			SessionActivity activity) {
		this.id = id;
		this.keys = keys;
		this.io = io;
		this.settings = settings;
		this.activity = activity;
		this.log = new WriteLog(MAX_LOG_WRITES, MAX_LOG_BYTES, settings.queueWindow(),
				(key, record) -> settings.codec().encode(id, key, record));
		this.standing = new SessionStanding(id, io, activity);
		this.shipper = new SessionShipper(this, scripts, io, settings.leaseTtl());
		this.queue = new QueueReader(this, this.shipper, scripts);
	}

	/**
	 * Return what speaks with Redis for this session.
	 * @return the shipper
	 */
	SessionShipper shipper() {
		return this.shipper;
	}

	/**
	 * Return what reads the messages of the queue that are not in memory.
	 * @return the reader
	 */
	QueueReader queue() {
		return this.queue;
	}

	SessionId id() {
		return this.id;
	}

	SessionActivity activity() {
		return this.activity;
	}

	SessionStanding standing() {
		return this.standing;
	}

	SessionKeys keys() {
		return this.keys;
	}

	WriteLog log() {
		return this.log;
	}

	/**
	 * Wait until a write is in Redis, at most for the write time-out, and count the wait.
	 * @param operation what the wait is part of
	 * @param position the write's position
	 * @param seen the number of failures before the write was appended
	 * @param cancelled ends the wait
	 * @return whether it is
	 */
	boolean await(Operation operation, long position, long seen, BooleanSupplier cancelled) {
		long start = System.nanoTime();
		boolean stored = await(position, seen, cancelled);
		this.activity.ended(operation, start, stored);
		return stored;
	}

	/**
	 * Ship a message's record and wait until it is in Redis, both together at most for
	 * the write time-out.
	 * @param position the position of the record, 0 if there is none
	 * @param seen the number of failures before the record was appended
	 * @param cancelled ends the wait
	 * @return whether it is
	 */
	boolean ship(long position, long seen, BooleanSupplier cancelled) {
		long start = System.nanoTime();
		if (position > this.log.progress().applied()) {
			this.shipper.now();
		}
		long left = this.settings.writeTimeout().toNanos() - (System.nanoTime() - start);
		boolean stored = await(position, seen, left, cancelled);
		this.activity.ended(Operation.PUBLISH_WAIT, start, stored);
		return stored;
	}

	/**
	 * Wait until a write is in Redis, at most for the write time-out.
	 * @param position the write's position
	 * @param seen the number of failures before the write was appended
	 * @param cancelled ends the wait
	 * @return whether it is
	 */
	boolean await(long position, long seen, BooleanSupplier cancelled) {
		return await(position, seen, this.settings.writeTimeout().toNanos(), cancelled);
	}

	private boolean await(long position, long seen, long nanos, BooleanSupplier cancelled) {
		try {
			return this.log.progress().await(position, seen, nanos, () -> isUnusable() || cancelled.getAsBoolean());
		}
		catch (InterruptedException ex) {
			// The batch goes on without this caller, who must not be told that it is
			// done.
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Keep a packet in quarantine that was received, and wait until it is there.
	 * @param key the key that its record would have
	 * @param note why, which becomes its name
	 * @param packet the packet
	 * @return whether it is there
	 */
	boolean isQueueWholeInMemory() {
		return this.log.isWholeInMemory();
	}

	boolean keep(RecordKey key, SetAside note, byte[] packet) {
		byte[] stored = this.settings.codec().encode(this.id, key, packet);
		try {
			return this.shipper.keep(note, stored);
		}
		catch (SessionUnavailableException ex) {
			RedisSessionStore.logger.debug("MQTT session " + this.id + ": a packet is not kept", ex);
			return false;
		}
	}

	Map<Long, byte[]> decode(QueuePage page) throws SessionKeyException {
		return StoredRecords.decode(this.id, this.settings.codec(), page);
	}

	/**
	 * Take messages of the queue that were read.
	 * @param page the messages
	 * @return the keys of those that cannot be read
	 */
	List<RecordKey> addToQueue(QueuePage page) {
		try {
			Map<Long, byte[]> records = decode(page);
			this.log.addToQueue(page, records);
			return page.messages()
				.stream()
				.map(QueuedMessage::key)
				.filter((key) -> !records.containsKey(key.number()))
				.toList();
		}
		catch (SessionKeyException ex) {
			// Whoever reads the queue is told, and tries again.
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	int undeliverableAttempts() {
		return this.settings.undeliverableAttempts();
	}

	/**
	 * Return whether a message may be sent although it is not stored.
	 * @param record the record of the message
	 * @return whether it is a PUBLISH of QoS 1 and the settings allow it
	 */
	boolean isSentUnstored(byte @Nullable [] record) {
		return isSentUnstored() && record != null && RecordEnvelope.isOfQos1(record);
	}

	/**
	 * Return whether some messages may be sent although they are not stored.
	 * @return whether the settings allow it
	 */
	boolean isSentUnstored() {
		return this.settings.onOutage() == OnOutage.CONTINUE;
	}

	/**
	 * Return whether {@code publish} is to wait.
	 * @return whether a message is to be stored when it returns
	 */
	boolean isStoredBeforeReturn() {
		return this.settings.durability() == Durability.BEFORE_RETURN;
	}

	/**
	 * Return whether there is no use in waiting for Redis.
	 * @return whether Redis is away, or the session is no longer owned
	 */
	boolean isUnusable() {
		return this.ended || isFenced() || this.io.away() != null;
	}

	boolean isFenced() {
		return this.standing.isFenced();
	}

	boolean isEnded() {
		return this.ended;
	}

	/**
	 * Make the exception for a write that was not confirmed.
	 * @param what what was to be done
	 * @return the exception, with the reason
	 */
	SessionException refusal(String what) {
		if (isFenced()) {
			return new SessionInUseException(this.id, this.standing.fencedBy(), Duration.ZERO,
					"This process no longer writes it. Stop one of the two, or give each its own client id");
		}
		String prefix = "Could not " + what + " of MQTT session " + this.id + ": ";
		if (this.ended) {
			return SessionUnavailableException
				.refusing(prefix + "it was given back, because its client is closed or the store is stopped");
		}
		RedisTrouble reason = this.standing.trouble();
		if (reason != null) {
			return SessionUnavailableException.refusing(prefix + reason.getMessage());
		}
		return new SessionUnavailableException(prefix + "Redis at " + this.io.link().describe()
				+ " did not confirm it within " + this.settings.writeTimeout().toMillis()
				+ " ms (mqtt.persistence.write-timeout), or the wait was ended. It is unknown whether it is "
				+ "stored");
	}

	/**
	 * Make the exception for a record that was not confirmed.
	 * @param what what was to be done
	 * @param record the record, {@code null} for all
	 * @return the exception, with the reason
	 */
	SessionException refusal(String what, @Nullable RecordKey record) {
		byte[] aside = (record != null) ? this.log.aside(record) : null;
		return (record != null && aside != null && !isFenced() && !this.ended)
				? new SessionRecordException(this.id, record, aside.length) : refusal(what);
	}

	SessionStatus status() {
		SessionClient current = this.client;
		return this.standing.status(this.log.contents(), this.shipper.lease().remaining(),
				(current != null) ? current.link() : null);
	}

	/**
	 * Have the client of the newest hold say how its link is, and be told what becomes of
	 * its messages.
	 * @param served the client
	 */
	void serve(SessionClient served) {
		this.client = served;
	}

	// What is noted in turn

	/**
	 * Note that Redis does not answer.
	 */
	void away() {
		RedisTrouble away = this.io.away();
		if (away != null) {
			this.shipper.away(away);
		}
		this.standing.away();
		this.log.failWaiters();
	}

	/**
	 * Note that all of the session is in Redis.
	 */
	void settled() {
		if (this.standing.settled(this.log.countAside())) {
			this.io.listeners().tell(this.recoveryListener);
		}
	}

	void onRecovered(BooleanSupplier listener) {
		this.recoveryListener = listener;
	}

	/**
	 * Have something done on the listeners' thread, again a little later while it returns
	 * false.
	 * @param task what is to be done
	 */
	void tell(BooleanSupplier task) {
		this.io.listeners().tell(task);
	}

	/**
	 * Note that Redis does not take a record. If nobody waits for it, its client is told.
	 * @param refused the record
	 */
	void refused(Refused refused) {
		SessionRecordException reason = new SessionRecordException(this.id, refused.key(), refused.record().length);
		this.standing.setAside(reason, refused.kept());
		SessionClient current = this.client;
		if (!refused.kept() && current != null) {
			tell(() -> current.refused(refused.key(), refused.record(), reason));
		}
	}

	void fenced(String by) {
		this.standing.fenced(by);
		this.log.failWaiters();
	}

	/**
	 * End the ownership: nothing is sent any more.
	 */
	void end() {
		this.ended = true;
		this.log.failWaiters();
	}

}
