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

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.zset.Tuple;

/**
 * The sorted set of all sessions, by which they are found: of those that are owned, and
 * of those whose owner is gone. Written anew all the time, so that a Redis that lost it
 * has it again, and that it tells when an owner was last seen.
 */
final class SessionIndex {

	private final IoLoop io;

	private final byte[] key;

	SessionIndex(IoLoop io, String keyPrefix) {
		this.io = io;
		this.key = SessionKeys.sessions(keyPrefix);
	}

	/**
	 * Note that a session is owned.
	 * @param connection the connection
	 * @param keys the session's keys
	 * @return whether it is new
	 */
	Boolean add(RedisConnection connection, SessionKeys keys) {
		return Boolean.TRUE.equals(connection.zSetCommands().zAdd(this.key, Instant.now().toEpochMilli(), keys.hash()));
	}

	/**
	 * Note which sessions are owned. One whose lease may have ended is left out: it may
	 * have been deleted. Called in turn ({@link IoLoop}).
	 * @param sessions the sessions of this process
	 */
	void refresh(Collection<OwnedSession> sessions) {
		double now = Instant.now().toEpochMilli();
		Set<Tuple> members = new HashSet<>();
		for (OwnedSession session : sessions) {
			if (isOwned(session)) {
				members.add(Tuple.of(session.keys().hash(), now));
			}
		}
		if (members.isEmpty() || this.io.away() != null) {
			return;
		}
		try {
			this.io.link().run((connection) -> connection.zSetCommands().zAdd(this.key, members));
		}
		catch (RedisTrouble trouble) {
			RedisSessionStore.logger.debug("The set of all MQTT sessions could not be written", trouble);
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				this.io.lost(trouble);
			}
		}
	}

	private static boolean isOwned(OwnedSession session) {
		return !session.isFenced() && !session.shipper().lease().remaining().isZero();
	}

}
