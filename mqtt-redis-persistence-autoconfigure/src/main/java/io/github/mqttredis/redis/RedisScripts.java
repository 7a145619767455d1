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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.RecordKey;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The Lua by which an owner keeps its session. What the scripts get and return is written
 * in the {@code .lua} files; callers see types.
 */
final class RedisScripts {

	/** Stands for any owner in {@link #acquire}. */
	static final String ANYBODY = "*";

	/** Stands for no owner in {@link #acquire}. */
	static final String NOBODY = "";

	private static final RedisScript ACQUIRE = new RedisScript("acquire.lua");

	private static final RedisScript WRITE = new RedisScript("write.lua");

	private static final RedisScript CONFIRM = new RedisScript("confirm.lua");

	private static final RedisScript RELEASE = new RedisScript("release.lua");

	private static final RedisScript QUARANTINE = new RedisScript("quarantine.lua");

	private static final RedisScript KEEP = new RedisScript("keep.lua");

	/** Whoever may publish can send what is kept. */
	private static final byte[] QUARANTINE_LIMIT = bytes("1000");

	private final SessionKeys keys;

	private final byte[] token;

	private final byte[] leaseMillis;

	/** How long the session is kept that nobody owns, 0 for ever. */
	private final byte[] expiryMillis;

	RedisScripts(SessionKeys keys, String token, StoreSettings settings) {
		this.keys = keys;
		this.token = bytes(token);
		this.leaseMillis = bytes(Long.toString(settings.leaseTtl().toMillis()));
		this.expiryMillis = bytes(Long.toString(settings.sessionExpiry().toMillis()));
	}

	/**
	 * Try to take the lease.
	 * @param connection the connection
	 * @param replaced the token of an owner that may be replaced, {@link #ANYBODY} or
	 * {@link #NOBODY}
	 * @param until when it is too late for that, in milliseconds by the clock of Redis
	 * @return what came of it
	 */
	Acquired acquire(RedisConnection connection, String replaced, long until) {
		List<String> reply = ACQUIRE.run(connection,
				List.of(this.keys.lease(), this.keys.mark(), this.keys.hash(), this.keys.quarantine()),
				List.of(this.token, this.leaseMillis, bytes(replaced), this.expiryMillis, bytes(Long.toString(until))));
		if ("held".equals(reply.get(0))) {
			return new Acquired(0, reply.get(1), Long.parseLong(reply.get(2)), Long.parseLong(reply.get(3)));
		}
		return new Acquired(Long.parseLong(reply.get(1)), "", 0, 0);
	}

	Written write(RedisConnection connection, Mark expected, Mark next, Batch batch) {
		byte[][] arguments = new byte[11 + 2 * batch.puts().size() + batch.removes().size()][];
		arguments[0] = this.keys.hash();
		arguments[1] = this.keys.mark();
		arguments[2] = this.keys.lease();
		arguments[3] = this.keys.quarantine();
		arguments[4] = bytes(expected.toString());
		arguments[5] = bytes(next.toString());
		arguments[6] = this.token;
		arguments[7] = this.leaseMillis;
		arguments[8] = this.expiryMillis;
		arguments[9] = flag(batch.clears());
		arguments[10] = bytes(Integer.toString(batch.puts().size()));
		int i = 11;
		for (Map.Entry<RecordKey, byte[]> put : batch.puts().entrySet()) {
			arguments[i++] = put.getKey().toBytes();
			arguments[i++] = put.getValue();
		}
		for (RecordKey key : batch.removes()) {
			arguments[i++] = key.toBytes();
		}
		return written(WRITE.run(connection, 4, arguments));
	}

	Confirmed confirm(RedisConnection connection, Mark next) {
		List<String> reply = CONFIRM.run(connection,
				List.of(this.keys.hash(), this.keys.mark(), this.keys.lease(), this.keys.quarantine()),
				List.of(this.token, this.leaseMillis, bytes(Long.toString(next.epoch())),
						bytes(Long.toString(next.sequence())), this.expiryMillis));
		if ("fenced".equals(reply.get(0))) {
			return new Confirmed(true, reply.get(1), Long.parseLong(reply.get(2)), Mark.NONE, 0, Mark.NONE);
		}
		return new Confirmed(false, "", 0, Mark.parse(reply.get(1)), Integer.parseInt(reply.get(2)),
				Mark.parse(reply.get(3)));
	}

	Written quarantine(RedisConnection connection, Mark expected, Mark next, byte[] name, List<byte[]> fields) {
		List<byte[]> arguments = new ArrayList<>(
				List.of(bytes(expected.toString()), bytes(next.toString()), this.expiryMillis, name));
		arguments.addAll(fields);
		return written(QUARANTINE.run(connection, List.of(this.keys.hash(), this.keys.mark(), this.keys.quarantine()),
				arguments));
	}

	boolean keep(RedisConnection connection, Mark expected, byte[] name, byte[] packet) {
		return "kept".equals(KEEP.run(connection, List.of(this.keys.mark(), this.keys.quarantine()),
				List.of(bytes(expected.toString()), QUARANTINE_LIMIT, this.expiryMillis, name, packet))
			.get(0));
	}

	boolean release(RedisConnection connection, Mark mark) {
		return "released".equals(
				RELEASE
					.run(connection, List.of(this.keys.lease(), this.keys.mark()),
							List.of(this.token, bytes(Long.toString(mark.epoch()))))
					.get(0));
	}

	private static Written written(List<String> reply) {
		return new Written(Mark.parse(reply.get(0)), Integer.parseInt(reply.get(1)));
	}

	private static byte[] flag(boolean value) {
		return bytes(value ? "1" : "0");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * What came of asking for a lease.
	 *
	 * @param epoch the epoch that began, 0 if somebody else holds the lease
	 * @param holder the token of who holds it, empty if it is ours now
	 * @param remainingMillis how long their lease still runs
	 * @param clock the time by the clock of Redis, in milliseconds, if somebody else
	 * holds the lease
	 */
	record Acquired(long epoch, String holder, long remainingMillis, long clock) {

		boolean owned() {
			return this.epoch > 0;
		}

	}

	/**
	 * What came of a batch.
	 *
	 * @param found the mark that was found: the expected one if the batch was applied
	 * @param length the number of records afterwards
	 */
	record Written(Mark found, int length) {

	}

	/**
	 * What came of confirming a lease.
	 *
	 * @param fenced whether somebody else owns the session now
	 * @param holder the token of who does, empty if their lease has ended
	 * @param remainingMillis how long their lease still runs
	 * @param found the mark that was found
	 * @param length the number of records
	 * @param mark the mark that is set now
	 */
	record Confirmed(boolean fenced, String holder, long remainingMillis, Mark found, int length, Mark mark) {

	}

}
