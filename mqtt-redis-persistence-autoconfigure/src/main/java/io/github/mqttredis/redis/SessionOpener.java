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

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.redis.RedisSessionStore.StoreEngine;
import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.QueuePage;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Restoration;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.StoredRecords;

/**
 * Makes sessions this process's own: takes the lease, then reads the records. In this
 * order, because Paho reads a session only once and nobody may write it afterwards.
 */
final class SessionOpener {

	private static final Duration LEASE_POLL = Duration.ofMillis(100);

	private final IoLoop io;

	private final SessionIndex index;

	private final Owner owner;

	private final StoreSettings settings;

	private final Map<SessionId, SessionStatus> waiting = new ConcurrentHashMap<>();

	SessionOpener(IoLoop io, SessionIndex index, Owner owner, StoreSettings settings) {
		this.io = io;
		this.index = index;
		this.owner = owner;
		this.settings = settings;
	}

	/**
	 * Own and load a session.
	 * @param id the session
	 * @param former what its client left elsewhere
	 * @param activity counts what is done for it
	 * @return the session, with all its records
	 * @throws SessionException if somebody else goes on owning it, or Redis did not
	 * answer
	 */
	OwnedSession open(SessionId id, FormerRecords former, SessionActivity activity) throws SessionException {
		return open(id, former, activity, this::acquire);
	}

	/**
	 * Own and load a session that nobody owns.
	 * @param id the session
	 * @param activity counts what is done for it
	 * @return the session, with all its records
	 * @throws SessionException if somebody owns it, or Redis did not answer
	 */
	OwnedSession openUnowned(SessionId id, SessionActivity activity) throws SessionException {
		return open(id, FormerRecords.NONE, activity, this::acquireUnowned);
	}

	private OwnedSession open(SessionId id, FormerRecords former, SessionActivity activity, Acquisition acquisition)
			throws SessionException {
		long start = System.nanoTime();
		boolean opened = false;
		try {
			OwnedSession session = open(id, former, activity, acquisition, start);
			opened = true;
			return session;
		}
		finally {
			this.waiting.remove(id);
			activity.ended(Operation.OPEN, start, opened);
		}
	}

	private OwnedSession open(SessionId id, FormerRecords former, SessionActivity activity, Acquisition acquisition,
			long start) throws SessionException {
		SessionKeys keys = new SessionKeys(this.settings.keyPrefix(), id);
		RedisScripts scripts = new RedisScripts(keys, this.owner.token(), this.settings);
		OwnedSession session = new OwnedSession(id, keys, scripts, this.io, this.settings, activity);
		// Goes with the command that takes the lease.
		IoLoop.Question<Instant> noted = this.io.along(this.index.add(List.of(keys)));
		Acquired acquired = acquisition.acquire(session);
		boolean opened = false;
		try {
			int restored = new RedisRestoration(session, this.io, this.settings.codec()).restore(acquired, former);
			session.shipper().begin();
			awaitNoted(session, noted);
			opened(session, restored, start);
			if (acquired.others() > 0) {
				reportOtherVersion(id, acquired.others());
			}
			opened = true;
			return session;
		}
		finally {
			if (!opened) {
				abandon(session);
			}
		}
	}

	/**
	 * See that the session is in the set of all sessions. One that is not is noted before
	 * long ({@link StoreEngine}), so that no trouble with that set, such as a full Redis,
	 * keeps a client from its records; but for what Redis forbids, which somebody has to
	 * be told of.
	 */
	private static void awaitNoted(OwnedSession session, IoLoop.Question<?> noted) throws SessionUnavailableException {
		try {
			noted.await();
		}
		catch (SessionUnavailableException ex) {
			if (ex.getCause() instanceof RedisTrouble trouble && trouble.isForbidden()) {
				throw ex;
			}
			RedisSessionStore.logger.debug("MQTT session " + session.id() + " is not in the set of all yet", ex);
		}
	}

	/**
	 * End a session that nobody will use: nothing that it still has to ship may reach
	 * Redis once another one was opened. Gives back the lease, so that who mends what is
	 * wrong need not wait.
	 * @param session the session
	 */
	void abandon(OwnedSession session) {
		session.end();
		try {
			session.shipper().release();
		}
		catch (SessionUnavailableException ex) {
			RedisSessionStore.logger.debug("The lease of MQTT session " + session.id() + " ends by itself", ex);
		}
	}

