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

import java.util.List;

import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.redis.RedisScripts.Written;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SetAside;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * What an owner does with its session besides shipping the write log: take it, put right
 * what is in it, and give it back. Used in turn ({@link IoLoop}) only.
 */
final class SessionClaim {

	private final OwnedSession session;

	private final RedisScripts scripts;

	private final Fence fence;

	private final LeaseClock lease;

	SessionClaim(OwnedSession session, RedisScripts scripts, Fence fence, LeaseClock lease) {
		this.session = session;
		this.scripts = scripts;
		this.fence = fence;
		this.lease = lease;
	}

	/**
	 * Try to take the lease.
	 * @param connection the connection
	 * @param replaced the token of an owner that may be replaced
	 * @param until when it is too late for that, in milliseconds by the clock of Redis
	 * @return what came of it
	 */
	Acquired acquire(RedisConnection connection, String replaced, long until) {
		long start = System.nanoTime();
		Acquired acquired = this.scripts.acquire(connection, replaced, until);
		if (acquired.owned()) {
			this.fence.begin(acquired.epoch());
			this.lease.taken(start);
		}
		return acquired;
	}

	/**
	 * Store records that do not come from the write log, before anything does.
	 * @param connection the connection
	 * @param batch the records
	 * @return whether it was done; if not, the session is not as this owner left it
	 */
	boolean store(RedisConnection connection, Batch batch) {
		Mark next = this.fence.next();
		long start = System.nanoTime();
		boolean done = isApplied(this.scripts.write(connection, this.fence.mark(), next, batch), next);
		if (done) {
			this.lease.extended(start);
		}
		return done;
	}

	/**
	 * Move what cannot be read to the quarantine.
	 * @param connection the connection
	 * @param fields the fields
	 * @return whether it was done
	 */
	boolean quarantine(RedisConnection connection, List<String> fields) {
		boolean done = move(connection, fields, "");
		if (done) {
			this.session.standing().quarantined(fields, this.session.keys());
		}
		return done;
	}

	/**
	 * Move a record to the quarantine under another name.
	 * @param connection the connection
	 * @param key the record's key
	 * @param note its name there
	 * @return whether it was done
	 */
	boolean setAside(RedisConnection connection, RecordKey key, SetAside note) {
		return move(connection, List.of(key.toString()), note.name());
	}

	/**
	 * Put a packet into quarantine that was received.
	 * @param connection the connection
	 * @param note its name there
	 * @param packet what is stored
	 * @return whether it was done; not if the session is not as this owner left it, or
	 * the quarantine is full
	 */
	boolean keep(RedisConnection connection, SetAside note, byte[] packet) {
		return this.scripts.keep(connection, this.fence.mark(), note.name().getBytes(SessionLoader.NAMES), packet);
	}

	private boolean move(RedisConnection connection, List<String> fields, String name) {
		Mark next = this.fence.next();
		return isApplied(
				this.scripts.quarantine(connection, this.fence.mark(), next, name.getBytes(SessionLoader.NAMES),
						fields.stream().map((field) -> field.getBytes(SessionLoader.NAMES)).toList()),
				next);
	}

	private boolean isApplied(Written written, Mark next) {
		boolean applied = this.fence.isApplied(written.found(), next);
		if (applied) {
			this.fence.applied(next, Batch.UNKNOWN_LENGTH);
		}
		return applied;
	}

	/**
	 * Give the lease back, so that a successor need not wait.
	 * @param connection the connection
	 * @return whether it was still ours
	 */
	boolean release(RedisConnection connection) {
		return !this.session.isFenced() && this.scripts.release(connection, this.fence.mark());
	}

}
