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

import io.github.mqttredis.redis.RedisScripts.Written;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.WriteLog;
import org.jspecify.annotations.Nullable;

/**
 * Ships one session's write log to Redis, keeps its lease, and writes the session back
 * where Redis lost it. All of it in turn ({@link IoLoop}), which is why nothing here is
 * locked.
 */
final class SessionShipper {

	private static final int MAX_FIELDS = 1000;

	private static final long MAX_BATCH_BYTES = 1024 * 1024;

	private final OwnedSession session;

	private final RedisScripts scripts;

	private final IoLoop io;

	private final WriteLog log;

	private final LeaseClock lease;

	private final Fence fence = new Fence();

	private final SessionClaim claim;

	private final SessionCheck check;

	private final BrokenBatches broken = new BrokenBatches();

	/** The batch that is being sent, for {@link #handle}. */
	private @Nullable Batch sending;

	/** Whether there was a connection to send it over. */
	private boolean sent;

	/** What Redis is known not to take. */
	private final RefusedSize refusedSize = new RefusedSize();

	/** Whether the mark has to be looked at before anything else is sent. */
	private boolean unconfirmed;

	/** Whether Redis refused to store records, and has stored none since. */
	private volatile boolean refusing;

	/** What a publisher met that shipped its own record. */
	private @Nullable RedisTrouble unhandled;

	/** Whether nobody waits for what is sent. */
	private boolean probing;

	SessionShipper(OwnedSession session, SessionKeys keys, RedisScripts scripts, IoLoop io, Duration leaseTtl) {
		this.session = session;
		this.scripts = scripts;
		this.io = io;
		this.log = session.log();
		this.lease = new LeaseClock(leaseTtl, session.activity());
		this.claim = new SessionClaim(session, scripts, this.fence, this.lease);
		this.check = new SessionCheck(session, scripts, io, this.claim, this.fence, this.lease);
	}

	/**
	 * Return what this ships under.
	 * @return the claim to the session
	 */
	SessionClaim claim() {
		return this.claim;
	}

	/** Renew the lease if no batch has done so of late. */
	void renew() {
		if (this.lease.isDue()) {
			confirmSoon();
		}
	}

	LeaseClock lease() {
		return this.lease;
	}

	boolean isRefusing() {
		return this.refusing;
	}

	/**
	 * Return whether Redis has ended the connection over what is being shipped.
	 * @return whether that is tried again, and set aside in the end
	 */
	boolean isTryingAgain() {
		return this.broken.hasFailed();
	}

	RefusedSize refusedSize() {
		return this.refusedSize;
	}

	boolean isAwaited() {
		return this.log.isAwaited();
	}

	/** Look at the mark before anything else is sent, and ship what waits. */
	void confirmSoon() {
		this.unconfirmed = true;
		this.session.schedule().soonest();
	}

	/**
	 * Ship the next batch on a publisher's thread, if Redis is as we left it. The rest is
	 * for the I/O thread: a publisher waits for no more than one answer.
	 */
	void shipHere() {
		if (this.session.isUnusable() || this.unconfirmed || this.refusing || this.unhandled != null
				|| this.log.isDropped() || !this.broken.pause().isZero() || Thread.currentThread().isInterrupted()) {
			return;
		}
		this.probing = false;
		try {
			Batch batch = this.broken.next(this.log);
			// A record that is alone because of its size takes longer than its publisher
			// may wait.
			if (batch != null && batch.bytes() <= MAX_BATCH_BYTES) {
				send(batch);
				scheduleNext();
			}
		}
		catch (RedisTrouble ex) {
			this.unhandled = ex;
			this.session.schedule().soonest();
		}
	}

	/** Ship the next batch, unless there is no use in it. */
	void shipNow() {
		RedisTrouble trouble = this.unhandled;
		this.unhandled = null;
		if (this.session.isUnusable()) {
			return;
		}
		if (trouble != null) {
			handle(trouble);
			return;
		}
		this.probing = false;
		try {
			if (this.unconfirmed || this.log.isDropped()) {
				confirm();
			}
			if (!this.session.isFenced()) {
				shipBatch();
			}
		}
		catch (RedisTrouble ex) {
			handle(ex);
		}
	}

	private void shipBatch() throws RedisTrouble {
		Duration pause = this.broken.pause();
		if (!pause.isZero()) {
			this.session.schedule().again(pause);
			return;
		}
		Batch batch = this.broken.next(this.log);
		if (batch != null && this.broken.isHopeless(batch)) {
			setAside(batch);
			batch = this.broken.next(this.log);
		}
		this.probing = batch == null && this.refusing;
		if (this.probing) {
			batch = Batch.probe(this.fence.length());
		}
		if (batch != null) {
			send(batch);
		}
		scheduleNext();
	}

	private void scheduleNext() {
		if (this.unconfirmed || this.log.isAwaited()) {
			this.session.schedule().soonest();
		}
		else if (this.log.hasPending()) {
			this.session.schedule().soon();
		}
		else if (this.refusing) {
			this.session.schedule().again();
		}
		else {
			this.session.settled();
		}
	}

