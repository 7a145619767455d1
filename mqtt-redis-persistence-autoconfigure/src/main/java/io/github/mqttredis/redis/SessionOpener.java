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
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionUnavailableException;

/**
 * Makes sessions this process's own: takes the lease, then reads the records. In this
 * order, because Paho reads a session only once and nobody may write it afterwards.
 */
final class SessionOpener {

	private static final Duration LEASE_POLL = Duration.ofMillis(100);

	private final IoLoop io;

	private final Owner owner;

	private final StoreSettings settings;

	SessionOpener(IoLoop io, Owner owner, StoreSettings settings) {
		this.io = io;
		this.owner = owner;
		this.settings = settings;
	}

	/**
	 * Own and load a session.
	 * @param id the session
	 * @return the session, with all its records
	 * @throws SessionException if somebody else goes on owning it, or Redis did not
	 * answer
	 */
	OwnedSession open(SessionId id) throws SessionException {
		SessionKeys keys = new SessionKeys(this.settings.keyPrefix(), id);
		RedisScripts scripts = new RedisScripts(keys, this.owner.token(), this.settings.leaseTtl().toMillis());
		OwnedSession session = new OwnedSession(id, keys, scripts, this.io, this.settings);
		acquire(session);
		SessionLoader loader = new SessionLoader(this.io, keys);
		loader.load();
		if (!loader.foreign().isEmpty()) {
			this.io.call((connection) -> session.shipper().quarantine(connection, loader.foreign()));
		}
		session.log().load(loader.records());
		this.io.call((connection) -> connection.zSetCommands()
			.zAdd(SessionKeys.sessions(this.settings.keyPrefix()), Instant.now().toEpochMilli(), keys.hash()));
		RedisSessionStore.logger
			.info("MQTT session " + id + " opened: " + loader.records().size() + " records restored");
		return session;
	}

	private void acquire(OwnedSession session) throws SessionException {
		long deadline = System.nanoTime() + this.settings.acquireTimeout().toNanos();
		for (boolean first = true;; first = false) {
			Acquired acquired = this.io.call(session.shipper()::acquire);
			if (acquired.owned()) {
				return;
			}
			String holder = Owner.describe(acquired.holder());
			Duration remaining = Duration.ofMillis(Math.max(1, acquired.remainingMillis()));
			if (System.nanoTime() - deadline >= 0) {
				throw new SessionInUseException(session.id(), holder, remaining,
						"Stop it, give this process a client id of its own, or raise mqtt.persistence.lease.acquire-timeout");
			}
			if (first) {
				RedisSessionStore.logger.info("MQTT session " + session.id() + " is owned by " + holder
						+ "; waiting up to " + this.settings.acquireTimeout().toMillis() + " ms for its lease to end");
			}
			pause((remaining.compareTo(LEASE_POLL) < 0) ? remaining : LEASE_POLL);
		}
	}

	private static void pause(Duration time) throws SessionUnavailableException {
		try {
			TimeUnit.MILLISECONDS.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SessionUnavailableException("Interrupted while waiting for a lease to end", ex);
		}
	}

}