	private void opened(OwnedSession session, int restored, long start) {
		String self = Owner.describe(this.owner.token());
		session.activity().happened(Event.RECORD_RESTORED, restored);
		RedisSessionStore.logger
			.info("MQTT session " + session.id() + " opened by " + self + ": " + restored + " records restored");
		this.io.listeners()
			.tell(new SessionEvent.Opened(session.id(), self, restored, Duration.ofNanos(System.nanoTime() - start)),
					session.activity());
	}

	/**
	 * Return the sessions that are being opened and wait for another owner.
	 * @return a look at each
	 */
	Collection<SessionStatus> waiting() {
		return this.waiting.values();
	}

	/**
	 * Count the records of a session without owning it.
	 * @param id the session
	 * @return how many records Redis holds
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	long countRecords(SessionId id) throws SessionUnavailableException {
		byte[] hash = new SessionKeys(this.settings.keyPrefix(), id).hash();
		return this.io.call((connection) -> Objects.requireNonNullElse(connection.hashCommands().hLen(hash), 0L));
	}

	/**
	 * Report a session that the other version of MQTT left: its records cannot be read by
	 * this one, and stay where they are.
	 */
	private void reportOtherVersion(SessionId id, long records) {
		SessionId other = new SessionId(id.clientId(), id.broker(), id.version().other());
		RedisSessionStore.logger.warn("MQTT session " + other + " holds " + records
				+ " records that this client cannot read. Run a client of that version to deliver them, or delete "
				+ new SessionKeys(this.settings.keyPrefix(), other));
	}

	private Acquired acquire(OwnedSession session) throws SessionException {
		long deadline = System.nanoTime() + this.settings.acquireTimeout().toNanos();
		String replaced = RedisScripts.NOBODY;
		LongSupplier until = () -> 0;
		for (boolean first = true;; first = false) {
			Acquired acquired = acquire(session, replaced, until);
			if (acquired.owned()) {
				return acquired;
			}
			until = giveUpAt(acquired);
			replaced = replaceable(session, acquired.holder());
			if (replaced.isEmpty()) {
				waitFor(session, acquired, deadline, first);
			}
		}
	}

	private Acquired acquireUnowned(OwnedSession session) throws SessionException {
		Acquired acquired = acquire(session, RedisScripts.NOBODY, () -> 0);
		if (!acquired.owned() && isProvablyDead(acquired.holder())) {
			acquired = acquire(session, acquired.holder(), giveUpAt(acquired));
		}
		if (!acquired.owned()) {
			throw new SessionInUseException(session.id(), Owner.describe(acquired.holder()),
					Duration.ofMillis(Math.max(1, acquired.remainingMillis())), "Ask that process, or stop it first");
		}
		return acquired;
	}

	private boolean isProvablyDead(String token) {
		Owner holder = Owner.parse(token);
		return holder != null && holder.isProvablyDead(this.owner);
	}

	private Acquired acquire(OwnedSession session, String replaced, LongSupplier until) throws SessionException {
		return session.shipper().acquire(replaced, until.getAsLong());
	}

