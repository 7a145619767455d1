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
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.github.mqttredis.redis.Speaker.Command;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisZSetCommands;

/**
 * The sorted set of all sessions, by which they are found: of those that are owned, and
 * of those whose owner is gone. Written anew all the time, so that a Redis that lost it
 * has it again, and that it tells when an owner was last seen. Its members are the keys
 * of the sessions' hashes.
 */
final class SessionIndex {

	private static final RedisScript SEEN = new RedisScript("seen.lua");

	private final byte[] key;

	SessionIndex(String keyPrefix) {
		this.key = SessionKeys.sessions(keyPrefix);
	}

	/**
	 * Note that sessions are owned. When that was is told by the clock of Redis: those of
	 * hosts differ, and a session must not look abandoned because its host is behind.
	 * @param sessions their keys
	 * @return tells the time, by Redis
	 */
	Command<Instant> add(Collection<SessionKeys> sessions) {
		return SEEN.with(List.of(this.key), sessions.stream().map(SessionKeys::hash).toList(), SessionIndex::time);
	}

	private static Instant time(List<String> reply) {
		return Instant.ofEpochMilli(Long.parseLong(reply.get(0)));
	}

	/**
	 * Return the time by which sessions were seen.
	 * @param connection the connection
	 * @return the time, by Redis
	 */
	Instant now(RedisConnection connection) {
		return time(SEEN.run(connection, List.of(this.key), List.of()));
	}

	/**
	 * Forget a session.
	 * @param connection the connection
	 * @param hash the key of its hash
	 * @return how many were forgotten
	 */
	Long remove(RedisConnection connection, byte[] hash) {
		return orZero(zSet(connection).zRem(this.key, hash));
	}

	/**
	 * Return when an owner of a session was last seen.
	 * @param connection the connection
	 * @param hash the key of its hash
	 * @return the instant, none if the session is not in the set
	 */
	Optional<Instant> lastSeen(RedisConnection connection, byte[] hash) {
		return Optional.ofNullable(zSet(connection).zScore(this.key, hash))
			.map((score) -> Instant.ofEpochMilli(score.longValue()));
	}

	/**
	 * Return some sessions whose owners were last seen at an instant or before.
	 * @param connection the connection
	 * @param instant the instant
	 * @param offset how many of them to leave out
	 * @param count how many to return at most
	 * @return the keys of their hashes, those first that were not seen for longest
	 */
	List<byte[]> seenUntil(RedisConnection connection, Instant instant, int offset, int count) {
		return list(zSet(connection).zRangeByScore(this.key, Range.closed(0D, (double) instant.toEpochMilli()),
				Limit.limit().offset(offset).count(count)));
	}

	/**
	 * Return some sessions.
	 * @param connection the connection
	 * @param offset how many to leave out
	 * @param count how many to return at most
	 * @return the keys of their hashes, those first that were not seen for longest
	 */
	List<byte[]> range(RedisConnection connection, long offset, int count) {
		return list(zSet(connection).zRange(this.key, offset, offset + count - 1));
	}

	/**
	 * Return the key of the set.
	 * @return the key, for scripts
	 */
	byte[] key() {
		return this.key;
	}

	private static RedisZSetCommands zSet(RedisConnection connection) {
		return connection.zSetCommands();
	}

	private static Long orZero(@Nullable Long count) {
		return (count != null) ? count : 0;
	}

	private static List<byte[]> list(@Nullable Set<byte[]> members) {
		return (members != null) ? List.copyOf(members) : List.of();
	}

}
