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
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SetAside;
import org.jspecify.annotations.Nullable;

/**
 * The state of a session in Redis. Each change is logged, counted, and told to listeners.
 * Changed in turn ({@link IoLoop}) only, read by all.
 */
final class SessionStanding {

	private final SessionId id;

	private final IoLoop io;

	private final SessionActivity activity;

	private volatile SessionState state = SessionState.OWNER;

	private volatile @Nullable RedisTrouble trouble;

	private volatile @Nullable Failure failure;

	private volatile String fencedBy = "";

	/** Records of this session that were moved to quarantine, less those taken out. */
	private final AtomicLong quarantined = new AtomicLong();

	/** Whether Redis was away since all of the session was in it. */
	private volatile boolean interrupted;

	/** Whether the session is being written back. */
	private boolean resyncing;

	SessionStanding(SessionId id, IoLoop io, SessionActivity activity) {
		this.id = id;
		this.io = io;
		this.activity = activity;
	}

	boolean isFenced() {
		return this.state == SessionState.FENCED;
	}

	String fencedBy() {
		return this.fencedBy;
	}

	/**
	 * Return why Redis does not hold all of the session.
	 * @return the reason, {@code null} if it does
	 */
	@Nullable RedisTrouble trouble() {
		RedisTrouble away = this.io.away();
		return (away != null) ? away : this.trouble;
	}

	SessionStatus status(Contents contents, Duration leaseRemaining, @Nullable LinkStatus link) {
		SessionState current = (this.io.away() != null && !isFenced()) ? SessionState.DEGRADED : this.state;
		Failure last = this.failure;
		RedisTrouble now = trouble();
		if (last != null && now != null && !isFenced()) {
			// While Redis is away the reason may change: refused at first, loading then.
			last = new Failure(String.valueOf(now.getMessage()), last.at());
		}
		return new SessionStatus(this.id, current, contents, isFenced() ? Duration.ZERO : leaseRemaining,
				this.quarantined.get(), (last != null) ? last.message() : null, (last != null) ? last.at() : null,
				link);
	}

	void quarantined(List<String> fields, SessionKeys keys) {
		this.quarantined.addAndGet(fields.size());
		this.activity.happened(Event.RECORD_QUARANTINED, fields.size());
		RedisSessionStore.logger.warn("MQTT session " + this.id + ": " + fields.size()
				+ " records that cannot be read were moved to " + keys + ":quarantine: " + SessionKeys.escape(fields));
		tell(new SessionEvent.Quarantined(this.id, List.copyOf(fields)));
	}

	/**
	 * Note that Redis does not take a record.
	 * @param refused names it
	 * @param kept whether it stays in memory; if not, nobody waits for it
	 */
	void setAside(SessionRecordException refused, boolean kept) {
		this.quarantined.incrementAndGet();
		this.activity.happened(Event.RECORD_QUARANTINED, 1);
		RedisSessionStore.logger.warn(refused.getMessage() + ". The record is set aside after " + BrokenBatches.ATTEMPTS
				+ " attempts: " + (kept ? "it is kept in memory only, and" : "the token of the message fails, and")
				+ " its message is not sent. Later records are written now");
		tell(new SessionEvent.Quarantined(this.id, List.of(refused.record().toString())));
	}

	/**
	 * Note that a packet was put into quarantine that was received.
	 * @param note its name there
	 */
	void kept(SetAside note) {
		this.quarantined.incrementAndGet();
		this.activity.happened(Event.RECORD_QUARANTINED, 1);
		tell(new SessionEvent.Quarantined(this.id, List.of(note.record())));
	}

	/** Note that an operator took a record out of quarantine. */
	void taken() {
		// Those of earlier owners are not counted.
		this.quarantined.updateAndGet((count) -> Math.max(0, count - 1));
	}

