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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.mqttredis.redis.InspectionScripts.Deleted;
import io.github.mqttredis.redis.InspectionScripts.Look;
import io.github.mqttredis.redis.InspectionScripts.Seen;
import io.github.mqttredis.redis.SessionOpener.FieldNames;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordOperations;
import io.github.mqttredis.session.RecordOperations.Quarantine;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SweptSessions;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Looks at the sessions in Redis. Connects when it is first asked.
 */
final class RedisSessionInspector implements SessionInspector {

	/** A page of many sessions takes a command for each of them. */
	private static final int TIMEOUTS_PER_PAGE = 5;

	private static final String ACTION = "Stop it first; a session is deleted only when nobody owns it";

	private final InspectionLink link;

	private final StoreSettings settings;

	private final SessionIndex index;

	private final Duration timeout;

	private final SessionNames names;

	private final Predicate<SessionId> openHere;

	private final RecordOperations operations;

	/**
	 * Create an inspector.
	 * @param source the application's connection factory
	 * @param settings how sessions are kept
	 * @param openHere tells of a session whether this process works with it
	 * @param ownership lets this process do something as a session's owner
	 */
	RedisSessionInspector(RedisConnectionFactory source, StoreSettings settings, Predicate<SessionId> openHere,
			RecordOperations.Ownership ownership) {
		this.link = new InspectionLink(source, settings.writeTimeout());
		this.settings = settings;
		this.index = new SessionIndex(settings.keyPrefix());
		this.timeout = settings.writeTimeout();
		this.names = new SessionNames(settings.keyPrefix());
		this.openHere = openHere;
		this.operations = new RecordOperations(new RedisQuarantine(this.link, settings), settings.writeTimeout(),
				ownership, RedisSessionStore.logger::info);
	}

	@Override
	public Page<InspectedSession> sessions(String cursor, int limit) throws SessionUnavailableException {
		Page.parseCursor(cursor);
		long deadline = System.nanoTime() + this.timeout.multipliedBy(TIMEOUTS_PER_PAGE).toNanos();
		Page<Seen> page = this.link
			.call((connection) -> InspectionScripts.sessions(connection, this.index, cursor, limit));
		List<InspectedSession> sessions = new ArrayList<>();
		for (Seen seen : page.entries()) {
			SessionId id = this.names.ofKey(seen.key());
			if (id != null) {
				if (System.nanoTime() - deadline > 0) {
					throw new SessionUnavailableException(
							"Redis at " + this.link.describe() + " answers slowly: ask for fewer sessions at a time");
				}
				sessions.add(session(id, look(id), Instant.ofEpochMilli(seen.lastSeen())));
			}
		}
		return new Page<>(sessions, page.next());
	}

	@Override
	public @Nullable InspectedSession session(String name) throws SessionUnavailableException {
		SessionId id = this.names.ofName(name);
		return (id != null) ? session(id) : null;
	}

	private @Nullable InspectedSession session(SessionId id) throws SessionUnavailableException {
		byte[] hash = this.names.keys(id).hash();
		Instant lastSeen = this.link.call((connection) -> this.index.lastSeen(connection, hash)).orElse(null);
		Look look = look(id);
		if (lastSeen == null && look.records() == 0 && look.quarantined() == 0 && !look.isOwned()) {
			return null;
		}
		return session(id, look, lastSeen);
	}

	private Look look(SessionId id) throws SessionUnavailableException {
		SessionKeys keys = this.names.keys(id);
		return this.link.call((connection) -> InspectionScripts.inspect(connection, keys));
	}

	private InspectedSession session(SessionId id, Look look, @Nullable Instant lastSeen) {
		return new InspectedSession(this.names.name(this.names.keys(id)), id, look.records(), look.quarantined(),
				look.isOwned() ? Owner.describe(look.holder()) : null, look.remaining(), lastSeen);
	}

	@Override
	public Page<InspectedRecord> records(String name, Part part, String cursor, int limit)
			throws SessionUnavailableException {
		Page.parseCursor(cursor);
		SessionId id = this.names.ofName(name);
		if (id == null) {
			return new Page<>(List.of(), null);
		}
		SessionKeys keys = this.names.keys(id);
		RecordCodec codec = this.settings.codec();
		return this.link.call((connection) -> switch (part) {
			case RECORDS -> InspectionScripts.records(connection, keys.hash(), id, codec, cursor, limit);
			case QUEUE -> InspectionScripts.queue(connection, keys, id, codec, cursor, limit);
			case QUARANTINE -> InspectionScripts.records(connection, keys.quarantine(), id, codec, cursor, limit);
		});
	}

	@Override
	public boolean delete(String name) throws SessionInUseException, SessionUnavailableException {
		SessionId id = this.names.ofName(name);
		if (id == null || session(id) == null) {
			return false;
		}
		if (this.openHere.test(id)) {
			// Its lease may have ended for a moment: Redis lost it, or was away.
			throw new SessionInUseException(id, "this process", Duration.ZERO, ACTION);
		}
		SessionKeys keys = this.names.keys(id);
		Deleted deleted = this.link.call((connection) -> InspectionScripts.delete(connection, keys,
				InspectionScripts.ANY_MARK, this.settings.sessionExpiry()));
		if (!deleted.isDeleted()) {
			throw new SessionInUseException(id, Owner.describe(deleted.holder()), deleted.remaining(), ACTION);
		}
		// The last step, so that who could not take it sees the session, and can try
		// again.
		this.link.call((connection) -> this.index.remove(connection, keys.hash()));
		RedisSessionStore.logger.info("MQTT session " + id + " was deleted on request");
		return true;
	}

