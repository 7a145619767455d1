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

package io.github.mqttredis.memory;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.QueueClock;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordOperations;
import io.github.mqttredis.session.RecordOperations.Quarantine;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SweptSessions;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the sessions in memory.
 */
final class MemorySessionInspector implements SessionInspector, Quarantine {

	/** What a look at a record shows of it, as of one in Redis. */
	private static final int BEGINNING_BYTES = 68 * 1024;

	private static final String ACTION = "Stop it first; a session is deleted only when nobody owns it";

	/** By which the queues of all sessions go: they are of this process. */
	private static final QueueClock CLOCK = new QueueClock();

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final MemorySessions kept;

	private final RecordOperations operations;

	MemorySessionInspector(MemorySessions kept, RecordOperations.Ownership ownership) {
		this.kept = kept;
		this.operations = new RecordOperations(this, PATIENCE, ownership, MemorySessionStore.logger::info);
	}

	@Override
	public Page<InspectedSession> sessions(String cursor, int limit) {
		long from = Page.parseCursor(cursor);
		return this.kept.alone((all) -> all.page(from, limit, (name, session) -> MemorySessions.look(session)));
	}

	@Override
	public @Nullable InspectedSession session(String name) {
		return this.kept.<@Nullable InspectedSession>alone((all) -> {
			StoredSession session = all.get(name);
			return (session != null) ? MemorySessions.look(session) : null;
		});
	}

	@Override
	public Page<InspectedRecord> records(String name, Part part, String cursor, int limit) {
		long from = Page.parseCursor(cursor);
		return this.kept.alone((all) -> {
			StoredSession session = all.get(name);
			if (session == null) {
				return new Page<>(List.of(), null);
			}
			return switch (part) {
				case RECORDS -> session.records().page(from, limit, (key, record) -> look(session, key, record));
				case QUEUE -> session.queue()
					.page(from, limit, (key, message) -> look(session, key, message.record()).waiting(message.taken(),
							CLOCK.ahead()));
				case QUARANTINE -> session.quarantine().page(from, limit, (key, record) -> look(session, key, record));
			};
		});
	}

	private static InspectedRecord look(StoredSession session, String key, byte[] record) {
		return InspectedRecord.of(session.id().version(), key,
				Arrays.copyOf(record, Math.min(record.length, BEGINNING_BYTES)), record.length);
	}

	@Override
	public boolean delete(String name) throws SessionException {
		InspectedSession found = this.kept.<@Nullable InspectedSession>alone((all) -> {
			StoredSession session = all.get(name);
			if (session != null && session.owner() == null) {
				all.remove(name);
			}
			return (session != null) ? MemorySessions.look(session) : null;
		});
		if (found != null && found.owner() != null) {
			throw new SessionInUseException(found.id(), found.owner(), found.remaining(), ACTION);
		}
		if (found != null) {
			MemorySessionStore.logger.info("MQTT session " + found.id() + " was deleted on request");
		}
		return found != null;
	}

	@Override
	public boolean requeue(String name, String record) throws SessionException {
		InspectedSession session = session(name);
		return session != null && this.operations.requeue(session.id(), record);
	}

	@Override
	public int handSetAside(SessionId session, Consumer<MqttUndeliveredMessageEvent> taker) throws SessionException {
		return this.operations.hand(session, taker);
	}

	@Override
	public boolean discard(String name, Part part, String record) throws SessionException {
		InspectedSession session = session(name);
		if (session == null) {
			return false;
		}
		return (part == Part.QUARANTINE) ? this.operations.discardQuarantined(session.id(), record)
				: this.operations.discard(session.id(), record);
	}

	@Override
	public SweptSessions sweep(Duration unseenFor) {
		if (unseenFor.compareTo(SHORTEST_UNSEEN) < 0) {
			throw new IllegalArgumentException("At least " + SHORTEST_UNSEEN.toSeconds() + " seconds");
		}
		return new SweptSessions(this.kept.sweep(unseenFor), false);
	}

	@Override
	public void close() {
		// There is no connection.
	}

	@Override
	public Collection<String> names(SessionId id) {
		return this.kept.alone((all) -> {
			StoredSession session = all.get(MemorySessions.name(id));
			return (session != null) ? session.quarantine().copy().keySet() : Set.of();
		});
	}

	@Override
	public byte @Nullable [] record(SessionId id, String name, RecordKey key) {
		return this.kept.<byte @Nullable []>alone((all) -> {
			StoredSession session = all.get(MemorySessions.name(id));
			return (session != null) ? session.quarantine().get(name) : null;
		});
	}

	@Override
	public void remove(SessionId id, String name) {
		this.kept.alone((all) -> {
			StoredSession session = all.get(MemorySessions.name(id));
			if (session != null) {
				session.quarantine().remove(name);
			}
			return null;
		});
	}

}
