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

import io.github.mqttredis.redis.MarkTracker.Mark;
import io.github.mqttredis.redis.SessionOpener.FieldNames;
import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.Batch.QueueChange;
import io.github.mqttredis.session.Lengths;
import io.github.mqttredis.session.QueuePage;
import io.github.mqttredis.session.QueuedMessage;
import org.jspecify.annotations.Nullable;

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

	private static final RedisScript QUEUE = new RedisScript("queue.lua");

	private static final RedisScript KEEP = new RedisScript("keep.lua");

	/** What a session has at most that is read when its lease is taken. */
	private static final long SMALL_BYTES = 64 * 1024;

	/** What is read of a queue at a time; a larger message comes alone. */
	static final long PAGE_BYTES = 256 * 1024;

	private static final int PAGE_MESSAGES = 2000;

	/** Most arguments that are numbers are these two. */
	private static final byte[] ZERO = bytes("0");

	private static final byte[] ONE = bytes("1");

	/** Whoever may publish can send what is kept. */
	private static final byte[] QUARANTINE_LIMIT = bytes("1000");

	private final SessionKeys keys;

	private final byte[] token;

	private final byte[] leaseMillis;

	/** How long the session is kept without an owner, 0 for no limit. */
	private final byte[] expiryMillis;

	RedisScripts(SessionKeys keys, String token, StoreSettings settings) {
		this.keys = keys;
		this.token = bytes(token);
		this.leaseMillis = bytes(Long.toString(settings.leaseTtl().toMillis()));
		this.expiryMillis = bytes(Long.toString(settings.sessionExpiry().toMillis()));
	}

	/**
	 * Try to take the lease.
	 * @param replaced the token of an owner that may be replaced, {@link #ANYBODY} or
	 * {@link #NOBODY}
	 * @param until when it is too late for that, in milliseconds by the clock of Redis: a
	 * command that comes late would replace an owner that has come since
	 * @return tells what came of it
	 */
	Command<Acquired> acquire(String replaced, long until) {
		return ACQUIRE.with(SMALL_BYTES,
				List.of(this.keys.lease(), this.keys.mark(), this.keys.hash(), this.keys.quarantine(),
						this.keys.otherVersion(), this.keys.queue(), this.keys.otherQueue()),
				List.of(this.token, this.leaseMillis, bytes(replaced), this.expiryMillis, bytes(Long.toString(until))),
				RedisScripts::acquired);
	}

	private static Acquired acquired(List<?> raw) {
		List<byte[]> reply = RedisScript.bytes(raw);
		if ("held".equals(string(reply.get(0)))) {
			return new Acquired(Mark.NONE, string(reply.get(1)), number(reply.get(2)), number(reply.get(3)), 0,
					Lengths.UNKNOWN, List.of());
		}
		return new Acquired(Mark.parse(string(reply.get(1))), "", 0, 0, number(reply.get(2)),
				new Lengths(number(reply.get(3)), number(reply.get(4))), reply.subList(5, reply.size()));
	}

	private static String string(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static long number(byte[] bytes) {
		return Long.parseLong(string(bytes));
	}

	Command<Written> write(Mark expected, Mark next, Batch batch) {
		QueueChange queue = batch.queue();
		List<Long> removed = queue.removed().stream().filter((number) -> number >= queue.from()).toList();
		List<byte[]> arguments = new ArrayList<>(
				11 + 2 * batch.puts().size() + 5 * queue.added().size() + removed.size() + batch.removes().size());
		arguments.addAll(List.of(bytes(expected.toString()), bytes(next.toString()), this.token, this.leaseMillis,
				this.expiryMillis, batch.clears() ? ONE : ZERO, batch.removesFirst() ? ONE : ZERO, bytes(queue.from()),
				bytes(batch.puts().size()), bytes(queue.added().size()), bytes(removed.size())));
		batch.puts().forEach((key, record) -> {
			arguments.add(key.toBytes());
			arguments.add(record);
		});
		queue.added().forEach((message) -> {
			for (long number : new long[] { message.number(), message.taken(), message.expires(), message.total() }) {
				arguments.add(bytes(number));
			}
			arguments.add(message.record());
		});
		removed.forEach((number) -> arguments.add(bytes(number)));
		batch.removes().forEach((key) -> arguments.add(key.toBytes()));
		return WRITE.with(batch.bytes(), all(), arguments, (reply) -> written(RedisScript.strings(reply)));
	}

	Command<Confirmed> confirm(Mark next) {
		return CONFIRM.with(all(),
				List.of(this.token, this.leaseMillis, bytes(Long.toString(next.epoch())),
						bytes(Long.toString(next.sequence())), this.expiryMillis, bytes(next.ahead())),
				(reply) -> "fenced".equals(reply.get(0))
						? new Confirmed(true, reply.get(1), Long.parseLong(reply.get(2)), Mark.NONE, Lengths.UNKNOWN,
								Mark.NONE)
						: new Confirmed(false, "", 0, Mark.parse(reply.get(1)), lengths(reply),
								Mark.parse(reply.get(4))));
	}

	/** The order that the scripts share. */
	private List<byte[]> all() {
		return List.of(this.keys.hash(), this.keys.mark(), this.keys.lease(), this.keys.quarantine(),
				this.keys.queue());
	}

	/**
	 * Move records to the quarantine.
	 * @param expected the mark that is expected
	 * @param next the mark to set
	 * @param name the name that they get, empty for their own
	 * @param queued the number of a message in the queue, 0 for none
	 * @param fields names of fields
	 * @return moves them
	 */
	Command<Written> quarantine(Mark expected, Mark next, String name, long queued, List<String> fields) {
		List<byte[]> arguments = new ArrayList<>(
				List.of(bytes(expected.toString()), bytes(next.toString()), this.expiryMillis,
						name.getBytes(FieldNames.CHARSET), bytes((queued > 0) ? Long.toString(queued) : "")));
		fields.forEach((field) -> arguments.add(field.getBytes(FieldNames.CHARSET)));
		return QUARANTINE.with(List.of(this.keys.hash(), this.keys.mark(), this.keys.quarantine(), this.keys.queue()),
				arguments, RedisScripts::written);
	}

	/**
	 * Read messages of the queue.
	 * @param from the number of the first
	 * @param bytes how many bytes they may have together
	 * @param expected the mark that is expected
	 * @return reads some of them
	 */
	Command<QueueRead> queue(long from, long bytes, Mark expected) {
		return QUEUE.with(bytes, List.of(this.keys.queue(), this.keys.mark()),
				List.of(bytes(from), bytes(PAGE_MESSAGES), bytes(bytes), bytes(0), bytes(expected.toString())),
				(reply) -> read(RedisScript.bytes(reply)));
	}

	private static QueueRead read(List<byte[]> reply) {
		return switch (reply.size()) {
			case 1 -> new QueueRead(null, 0);
			case 2 -> new QueueRead(null, number(reply.get(1)));
			default -> new QueueRead(page(reply), 0);
		};
	}

	private static QueuePage page(List<byte[]> reply) {
		List<QueuedMessage> messages = new ArrayList<>();
		for (int i = 6; i < reply.size(); i += 6) {
			messages.add(new QueuedMessage(number(reply.get(i)), number(reply.get(i + 1)), number(reply.get(i + 2)),
					number(reply.get(i + 3)), reply.get(i + 5)));
		}
		return new QueuePage(number(reply.get(0)), number(reply.get(1)), number(reply.get(2)), number(reply.get(3)),
				number(reply.get(4)) == 1, messages);
	}

	Command<Boolean> keep(Mark expected, String name, byte[] packet) {
		return KEEP.with(packet.length, List.of(this.keys.mark(), this.keys.quarantine()),
				List.of(bytes(expected.toString()), QUARANTINE_LIMIT, this.expiryMillis,
						name.getBytes(FieldNames.CHARSET), packet),
				(reply) -> "kept".equals(RedisScript.strings(reply).get(0)));
	}

	Command<Boolean> release(Mark next) {
		return RELEASE.with(List.of(this.keys.lease(), this.keys.mark()),
				List.of(this.token, bytes(next.epoch()), bytes(next.toString())),
				(reply) -> "released".equals(reply.get(0)));
	}

	private static Written written(List<String> reply) {
		return new Written(Mark.parse(reply.get(0)),
				new Lengths(Long.parseLong(reply.get(1)), Long.parseLong(reply.get(2))));
	}

	private static Lengths lengths(List<String> reply) {
		return new Lengths(Long.parseLong(reply.get(2)), Long.parseLong(reply.get(3)));
	}

	private static byte[] bytes(long number) {
		return (number == 0) ? ZERO : (number == 1) ? ONE : bytes(Long.toString(number));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * What came of asking for a lease.
	 *
	 * @param mark the mark that is set, none if somebody else holds the lease
	 * @param holder the token of who holds it, empty if it is ours now
	 * @param remainingMillis how long their lease still runs
	 * @param clock the time by the clock of Redis, in milliseconds, if somebody else
	 * holds the lease
	 * @param others how many records the client has with the other version of MQTT, if
	 * the lease is ours
	 * @param lengths what the session has, if the lease is ours
	 * @param contents their names and values in turns, empty if they are to be read apart
	 */
	record Acquired(Mark mark, String holder, long remainingMillis, long clock, long others, Lengths lengths,
			List<byte[]> contents) {

		boolean owned() {
			return this.mark.epoch() > 0;
		}

		boolean hasAll() {
			return this.contents.size() == 2 * this.lengths.records();
		}

	}

	/**
	 * What came of reading a queue.
	 *
	 * @param page the messages, {@code null} if the first one is too large, or there is
	 * another mark
	 * @param larger how many bytes the first one has, if it is too large
	 */
	record QueueRead(@Nullable QueuePage page, long larger) {

		boolean isOther() {
			return this.page == null && this.larger == 0;
		}

	}

	/**
	 * What came of a batch.
	 *
	 * @param found the mark that was found: the expected one if the batch was applied
	 * @param lengths what there is afterwards
	 */
	record Written(Mark found, Lengths lengths) {

	}

	/**
	 * What came of confirming a lease.
	 *
	 * @param fenced whether somebody else owns the session now
	 * @param holder the token of who does, empty if their lease has ended
	 * @param remainingMillis how long their lease still runs
	 * @param found the mark that was found
	 * @param lengths what there is
	 * @param mark the mark that is set now
	 */
	record Confirmed(boolean fenced, String holder, long remainingMillis, Mark found, Lengths lengths, Mark mark) {

	}

}
