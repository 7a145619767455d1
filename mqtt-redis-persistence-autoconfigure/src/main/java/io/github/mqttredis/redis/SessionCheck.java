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

import io.github.mqttredis.redis.RedisScripts.Confirmed;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.Mirror;
import io.github.mqttredis.session.WriteLog;

/**
 * Finds out whether a session is still owned and whole in Redis, and has what Redis lost
 * written back. Called in turn ({@link IoLoop}) only.
 */
final class SessionCheck {

	private final OwnedSession session;

	private final RedisScripts scripts;

	private final IoLoop io;

	private final WriteLog log;

	private final SessionClaim claim;

	private final Fence fence;

	private final LeaseClock lease;

	/** Whether Redis lost records, and writing them back has not begun. */
	private boolean lost;

	/** Whether Redis may have lost records, and writing them back has not begun. */
	private boolean doubtful;

	SessionCheck(OwnedSession session, RedisScripts scripts, IoLoop io, SessionClaim claim, Fence fence,
			LeaseClock lease) {
		this.session = session;
		this.claim = claim;
		this.scripts = scripts;
		this.io = io;
		this.log = session.log();
		this.fence = fence;
		this.lease = lease;
	}

	/**
	 * Renew the lease and find out whether Redis still holds what it held.
	 * @return whether the session is still owned
	 * @throws RedisTrouble if Redis did not do it
	 */
	boolean confirm() throws RedisTrouble {
		Mark next = this.fence.next();
		long start = System.nanoTime();
		Confirmed confirmed = this.io.link().run((connection) -> this.scripts.confirm(connection, next));
		if (confirmed.fenced()) {
			this.session.fenced(Owner.describe(confirmed.holder()));
			return false;
		}
		this.lease.renewed(start);
		judge(confirmed);
		this.fence.applied(confirmed.mark(), (this.lost || this.doubtful) ? Batch.UNKNOWN_LENGTH : this.fence.length());
		return true;
	}

	/**
	 * Have all of the session written back, if Redis lost a part of it or may have, or
	 * the log did.
	 * @throws RedisTrouble if Redis did not say what it holds
	 */
	void mend() throws RedisTrouble {
		if (this.lost || this.doubtful || this.log.isDropped()) {
			writeBack();
			this.lost = false;
			this.doubtful = false;
		}
	}

	private void judge(Confirmed confirmed) {
		Batch missed = this.fence.unanswered();
		Fence.Found found = this.fence.judge(confirmed.found());
		if (found == Fence.Found.BATCH_APPLIED && missed != null) {
			this.log.applied(missed);
			this.fence.applied(confirmed.found(), missed.lengthAfter());
		}
		this.doubtful |= found == Fence.Found.CONFIRMED;
		this.lost |= found == Fence.Found.LOST
				|| (found != Fence.Found.CONFIRMED && Fence.differs(confirmed.length(), expectedLength()));
	}

	/** Of a session that was only restored the mirror tells it. */
	private int expectedLength() {
		int size = this.log.read(Mirror::size);
		if (this.fence.length() != Batch.UNKNOWN_LENGTH) {
			return this.fence.length();
		}
		// Asked after the size: what was appended since is not in Redis yet.
		return (this.log.hasPending() || this.log.isDropped()) ? Batch.UNKNOWN_LENGTH : size;
	}

	private void writeBack() throws RedisTrouble {
		if (this.lost) {
			this.session.standing().resyncing(this.log.read(Mirror::size));
		}
		FieldNames names = this.io.link().run((connection) -> FieldNames.read(connection, this.session.keys().hash()));
		if (!names.foreign().isEmpty()) {
			this.io.link().run((connection) -> this.claim.quarantine(connection, names.foreign()));
		}
		this.log.rewrite(names.records());
	}

}
