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
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.github.mqttredis.session.LoggedQueue;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.Mirror;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.RecordOperations.NoClient;
import io.github.mqttredis.session.RecordOperations.OperatedSession;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionClient;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.WriteLog;
import io.github.mqttredis.session.WriteLog.Appended;
import org.jspecify.annotations.Nullable;

/**
 * One client's hold on a session in memory. Nobody waits: what is put is stored.
 */
final class MemorySession implements OperatedSession {

	/**
	 * As many as Redis keeps: whoever sends what cannot be read must not fill the heap.
	 */
	private static final int QUARANTINE_LIMIT = 1000;

	private final OwnedSession session;

	private volatile boolean inUse = true;

	private volatile @Nullable SessionClient client;

	private final MessageQueue queue;

	MemorySession(OwnedSession session) {
		this.session = session;
		this.queue = new Queue(session.log());
	}

	@Override
	public MessageQueue queue() {
		return this.queue;
	}

	boolean isInUse() {
		return this.inUse;
	}

	OwnedSession owned() {
		return this.session;
	}

	@Override
	public SessionId id() {
		return this.session.id();
	}

	@Override
	public void resume() throws SessionException {
		checkUsable("open");
		this.inUse = true;
	}

	@Override
	public boolean isEnded() {
		return this.session.isEnded();
	}

	@Override
	public void pause() {
		this.inUse = false;
	}

	@Override
	public void guarded() {
		// Nothing has to be waited for, here or there.
	}

	@Override
	public void put(String name, byte[] record) throws SessionException {
		RecordKey key = RecordKey.require(name);
		long start = System.nanoTime();
		boolean stored = false;
		try {
			this.session.write(this, (log, any) -> log.put(key, record), "store " + name);
			stored = true;
		}
		finally {
			this.session.activity().ended(Operation.PUT, start, stored);
		}
	}

	private void checkUsable(String what) throws SessionException {
		SessionException refusal = this.session.refusal(what, this);
		if (refusal != null) {
			throw refusal;
		}
	}

	@Override
	public boolean beginPublish() {
		return false;
	}

	@Override
	public void endPublish(boolean accepted) throws SessionException {
		checkUsable("store a message");
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * A buffered message ends with its PUBREL, whose record Paho removes first: who takes
	 * the session over in between would publish the message again.
	 */
	@Override
	public void remove(String name) {
		long start = System.nanoTime();
		RecordKey key = RecordKey.parse(name);
		if (key != null) {
			this.session.write(this, (log, any) -> {
				if (key.kind() == RecordKind.PUBREL) {
					log.remove(key.sibling(RecordKind.BUFFERED));
				}
				log.remove(key);
			});
		}
		this.session.activity().ended(Operation.REMOVE, start, true);
	}

	@Override
	public void clear() throws SessionException {
		this.session.write(this, (log, any) -> log.clear(), "clear the records");
	}

	@Override
	public void awaitPuts(@Nullable RecordKey record, BooleanSupplier cancelled) throws SessionException {
		checkUsable("store what is to be sent");
		if (cancelled.getAsBoolean()) {
			throw new SessionUnavailableException("MQTT session " + id() + ": " + "the wait was ended");
		}
	}

	@Override
	public void confirmOwned() throws SessionException {
		checkUsable("confirm the lease");
	}

	@Override
	public void checkOwned() throws SessionException {
		confirmOwned();
	}

	@Override
	public void onRecovered(BooleanSupplier listener) {
		// The memory is never away.
	}

	@Override
	public void wakeWaiters() {
		// Nobody waits.
	}

	@Override
	public void setAside(String name, int attempts, String reason) throws SessionException {
		RecordKey key = Objects.requireNonNull(RecordKey.parseAny(name), name);
		SetAside note = new SetAside(name, Instant.now(), attempts, reason);
		byte[] record = get(name);
		if (record == null) {
			checkUsable("set " + name + " aside");
			return;
		}
		this.session.write(this, (log, stored) -> {
			stored.quarantine().put(note.name(), record);
			log.remove(key);
		}, "set " + name + " aside");
		this.session.undeliverable(note, record);
	}

	@Override
	public int undeliverableAttempts() {
		return this.session.undeliverableAttempts();
	}

	@Override
	public boolean keep(int packetId, byte[] packet, int attempts, String reason) {
		String record = new RecordKey(RecordKind.RECEIVED, packetId).toString();
		SetAside note = new SetAside(record, Instant.now(), attempts, reason);
		boolean[] kept = { false };
		this.session.write(this, (log, stored) -> {
			kept[0] = stored.quarantine().size() < QUARANTINE_LIMIT;
			if (kept[0]) {
				stored.quarantine().put(note.name(), packet);
			}
		});
		if (kept[0]) {
			this.session.kept(record);
		}
		return kept[0];
	}

	@Override
	public void serveRequests(SessionClient served) {
		this.client = served;
		this.session.link(served::link);
	}

	@Override
	public void happened(SessionActivity.Event happened, @Nullable SessionEvent news) {
		this.session.happened(happened, news);
	}

	/** Note that this hold is an operator's: no client has records in memory. */
	void borrowed() {
		this.client = new NoClient(this);
		pause();
	}

	@Override
	public boolean isAside(RecordKey key) {
		return false;
	}

	@Override
	public void requeue(byte[] publish) throws SessionException {
		checkUsable("store a message");
		client().requeue(publish);
	}

	@Override
	public void discard(RecordKey key) throws SessionException {
		checkUsable("remove " + key);
		client().discard(key);
	}

	private SessionClient client() throws SessionInUseException {
		SessionClient current = this.client;
		if (current == null) {
			throw new SessionInUseException(id(), "a client of Paho's own in this process", Duration.ZERO,
					"Close it first: it would send its messages from memory");
		}
		return current;
	}

	@Override
	public void taken() {
		this.session.taken();
	}

	@Override
	public byte @Nullable [] get(String key) {
		RecordKey parsed = RecordKey.parseAny(key);
		return (parsed != null) ? this.session.log().get(parsed) : null;
	}

	@Override
	public boolean contains(String key) {
		return get(key) != null;
	}

	@Override
	public List<String> keys() {
		return this.session.log().read(Mirror::keys);
	}

	@Override
	public SessionStatus status() {
		return this.session.status();
	}

	/** What waits until the client hands it over: all of it is in memory. */
	private final class Queue extends LoggedQueue {

		Queue(WriteLog log) {
			super(log);
		}

		@Override
		protected <T> T write(String what, Change<T> change) throws SessionException {
			AtomicReference<@Nullable T> written = new AtomicReference<>();
			MemorySession.this.session.write(MemorySession.this, (log, stored) -> written.set(change.apply(() -> true)),
					what);
			T result = written.get();
			if (result == null) {
				throw new SessionUnavailableException(
						"Could not " + what + " of MQTT session " + id() + ": " + "it is no longer in the session");
			}
			return result;
		}

		@Override
		protected boolean isAwaited() {
			return false;
		}

		@Override
		public void awaitStored(Appended appended) {
			// What is put is stored.
		}

		@Override
		protected void write(Consumer<WriteLog> change) {
			MemorySession.this.session.write(MemorySession.this, (log, stored) -> change.accept(log));
		}

		@Override
		public void load() {
			// All is in memory.
		}

		@Override
		public void loadAhead() {
			// All is in memory.
		}

	}

}
