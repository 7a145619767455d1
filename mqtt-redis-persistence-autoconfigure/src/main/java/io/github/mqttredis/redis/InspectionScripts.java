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
import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.redis.SessionOpener.FieldNames;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SetAside;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The Lua by which sessions are looked at and deleted without owning them. On a cluster
 * each script runs where its session lies.
 */
final class InspectionScripts {

	/** Enough for the longest topic, and for properties of an ordinary length. */
	private static final int BEGINNING_BYTES = 68 * 1024;

	/** Records of this size in total end a page. */
	private static final int PAGE_BYTES = 1024 * 1024;

	private static final RedisScript SESSIONS = new RedisScript("sessions.lua");

	private static final RedisScript INSPECT = new RedisScript("inspect.lua");

	private static final RedisScript RECORDS = new RedisScript("records.lua");

	private static final RedisScript QUEUE = new RedisScript("queue.lua");

	private static final RedisScript DELETE = new RedisScript("delete.lua");

	/** Stands for any mark in {@link #delete}. */
	static final String ANY_MARK = "*";

	private InspectionScripts() {
	}

	static Page<Seen> sessions(RedisConnection connection, SessionIndex index, String cursor, int limit) {
		List<String> reply = SESSIONS.run(connection, List.of(index.key()), List.of(bytes(cursor), bytes(limit)));
		List<Seen> sessions = new ArrayList<>();
		for (int i = 1; i < reply.size(); i += 2) {
			sessions.add(new Seen(reply.get(i), (long) Double.parseDouble(reply.get(i + 1))));
		}
		return new Page<>(sessions, next(reply.get(0)));
	}

	static Look inspect(RedisConnection connection, SessionKeys keys) {
		List<String> reply = INSPECT.run(connection,
				List.of(keys.hash(), keys.lease(), keys.quarantine(), keys.mark(), keys.queue()), List.of());
		return new Look(Long.parseLong(reply.get(0)) + Long.parseLong(reply.get(5)), reply.get(1),
				remaining(reply.get(2)), Long.parseLong(reply.get(3)), reply.get(4));
	}

	static Page<InspectedRecord> records(RedisConnection connection, byte[] hash, SessionId id, RecordCodec codec,
			String cursor, int limit) {
		boolean plain = codec == RecordCodec.PLAIN;
		List<byte[]> reply = RECORDS.runRaw(connection, List.of(hash),
				List.of(bytes(cursor), bytes(limit), bytes(plain ? BEGINNING_BYTES : PAGE_BYTES), bytes(PAGE_BYTES)));
		List<InspectedRecord> records = new ArrayList<>();
		for (int i = 1; i < reply.size(); i += 3) {
			String name = new String(reply.get(i), FieldNames.CHARSET);
			records.add(inspected(id, codec, name, reply.get(i + 2), number(reply.get(i + 1))));
		}
		return new Page<>(records, next(new String(reply.get(0), StandardCharsets.US_ASCII)));
	}

	static Page<InspectedRecord> queue(RedisConnection connection, SessionKeys keys, SessionId id, RecordCodec codec,
			String cursor, int limit) {
		boolean plain = codec == RecordCodec.PLAIN;
		List<byte[]> reply = QUEUE.runRaw(connection, List.of(keys.queue(), keys.mark()), List.of(bytes(cursor),
				bytes(limit), bytes(PAGE_BYTES), bytes(plain ? BEGINNING_BYTES : PAGE_BYTES), bytes("")));
		List<InspectedRecord> records = new ArrayList<>();
		long last = 0;
		long ahead = number(reply.get(5));
		for (int i = 6; i < reply.size(); i += 6) {
			last = number(reply.get(i));
			String name = RecordKey.queued(last).toString();
			records.add(inspected(id, codec, name, reply.get(i + 5), number(reply.get(i + 4)))
				.waiting(number(reply.get(i + 1)), ahead));
		}
		boolean whole = number(reply.get(4)) == 1;
		return new Page<>(records, whole ? null : Long.toString(last + 1));
	}

	private static long number(byte[] ascii) {
		return Long.parseLong(new String(ascii, StandardCharsets.US_ASCII));
	}

	private static InspectedRecord inspected(SessionId id, RecordCodec codec, String name, byte[] beginning,
			long size) {
		return (codec == RecordCodec.PLAIN && !RecordCodec.isMarked(beginning))
				? InspectedRecord.of(id.version(), name, beginning, size) : decode(id, codec, name, beginning, size);
	}

	/** Only a whole record can be decoded. */
	private static InspectedRecord decode(SessionId id, RecordCodec codec, String name, byte[] stored, long size) {
		RecordKey key = SetAside.keyOf(name);
		if (key == null || stored.length < size) {
			return InspectedRecord.closed(name, size, key != null);
		}
		try {
			byte[] record = codec.decode(id, key, stored);
			return (record != null) ? InspectedRecord.of(id.version(), name, record, record.length)
					: InspectedRecord.closed(name, size, false);
		}
		catch (SessionKeyException ex) {
			RedisSessionStore.logger.debug("A record cannot be shown", ex);
			return InspectedRecord.closed(name, size, true);
		}
	}

	/**
	 * Delete a session unless somebody owns it.
	 * @param connection the connection
	 * @param keys its keys
	 * @param mark the mark that it must have, {@link #ANY_MARK} for any
	 * @param expiry how long its new mark is kept, zero for no limit
	 * @return what came of it
	 */
	static Deleted delete(RedisConnection connection, SessionKeys keys, String mark, Duration expiry) {
		List<String> reply = DELETE.run(connection,
				List.of(keys.hash(), keys.mark(), keys.lease(), keys.quarantine(), keys.queue()),
				List.of(bytes(mark), bytes(expiry.toMillis())));
		return switch (reply.get(0)) {
			case "held" -> new Deleted(false, reply.get(1), remaining(reply.get(2)));
			case "changed" -> new Deleted(false, "", Duration.ZERO);
			default -> new Deleted(true, "", Duration.ZERO);
		};
	}

	private static @Nullable String next(String cursor) {
		return "0".equals(cursor) ? null : cursor;
	}

	private static Duration remaining(String millis) {
		return Duration.ofMillis(Math.max(0, Long.parseLong(millis)));
	}

	private static byte[] bytes(Object value) {
		return value.toString().getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * A member of the set of all sessions.
	 *
	 * @param key the key of the session's hash
	 * @param lastSeen when an owner was last seen, in milliseconds since 1970
	 */
	record Seen(String key, long lastSeen) {

	}

	/**
	 * What was found of a session.
	 *
	 * @param records the number of records, with those in the queue
	 * @param holder the token of who holds its lease, empty if nobody does
	 * @param remaining how long the lease still runs
	 * @param quarantined the number of records in quarantine
	 * @param mark the mark, empty if there is none
	 */
	record Look(long records, String holder, Duration remaining, long quarantined, String mark) {

		boolean isOwned() {
			return !this.holder.isEmpty();
		}

	}

	/**
	 * What came of deleting a session.
	 *
	 * @param isDeleted whether it is deleted
	 * @param holder the token of who holds its lease, empty if nobody does
	 * @param remaining how long the lease still runs
	 */
	record Deleted(boolean isDeleted, String holder, Duration remaining) {

	}

}
