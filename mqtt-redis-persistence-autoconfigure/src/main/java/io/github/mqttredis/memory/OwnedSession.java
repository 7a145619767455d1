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

package io.github.mqttredis.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.WriteLog;
import org.jspecify.annotations.Nullable;

/**
 * A session that a store owns: its log, which is stored as soon as it is written, and the
 * newest client's hold on it.
 * <p>
 * Written under the lock of {@link MemorySessions}, read without it.
 */
final class OwnedSession {

	private final StoredSession stored;

	private final MemorySessionStore store;

	private final SessionActivity activity;

	private volatile @Nullable Supplier<LinkStatus> link;

	private final WriteLog log = new WriteLog(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE,
			(key, record) -> record);

	private final AtomicLong quarantined = new AtomicLong();

	/** The newest client's, {@code null} while the session is being opened. */
	private volatile @Nullable MemorySession hold;

	private volatile @Nullable String fencedBy;

	private volatile boolean ended;

	private volatile @Nullable Failure failure;

	OwnedSession(StoredSession stored, MemorySessionStore store, SessionActivity activity) {
		this.stored = stored;
		this.store = store;
		this.activity = activity;
	}

	SessionId id() {
		return this.stored.id();
	}

	MemorySessionStore store() {
		return this.store;
	}

	SessionActivity activity() {
		return this.activity;
	}

	WriteLog log() {
		return this.log;
	}

	String owner() {
		return this.store.owner();
	}

	Duration leaseTtl() {
		return this.store.settings().leaseTtl();
	}

	int undeliverableAttempts() {
		return this.store.settings().undeliverableAttempts();
	}

	@Nullable MemorySession hold() {
		return this.hold;
	}

	/**
	 * Give the session to a client. Called alone.
	 * @return the client's hold, which ends an earlier one
	 */
	MemorySession take() {
		// Whose client may have taken a message just now: the next one sends it.
		this.log.handed();
		MemorySession next = new MemorySession(this);
		this.hold = next;
		return next;
	}

	boolean isEnded() {
		return this.ended;
	}

	boolean isFenced() {
		return this.fencedBy != null;
	}

	/**
	 * Write to the session, and store that, if it is still owned.
	 * @param by the hold of who writes
	 * @param change what is written; must not block
	 * @param what what is written, for the exception
	 * @throws SessionException if the session is not owned any more, or another hold is
	 * the newest one
	 */
	void write(@Nullable MemorySession by, BiConsumer<WriteLog, StoredSession> change, String what)
			throws SessionException {
		if (!write(by, change)) {
			throw Objects.requireNonNull(refusal(what, by));
		}
	}

	/**
	 * Write to the session, and store that, if it is still owned.
	 * @param by the hold of who writes
	 * @param change what is written; must not block
	 * @return whether it is still owned, and the hold the newest one
	 */
	boolean write(@Nullable MemorySession by, BiConsumer<WriteLog, StoredSession> change) {
		return this.store.kept().alone((all) -> {
			if (this.stored.owner() != this || this.hold != by) {
				return false;
			}
			change.accept(this.log, this.stored);
			for (Batch batch = next(); batch != null; batch = next()) {
				this.stored.apply(batch);
				this.log.applied(batch);
			}
			return true;
		});
	}

	private @Nullable Batch next() {
		return this.log.next(Integer.MAX_VALUE, Long.MAX_VALUE);
	}

	/**
	 * Make the exception for what a hold may not do.
	 * @param what what was to be done
	 * @param by the hold
	 * @return the exception, {@code null} if the hold may do it
	 */
	@Nullable SessionException refusal(String what, @Nullable MemorySession by) {
		String other = this.fencedBy;
		if (other != null) {
			return new SessionInUseException(id(), other, Duration.ZERO,
					"This process no longer writes it. Stop one of the two, or give each its own client id");
		}
		if (this.ended) {
			return new SessionUnavailableException("Could not " + what + " of MQTT session " + id() + ": "
					+ "it was given back, because its client is closed or the store is stopped");
		}
		return (this.hold == by) ? null : new SessionInUseException(id(), "a newer client of this process",
				Duration.ZERO, "Use one client for each client id and broker");
	}

	/** Give the session back. Called alone. */
	void end() {
		if (this.stored.owner() == this) {
			this.stored.owner(null);
		}
		this.ended = true;
	}

	/**
	 * Lose the session to another store. Called alone.
	 * @param by who has taken it
	 */
	void fence(String by) {
		this.fencedBy = by;
		this.failure = new Failure("owned by " + by, Instant.now());
	}

	/** Tell that the session was lost. Called without any lock. */
	void fenced() {
		String by = String.valueOf(this.fencedBy);
		this.activity.happened(Event.LEASE_LOST, 1);
		MemorySessionStore.logger.error("MQTT session " + id() + " is now owned by " + by
				+ "; this process no longer writes it. Give each process its own client id");
		tell(new SessionEvent.Fenced(id(), by));
	}

	/**
	 * Tell that a packet that was received is in quarantine now.
	 * @param record its name
	 */
	void kept(String record) {
		this.quarantined.incrementAndGet();
		this.activity.happened(Event.RECORD_QUARANTINED, 1);
		tell(new SessionEvent.Quarantined(id(), List.of(record)));
	}

	/**
	 * Tell that records cannot be read, and are in quarantine now. Called without any
	 * lock.
	 * @param records their names
	 */
	void quarantined(List<String> records) {
		this.quarantined.addAndGet(records.size());
		this.activity.happened(Event.RECORD_QUARANTINED, records.size());
		MemorySessionStore.logger.warn("MQTT session " + id() + ": " + records.size()
				+ " records that cannot be read were moved to its quarantine");
		tell(new SessionEvent.Quarantined(id(), records));
	}

	void taken() {
		// Those of earlier owners are not counted.
		this.quarantined.updateAndGet((count) -> Math.max(0, count - 1));
	}

	/**
	 * Tell that a message was set aside. Called without any lock.
	 * @param note why
	 * @param record its record
	 */
	void undeliverable(SetAside note, byte[] record) {
		this.quarantined.incrementAndGet();
		this.activity.happened(Event.MESSAGE_UNDELIVERABLE, 1);
		String line = note.describe(id(), record);
		this.failure = new Failure(line, Instant.now());
		MemorySessionStore.logger.warn(line + ". It is kept in quarantine, and later messages are sent");
		tell(new SessionEvent.Undeliverable(id(), note));
	}

	void tell(SessionEvent event) {
		this.store.tell(event, this.activity);
	}

	SessionStatus status() {
		Failure last = this.failure;
		Supplier<LinkStatus> client = this.link;
		boolean owned = !isFenced() && !this.ended;
		return new SessionStatus(id(), isFenced() ? SessionState.FENCED : SessionState.OWNER, this.log.contents(),
				owned ? leaseTtl() : Duration.ZERO, this.quarantined.get(), (last != null) ? last.message() : null,
				(last != null) ? last.at() : null, (client != null) ? client.get() : null);
	}

	/**
	 * Have the client of the newest hold say how its link is.
	 * @param client says it
	 */
	void link(Supplier<LinkStatus> client) {
		this.link = client;
	}

	/**
	 * Note what has become of the client's link.
	 * @param happened what is counted
	 * @param news what listeners are told, {@code null} if it is no news
	 */
	void happened(Event happened, @Nullable SessionEvent news) {
		this.activity.happened(happened, 1);
		if (news != null) {
			tell(news);
		}
	}

	/**
	 * What went wrong.
	 *
	 * @param message what
	 * @param at when
	 */
	private record Failure(String message, Instant at) {

	}

}