	@Override
	public boolean requeue(String name, String record) throws SessionException {
		SessionId id = this.names.ofName(name);
		return id != null && session(id) != null && this.operations.requeue(id, record);
	}

	@Override
	public int handSetAside(SessionId session, Consumer<MqttUndeliveredMessageEvent> taker) throws SessionException {
		return this.operations.hand(session, taker);
	}

	@Override
	public boolean discard(String name, Part part, String record) throws SessionException {
		SessionId id = this.names.ofName(name);
		if (id == null || session(id) == null) {
			return false;
		}
		return (part == Part.QUARANTINE) ? this.operations.discardQuarantined(id, record)
				: this.operations.discard(id, record);
	}

	@Override
	public SweptSessions sweep(Duration unseenFor) throws SessionUnavailableException {
		if (unseenFor.compareTo(SHORTEST_UNSEEN) < 0) {
			throw new IllegalArgumentException("At least " + SHORTEST_UNSEEN.toSeconds() + " seconds");
		}
		return new OrphanSweep(this.link, this.settings, this.openHere, unseenFor)
			.run(this.timeout.multipliedBy(TIMEOUTS_PER_PAGE));
	}

	@Override
	public void close() {
		this.link.close();
	}

	/**
	 * A connection for who only looks: apart from that of the I/O thread, so that looking
	 * holds up no message, and used by one caller at a time, so that many who look do not
	 * load Redis.
	 */
	static final class InspectionLink {

		private final RedisLink link;

		private final Duration timeout;

		private final ReentrantLock lock = new ReentrantLock();

		private boolean closed;

		InspectionLink(RedisConnectionFactory source, Duration timeout) {
			this.link = new RedisLink(source, timeout);
			this.timeout = timeout;
		}

		/**
		 * Run a command in the caller's thread, which waits for its turn and for the
		 * answer, for the time-out each.
		 * @param <T> the type of the answer
		 * @param command the command
		 * @return the answer
		 * @throws SessionUnavailableException if there was no answer, or not the one that
		 * was asked for
		 */
		<T> T call(Function<RedisConnection, T> command) throws SessionUnavailableException {
			await();
			try {
				if (this.closed) {
					throw new SessionUnavailableException("The application is stopping");
				}
				return this.link.runAgainIfBroken(command);
			}
			catch (RedisTrouble trouble) {
				throw new SessionUnavailableException(trouble.getMessage() + " (Redis at " + this.link.describe() + ")",
						trouble);
			}
			finally {
				this.lock.unlock();
			}
		}

		private void await() throws SessionUnavailableException {
			try {
				if (!this.lock.tryLock(this.timeout.toMillis(), TimeUnit.MILLISECONDS)) {
					throw new SessionUnavailableException("Other requests wait for Redis at " + this.link.describe());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new SessionUnavailableException("Interrupted while waiting for Redis", ex);
			}
		}

		String describe() {
			return this.link.describe();
		}

		void close() {
			this.lock.lock();
			try {
				this.closed = true;
				this.link.close();
			}
			finally {
				this.lock.unlock();
			}
		}

	}

	/**
	 * What Redis has in quarantine, for an operator.
	 *
	 * @param link the connection
	 * @param settings how sessions are kept
	 */
	record RedisQuarantine(InspectionLink link, StoreSettings settings) implements Quarantine {

		@Override
		public List<String> names(SessionId id) throws SessionUnavailableException {
			byte[] quarantine = quarantine(id);
			Set<byte[]> names = this.link.call((connection) -> connection.hashCommands().hKeys(quarantine));
			return (names != null) ? names.stream().map((name) -> new String(name, FieldNames.CHARSET)).toList()
					: List.of();
		}

		@Override
		public byte @Nullable [] record(SessionId id, String name, RecordKey key) throws SessionUnavailableException {
			byte[] quarantine = quarantine(id);
			byte[] stored = this.link.call((connection) -> connection.hashCommands().hGet(quarantine, field(name)));
			try {
				return (stored != null) ? this.settings.codec().decode(id, key, stored) : null;
			}
			catch (SessionKeyException ex) {
				throw new SessionUnavailableException(String.valueOf(ex.getMessage()), ex);
			}
		}

		@Override
		public void remove(SessionId id, String name) throws SessionUnavailableException {
			byte[] quarantine = quarantine(id);
			this.link.call((connection) -> Objects
				.requireNonNullElse(connection.hashCommands().hDel(quarantine, field(name)), 0L));
		}

		private static byte[] field(String name) {
			return name.getBytes(FieldNames.CHARSET);
		}

		private byte[] quarantine(SessionId id) {
			return new SessionKeys(this.settings.keyPrefix(), id).quarantine();
		}

	}

}