	/**
	 * Tell when nobody waits any more for the answer to what is asked now, by the clock
	 * of Redis. A takeover that came later would replace an owner that knows nothing of
	 * it, for nobody.
	 */
	private LongSupplier giveUpAt(Acquired held) {
		long answered = System.nanoTime();
		return () -> held.clock() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - answered)
				+ this.settings.writeTimeout().toMillis();
	}

	/**
	 * Return who need not be waited for.
	 * @param session the session
	 * @param token its owner's token
	 * @return anybody if sessions are taken over, the token if the owner is dead for
	 * certain
	 * @throws SessionException if this process could do nothing with the session: its
	 * owner is left alone then
	 */
	private String replaceable(OwnedSession session, String token) throws SessionException {
		if (this.settings.onConflict() == OnConflict.TAKEOVER) {
			new SessionLoader(this.io, session.keys(), new StoredRecords(session.id(), this.settings.codec())).load();
			return RedisScripts.ANYBODY;
		}
		return isProvablyDead(token) ? token : RedisScripts.NOBODY;
	}

	private void waitFor(OwnedSession session, Acquired acquired, long deadline, boolean first)
			throws SessionException {
		String holder = Owner.describeHolder(acquired.holder());
		Duration remaining = Duration.ofMillis(Math.max(1, acquired.remainingMillis()));
		if (System.nanoTime() - deadline >= 0) {
			throw new SessionInUseException(session.id(), holder, remaining,
					"Stop it, give this process its own client id, raise mqtt.persistence.lease.acquire-timeout,"
							+ " or set mqtt.persistence.lease.on-conflict to takeover");
		}
		this.waiting.put(session.id(), new SessionStatus(session.id(), SessionState.WAITING, Contents.NONE,
				Duration.ZERO, 0, "owned by " + holder, Instant.now(), null));
		if (first) {
			report(session, acquired.holder(), holder);
		}
		pause((remaining.compareTo(LEASE_POLL) < 0) ? remaining : LEASE_POLL);
	}

	private void report(OwnedSession session, String token, String holder) {
		String waiting = "; waiting up to " + this.settings.acquireTimeout().toMillis() + " ms for its lease to end";
		if (Owner.contextOf(token) != null) {
			RedisSessionStore.logger.warn("MQTT session " + session.id() + " is needed by "
					+ Owner.contextOf(this.owner.token()) + " but owned by " + holder
					+ ": close one of the two, or give each its own client id" + waiting);
		}
		else {
			RedisSessionStore.logger.info("MQTT session " + session.id() + " is owned by " + holder + waiting);
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

	/** Takes the lease of a session. */
	@FunctionalInterface
	private interface Acquisition {

		Acquired acquire(OwnedSession session) throws SessionException;

	}

	/** Restores a session from Redis. */
	private static final class RedisRestoration extends Restoration {

		private static final long NUMBERS_OF_A_MILLISECOND = 1000;

		private final OwnedSession session;

		private final IoLoop io;

		private final RecordCodec codec;

		RedisRestoration(OwnedSession session, IoLoop io, RecordCodec codec) {
			super(session.id(), codec);
			this.session = session;
			this.io = io;
			this.codec = codec;
		}

		int restore(Acquired acquired, FormerRecords former) throws SessionException {
			if (acquired.hasAll()) {
				List<byte[]> contents = acquired.contents();
				for (int i = 0; i < contents.size(); i += 2) {
					records().add(new String(contents.get(i), FieldNames.CHARSET), contents.get(i + 1));
				}
			}
			else {
				new SessionLoader(this.io, this.session.keys(), records()).load();
			}
			putAside();
			former.moveTo(this);
			if (acquired.lengths().queued() > 0) {
				restoreQueue();
			}
			else {
				// An epoch is a time in milliseconds. What an older dump of Redis brings
				// back has lower numbers, and is not taken for these.
				this.session.log().beginQueue(acquired.mark().epoch() * NUMBERS_OF_A_MILLISECOND + 1);
			}
			records().fill(this.session.log());
			return records().readable().size() + (int) this.session.log().queueSize().messages();
		}

		/** The oldest messages are enough: the others are read as they are sent. */
		private void restoreQueue() throws SessionException {
			boolean readable = false;
			while (!readable) {
				QueuePage page = this.session.queue().first();
				Map<Long, byte[]> records = this.session.decode(page);
				readable = records.size() == page.messages().size();
				if (readable) {
					this.session.log().loadQueue(page, records);
				}
				for (QueuedMessage message : page.messages()) {
					if (!records.containsKey(message.number()) && !this.session.shipper().quarantine(message.key())) {
						throw new SessionUnavailableException(
								"MQTT session " + id() + " changed while it was opened. Nothing is lost; start again");
					}
				}
			}
		}

		@Override
		public void store(Map<RecordKey, byte[]> moved) throws SessionException {
			Map<RecordKey, byte[]> encoded = new LinkedHashMap<>();
			moved.forEach((key, record) -> encoded.put(key, this.codec.encode(id(), key, record)));
			if (!this.session.shipper().store(Batch.of(encoded))) {
				throw new SessionUnavailableException("MQTT session " + id()
						+ " changed while records were moved into it. Nothing is lost; start again");
			}
			Map<String, byte[]> stored = new LinkedHashMap<>();
			encoded.forEach((key, record) -> stored.put(key.toString(), record));
			add(stored);
		}

		@Override
		protected void quarantine(List<String> names) throws SessionException {
			this.session.shipper().quarantine(names);
		}

	}

	/**
	 * Reads a whole session in a few round trips: its fields and their sizes at once, its
	 * records in pages of at most 1 MiB; a larger record comes alone. Each is a command
	 * among those of other sessions, which go on.
	 */
	static final class SessionLoader {

		private static final RedisScript NAMES = new RedisScript("names.lua");

		private static final RedisScript SIZES = new RedisScript("sizes.lua");

		private static final RedisScript VALUES = new RedisScript("values.lua");

		private static final int LARGEST_PAGE = 4096;

		private static final long PAGE_BYTES = 1024 * 1024;

		private final IoLoop io;

		private final SessionKeys keys;

		private final StoredRecords records;

		SessionLoader(IoLoop io, SessionKeys keys, StoredRecords records) {
			this.io = io;
			this.keys = keys;
			this.records = records;
		}

		/**
		 * Read the names of all fields that a session's hash has, and how far its queue
		 * has come.
		 * @param keys the session's keys
		 * @return reads them
		 */
		static Command<FieldNames> names(SessionKeys keys) {
			return NAMES.with(0, List.of(keys.hash(), keys.queue()), List.of(),
					(reply) -> FieldNames.of(RedisScript.bytes(reply)));
		}

		/**
		 * Read the session.
		 * @throws SessionException if Redis did not answer, or the records cannot be
		 * decoded
		 */
		void load() throws SessionException {
			List<String> names = this.io.call(names(this.keys)).all();
			for (int from = 0; from < names.size(); from += LARGEST_PAGE) {
				loadBySize(names.subList(from, Math.min(names.size(), from + LARGEST_PAGE)));
			}
		}

		private void loadBySize(List<String> names) throws SessionException {
			List<String> sizes = this.io.call(SIZES.with(List.of(this.keys.hash()), fields(names), (reply) -> reply));
			int begin = 0;
			long bytes = 0;
			for (int i = 0; i < names.size(); i++) {
				long size = Long.parseLong(sizes.get(i));
				if (i > begin && bytes + size > PAGE_BYTES) {
					load(names.subList(begin, i), bytes);
					begin = i;
					bytes = 0;
				}
				bytes += size;
			}
			load(names.subList(begin, names.size()), bytes);
		}

		private void load(List<String> names, long bytes) throws SessionException {
			List<?> values = this.io
				.call(VALUES.with(bytes, List.of(this.keys.hash()), fields(names), (reply) -> reply));
			for (int i = 0; i < names.size(); i++) {
				if (values.get(i) instanceof byte[] value) {
					this.records.add(names.get(i), value);
				}
			}
		}

		private static List<byte[]> fields(List<String> names) {
			return names.stream().map((name) -> name.getBytes(FieldNames.CHARSET)).toList();
		}

	}

	/**
	 * The names of the fields that a session's hash has.
	 *
	 * @param records those of records
	 * @param foreign all others
	 * @param lastQueued the highest number that a message in the queue ever had
	 */
	record FieldNames(List<String> records, List<String> foreign, long lastQueued) {

		/**
		 * Reads any bytes as a name and gives them back: a field that is not ours may
		 * have any name. Those of records are ASCII.
		 */
		static final Charset CHARSET = StandardCharsets.ISO_8859_1;

		static FieldNames of(List<byte[]> fields) {
			Map<Boolean, List<String>> names = fields.stream()
				.skip(1)
				.map((field) -> new String(field, CHARSET))
				.collect(Collectors.partitioningBy((name) -> RecordKey.parse(name) != null));
			return new FieldNames(names.getOrDefault(true, List.of()), names.getOrDefault(false, List.of()),
					Long.parseLong(new String(fields.get(0), CHARSET)));
		}

		/**
		 * Return all names.
		 * @return those of records first
		 */
		List<String> all() {
			return Stream.concat(this.records.stream(), this.foreign.stream()).toList();
		}

	}

}