	/** Called when Redis has just said that the batch was not applied after all. */
	private void setAside(Batch batch) {
		RecordKey record = this.log.setAside(batch);
		byte[] value = (record != null) ? this.log.aside(record) : null;
		if (record != null && value != null) {
			this.refusedSize.refused(value.length);
			this.session.standing().setAside(new SessionRecordException(this.session.id(), record, value.length));
		}
		this.broken.forget();
	}

	/**
	 * Move a record to quarantine. One that is not in Redis yet stays where it is.
	 * @param key the record's key
	 * @param note why, which becomes its name
	 * @throws RedisTrouble if Redis did not do it
	 */
	void setAside(RecordKey key, SetAside note) throws RedisTrouble {
		byte[] record = this.log.get(key);
		if (this.unconfirmed || this.log.isDropped()) {
			confirm();
		}
		if (record == null || this.session.isFenced() || this.log.position(key) > this.log.progress().applied()) {
			return;
		}
		if (this.io.link().run((connection) -> this.claim.setAside(connection, key, note))) {
			this.log.moved(key);
			this.session.standing().undeliverable(note, record);
		}
		else {
			confirm();
		}
	}

	/**
	 * Put a packet into quarantine that was received.
	 * @param note its name there
	 * @param packet what is stored
	 * @return whether it is there
	 * @throws RedisTrouble if Redis did not do it
	 */
	boolean keep(SetAside note, byte[] packet) throws RedisTrouble {
		if (this.unconfirmed) {
			confirm();
		}
		boolean kept = !this.session.isFenced()
				&& this.io.link().run((connection) -> this.claim.keep(connection, note, packet), packet.length);
		if (kept) {
			this.session.standing().kept();
		}
		return kept;
	}

	private void send(Batch batch) throws RedisTrouble {
		long start = System.nanoTime();
		boolean applied = false;
		try {
			applied = apply(batch);
		}
		finally {
			this.session.activity().ended(Operation.BATCH, start, applied);
		}
	}

	private boolean apply(Batch batch) throws RedisTrouble {
		Mark next = this.fence.next();
		this.fence.sending(batch, next);
		this.sending = batch;
		this.sent = false;
		long start = System.nanoTime();
		Written written = this.io.link().run((connection) -> {
			if (!RedisLink.extraTime(batch.bytes()).isZero()) {
				// A connection of its own: that it cannot be made is not the batch's
				// fault.
				connection.ping();
			}
			this.sent = true;
			return this.scripts.write(connection, this.fence.mark(), next, batch);
		}, batch.bytes());
		this.sending = null;
		if (!this.fence.isApplied(written.found(), next)) {
			this.fence.refused();
			this.unconfirmed = true;
			return false;
		}
		this.fence.applied(next, batch.lengthAfter());
		this.lease.extended(start);
		this.session.activity().happened(Event.BATCH_RECORD, batch.puts().size() + batch.removes().size());
		this.refusing = this.refusing && !batch.provesRoom();
		this.log.applied(batch);
		this.broken.applied(batch);
		this.unconfirmed = Fence.differs(written.length(), batch.lengthAfter());
		return true;
	}

	/**
	 * Renew the lease and find out whether Redis still holds what it held.
	 * @throws RedisTrouble if Redis did not do it
	 */
	void confirm() throws RedisTrouble {
		this.unhandled = null;
		this.sending = null;
		if (this.check.confirm()) {
			this.unconfirmed = false;
			this.check.mend();
		}
	}

	private void handle(RedisTrouble ex) {
		Batch batch = this.probing ? null : this.sending;
		this.sending = null;
		if (ex.kind() == RedisTrouble.Kind.NO_ANSWER) {
			this.unconfirmed = true;
			handleNoAnswer(ex, batch);
			return;
		}
		this.session.standing().degraded(ex);
		this.refusing = true;
		if (!this.probing) {
			this.log.failWaiters();
		}
		if (ex.kind() == RedisTrouble.Kind.FULL) {
			this.fence.refused();
			shipRemoves();
		}
		else {
			this.unconfirmed = true;
		}
		if (ex.wrongServer()) {
			this.io.link().reset();
		}
		this.session.schedule().again();
	}

	/**
	 * A batch that has ended the connection before is taken for the reason: sessions
	 * beside this one have been asked about once, and go on.
	 */
	private void handleNoAnswer(RedisTrouble ex, @Nullable Batch batch) {
		boolean again = batch != null && this.broken.hasFailed();
		this.session.standing().degraded((batch != null && again) ? ex.over(batch) : ex);
		this.io.lost(ex, !again);
		if (this.io.away() != null) {
			this.broken.forget();
		}
		else if (batch != null) {
			if (this.sent && !(ex.getCause() instanceof Error)) {
				this.broken.failed(batch);
			}
			this.broken.beginPause();
			this.session.schedule().again(this.broken.pause());
		}
	}

	/** A full Redis takes no records but frees what is removed, which makes room. */
	private void shipRemoves() {
		Batch batch = this.log.nextRemoves(MAX_FIELDS);
		if (batch != null) {
			try {
				send(batch);
			}
			catch (RedisTrouble ex) {
				RedisSessionStore.logger.debug("Redis is full and does not remove either", ex);
				this.unconfirmed = true;
			}
		}
	}

}