	/**
	 * Note that a message was set aside.
	 * @param note why
	 * @param record its record
	 */
	void undeliverable(SetAside note, byte[] record) {
		this.quarantined.incrementAndGet();
		this.activity.happened(Event.MESSAGE_UNDELIVERABLE, 1);
		String line = note.describe(this.id, record);
		RedisSessionStore.logger.warn(line + ". It is kept in quarantine, and later messages are sent");
		fail(line, false);
		tell(new SessionEvent.Undeliverable(this.id, note));
	}

	/**
	 * Note that Redis lost records.
	 * @param records how many are written back
	 */
	void resyncing(int records) {
		this.state = SessionState.RESYNCING;
		this.resyncing = true;
		this.activity.happened(Event.RESYNC, 1);
		RedisSessionStore.logger
			.warn("Redis lost records of MQTT session " + this.id + "; writing back " + records + " from memory");
	}

	/**
	 * Note that Redis lost messages that waited to be sent, and that only Redis had.
	 * @param messages how many
	 */
	void queueLost(long messages) {
		this.activity.happened(Event.QUEUE_LOST, messages);
		String line = "MQTT session " + this.id + ": " + messages + " messages in the offline buffer are lost, "
				+ "because Redis lost them and only Redis held them";
		fail(line, false);
		RedisSessionStore.logger
			.error(line + ". Set appendonly to yes in Redis, or raise mqtt.persistence.offline-buffer.window");
	}

	void degraded(RedisTrouble reason) {
		boolean news = this.trouble == null;
		fail(String.valueOf(reason.getMessage()), news && !this.interrupted);
		this.trouble = reason;
		this.state = SessionState.DEGRADED;
		if (news) {
			RedisSessionStore.logger.warn("MQTT session " + this.id + " is not fully in Redis: " + reason.getMessage());
		}
	}

	/** Note that Redis does not answer. The log has a line for all sessions together. */
	void away() {
		RedisTrouble away = this.io.away();
		fail((away != null) ? String.valueOf(away.getMessage()) : "Redis does not answer",
				this.trouble == null && !this.interrupted && !isFenced());
		this.interrupted = true;
	}

	private void fail(String reason, boolean news) {
		if (!isFenced()) {
			this.failure = new Failure(reason, Instant.now());
		}
		if (news) {
			tell(new SessionEvent.Degraded(this.id, reason));
		}
	}

	/**
	 * Note that all of the session is in Redis, but for what is set aside.
	 * @param aside how many records are
	 * @return whether it was not before
	 */
	boolean settled(int aside) {
		if (this.state == SessionState.OWNER && !this.interrupted) {
			return false;
		}
		boolean writtenBack = this.resyncing;
		this.state = SessionState.OWNER;
		this.trouble = null;
		this.interrupted = false;
		this.resyncing = false;
		RedisSessionStore.logger.info("MQTT session " + this.id + " is in Redis again, "
				+ ((aside > 0) ? "except for " + aside + " records that it does not accept" : "all of it"));
		tell(writtenBack ? new SessionEvent.Resynced(this.id) : new SessionEvent.Recovered(this.id));
		return true;
	}

	void fenced(String by) {
		this.fencedBy = by;
		this.state = SessionState.FENCED;
		this.failure = new Failure("owned by " + by, Instant.now());
		this.activity.happened(Event.LEASE_LOST, 1);
		RedisSessionStore.logger.error("MQTT session " + this.id + " is now owned by " + by
				+ "; this process no longer writes it. Give each process its own client id");
		tell(new SessionEvent.Fenced(this.id, by));
	}

	/**
	 * Note what has become of the client's link, in turn or not.
	 * @param happened what is counted
	 * @param news what listeners are told, {@code null} if it is no news
	 */
	void happened(Event happened, @Nullable SessionEvent news) {
		this.activity.happened(happened, 1);
		if (news != null) {
			tell(news);
		}
	}

	private void tell(SessionEvent event) {
		this.io.listeners().tell(event, this.activity);
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
