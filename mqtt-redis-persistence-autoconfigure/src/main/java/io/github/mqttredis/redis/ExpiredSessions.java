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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Takes sessions out of the set of all sessions that Redis has let expire. Looks at some
 * each time. A session that comes back meanwhile is in the set again before long, because
 * its owner notes it there all the time.
 */
final class ExpiredSessions {

	private static final int SOME = 20;

	private final IoLoop io;

	private final SessionIndex index;

	private final Duration expiry;

	private int offset;

	ExpiredSessions(IoLoop io, SessionIndex index, StoreSettings settings) {
		this.io = io;
		this.index = index;
		this.expiry = settings.sessionExpiry();
	}

	/** Look at some sessions. Called on the I/O thread. */
	void sweep() {
		if (!this.expiry.isZero()) {
			this.io.attempt("Sweeping the set of all MQTT sessions", this::sweep);
		}
	}

	private int sweep(RedisConnection connection) {
		List<byte[]> old = this.index.seenUntil(connection, this.index.now(connection).minus(this.expiry), this.offset,
				SOME);
		int swept = 0;
		for (byte[] key : old) {
			if (isGone(connection, new String(key, StandardCharsets.UTF_8))) {
				this.index.remove(connection, key);
				swept++;
			}
		}
		this.offset = (old.size() < SOME) ? 0 : this.offset + SOME - swept;
		return swept;
	}

	private static boolean isGone(RedisConnection connection, String hash) {
		Long found = connection.keyCommands()
			.exists(hash.getBytes(StandardCharsets.UTF_8), SessionKeys.lease(hash), SessionKeys.mark(hash),
					SessionKeys.quarantine(hash), SessionKeys.queue(hash));
		return found != null && found == 0;
	}

}
