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
import java.util.List;
import java.util.Objects;
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
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.WriteLog;
import io.github.mqttredis.session.WriteLog.Appended;
import org.jspecify.annotations.Nullable;

/**
 * One client's hold on a session: says which calls wait, and what remains of a write that
 * failed. Ends when a newer client of this process opens the session.
 */
final class SessionHandle implements OperatedSession {

	private final OwnedSession session;

	private volatile boolean superseded;

	private volatile boolean inUse = true;

	private volatile boolean guarded;

	private volatile @Nullable SessionClient client;

	private final PublishWaits publishes = new PublishWaits();

	private final MessageQueue queue;

	SessionHandle(OwnedSession session) {
		this.session = session;
		this.queue = new Queue(session.log());
	}

	@Override
	public MessageQueue queue() {
		return this.queue;
	}

	/**
	 * End this hold.
	 * @return whether its client still used it
	 */
	boolean supersede() {
		// With the log's lock held: what was stored until then is what the next one
		// reads.
		this.session.log().read((any) -> {
			// Whose client may have taken a message just now: the next one sends it.
			this.session.log().handed();
			this.superseded = true;
			return true;
		});
		this.session.log().progress().wake();
		return this.inUse;
	}

	private boolean isHeld() {
		return !this.superseded;
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
		this.guarded = true;
	}

	@Override
	public void put(String name, byte[] record) throws SessionException {
		long start = System.nanoTime();
		boolean accepted = false;
		try {
			store(name, record);
			accepted = true;
		}
		finally {
			this.session.activity().ended(Operation.PUT, start, accepted);
		}
	}

	private void store(String name, byte[] record) throws SessionException {
		checkUsable("store a record");
		RecordKey key = RecordKey.require(name);
		boolean lenient = this.session.isSentUnstored(record);
		boolean kept = key.kind().isKeptUnstored(id().version()) || lenient;
		boolean flushed = isBufferFlush(key);
		if (!kept && !flushed && (this.session.isUnusable() || (this.guarded && this.session.shipper().isRefusing()))) {
			throw this.session.refusal("store " + name);
		}
		if (!kept && !flushed && this.session.shipper().refusedSize().isReached(record)) {
			throw new SessionRecordException(id(), key, record.length);
		}
		long seen = this.session.log().progress().failures();
		long position = this.session.log().put(key, record, this::isHeld);
		if (position == 0) {
			checkUsable("store " + name);
		}
		boolean waitedFor = !flushed && !isWaitedForElsewhere(key, position, seen, lenient);
		if (!this.publishes.isShippedAtEnd(position)) {
			this.session.shipper().soonest();
		}
		if (!waitedFor || (this.session.await(position, seen, () -> isOver(key)) && !isAside(key))) {
			return;
		}
		// Made before the removal, whose success would make the reason a thing of the
		// past.
		SessionException refusal = this.session.refusal("store " + name, key);
		if (!kept) {
			remove(name);
		}
		checkUsable("store " + name);
		if (!lenient) {
			throw refusal;
		}
	}

	@Override
	public boolean isAside(@Nullable RecordKey record) {
		return record != null && this.session.log().aside(record) != null;
	}

	/** Return whether there is no use in waiting for a record. */
	private boolean isOver(@Nullable RecordKey record) {
		return this.superseded || isAside(record);
	}

	/**
	 * Return whether nobody has to wait here. The answers to packets of the broker,
	 * PUBREC and PUBREL, wait in {@link #awaitPuts}: until they are sent, nothing has
	 * happened that the broker would not repeat.
	 */
	private boolean isWaitedForElsewhere(RecordKey key, long position, long seen, boolean lenient) {
		return this.guarded && switch (key.kind()) {
			case PUBREL, RECEIVED -> true;
			// Not kept as unknown if messages of QoS 1 go on: nothing could be sent
			// past it.
			case SENT -> (lenient || !this.session.isSentUnstored())
					&& (!this.session.isStoredBeforeReturn() || this.publishes.defer(key, position, seen, lenient));
			case BUFFERED, QUEUED -> !this.session.isStoredBeforeReturn();
		};
	}

	@Override
	public boolean beginPublish() {
		return this.guarded && this.session.isStoredBeforeReturn() && this.publishes.begin();
	}

	@Override
	public void endPublish(boolean accepted) throws SessionException {
		PublishWaits.Wait wait = this.publishes.end();
		RecordKey record = wait.record();
		boolean stored = this.session.ship(wait.position(), wait.seen(), () -> isOver(record) || !accepted)
				&& !isAside(record);
		if (accepted && !stored) {
			checkUsable("store a message");
			if (!wait.isLenient()) {
				throw this.session.refusal("confirm that a message is stored (it is sent once it is stored)", record);
			}
		}
	}

	/**
	 * Return whether a buffered message becomes a sent one. A failure there would make
	 * Paho give it another packet id and keep the buffered record: a duplicate.
	 */
	private boolean isBufferFlush(RecordKey key) {
		return key.kind() == RecordKind.SENT && this.session.log().get(key.sibling(RecordKind.BUFFERED)) != null;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Paho ends a QoS 2 message by removing {@code s-N}, {@code sc-N} and {@code sb-N},
	 * in this order. A crash before the last of them would leave {@code sb-N} alone, and
	 * the message would be published again; so {@code sb-N} goes before {@code sc-N}.
	 */
	@Override
	public void remove(String name) {
		long start = System.nanoTime();
		forget(name);
		this.session.activity().ended(Operation.REMOVE, start, true);
	}

	private void forget(String name) {
		RecordKey key = RecordKey.parse(name);
		if (key == null) {
			return;
		}
		WriteLog log = this.session.log();
		// With the log's lock held, as in supersede().
		if (!log.read((any) -> isHeld() && removeWithSibling(log, key))) {
			return;
		}
		if (key.kind() == RecordKind.RECEIVED) {
			// Until it is gone, a process that dies has its callback called again.
			this.session.shipper().whenIdle();
		}
		else {
			this.session.shipper().soon();
		}
	}

	private static boolean removeWithSibling(WriteLog log, RecordKey key) {
		boolean removed = key.kind() == RecordKind.PUBREL && log.remove(key.sibling(RecordKind.BUFFERED));
		return log.remove(key) || removed;
	}

	@Override
	public void clear() throws SessionException {
		checkUsable("clear the records");
		if (this.session.isUnusable()) {
			throw this.session.refusal("clear the records");
		}
		long seen = this.session.log().progress().failures();
		WriteLog log = this.session.log();
		long position = log.read((any) -> isHeld() ? log.clear() : 0L);
		if (position == 0) {
			checkUsable("clear the records");
		}
		awaitStored("clear the records", position, seen);
	}

	@Override
	public void awaitPuts(@Nullable RecordKey record, BooleanSupplier cancelled) throws SessionException {
		WriteLog log = this.session.log();
		if (record == null) {
			checkUsable("connect");
			// Connecting may have taken longer than the lease ran that was confirmed
			// before: who has the session since must not be thrown off the broker.
			if (this.session.shipper().lease().remaining().isZero()) {
				throw this.session.refusal("confirm the lease");
			}
		}
		long seen = log.progress().failures();
		long position = (record != null) ? log.position(record)
				: log.position((value) -> !this.session.isSentUnstored(value));
		// Asked after the position, which a record that is set aside meanwhile has no
		// more.
		if (position <= log.progress().applied() && !isOver(record)) {
			return;
		}
		checkUsable("store what is to be sent");
		BooleanSupplier ended = () -> this.superseded || cancelled.getAsBoolean();
		boolean lenient = record != null
				&& this.session.isSentUnstored(isAside(record) ? log.aside(record) : log.get(record));
		if (lenient && (isAside(record) || log.hasFailed(position))) {
			return;
		}
		if ((this.session.await(Operation.BARRIER_WAIT, position, seen, () -> isAside(record) || ended.getAsBoolean())
				&& !isAside(record)) || (lenient && !ended.getAsBoolean())) {
			return;
		}
		SessionException refusal = this.session.refusal("store what is to be sent", record);
		if (record != null && record.kind() == RecordKind.RECEIVED && !this.session.shipper().isTryingAgain()) {
			// The broker was not told that it arrived and sends it again: not under the
			// same packet id, if it does not heed 4.4. What Redis does not take stays
			// until that is certain: it would be tried from the start each time.
			remove(record.toString());
		}
		throw refusal;
	}

	@Override
	public void setAside(String name, int attempts, String reason) throws SessionException {
		checkUsable("set " + name + " aside");
		RecordKey key = Objects.requireNonNull(RecordKey.parseAny(name), name);
		SetAside note = new SetAside(name, Instant.now(), attempts, reason);
		this.session.shipper().setAside(key, note);
		if (contains(name)) {
			throw this.session.refusal("set " + name + " aside");
		}
	}

	@Override
	public boolean keep(int packetId, byte[] packet, int attempts, String reason) {
		if (this.superseded || this.session.isUnusable()) {
			return false;
		}
		RecordKey key = new RecordKey(RecordKind.RECEIVED, packetId);
		return this.session.keep(key, new SetAside(key.toString(), Instant.now(), attempts, reason), packet);
	}

	@Override
	public void serveRequests(SessionClient served) {
		this.client = served;
		this.session.serve(served);
	}

	@Override
	public void happened(SessionActivity.Event happened, @Nullable SessionEvent news) {
		this.session.standing().happened(happened, news);
	}

	/**
	 * Note that this hold is an operator's: no client of Paho's own has records in
	 * memory.
	 */
	void borrowed() {
		this.client = new NoClient(this);
		pause();
	}

	@Override
	public void requeue(byte[] publish) throws SessionException {
		checkUsable("store a message");
		long seen = this.session.log().progress().failures();
		client().requeue(publish);
		awaitStored("store a message", this.session.log().end(), seen);
	}

	@Override
	public void discard(RecordKey key) throws SessionException {
		checkUsable("remove " + key);
		long seen = this.session.log().progress().failures();
		client().discard(key);
		awaitStored("remove " + key, this.session.log().end(), seen);
	}

	private void awaitStored(String what, long position, long seen) throws SessionException {
		this.session.shipper().soonest();
		if (!this.session.await(position, seen, () -> this.superseded)) {
			throw this.session.refusal(what);
		}
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
		this.session.standing().taken();
	}

	@Override
	public int undeliverableAttempts() {
		return this.session.undeliverableAttempts();
	}

	@Override
	public void confirmOwned() throws SessionException {
		checkUsable("confirm the lease");
		this.session.shipper().confirmNow();
		checkUsable("confirm the lease");
	}

	@Override
	public void checkOwned() throws SessionException {
		checkUsable("confirm the lease");
		boolean goesOn = this.session.isSentUnstored() && this.session.isUnusable();
		if (this.session.shipper().lease().remaining().isZero() && !goesOn) {
			throw this.session.refusal("confirm the lease");
		}
	}

	private void checkUsable(String what) throws SessionException {
		if (this.superseded) {
			throw new SessionInUseException(id(), "a newer client of this process", Duration.ZERO,
					"Use one client for each client id and broker");
		}
		if (this.session.isFenced() || this.session.isEnded()) {
			throw this.session.refusal(what);
		}
	}

	@Override
	public void onRecovered(BooleanSupplier listener) {
		if (!this.superseded) {
			this.session.onRecovered(listener);
		}
	}

	@Override
	public void wakeWaiters() {
		this.session.log().progress().wake();
	}

	@Override
	public byte @Nullable [] get(String key) {
		RecordKey parsed = RecordKey.parseAny(key);
		return (parsed != null) ? this.session.log().get(parsed) : null;
	}

	@Override
	public boolean contains(String key) {
		RecordKey parsed = RecordKey.parseAny(key);
		return parsed != null && this.session.log().read((records) -> records.contains(parsed));
	}

	@Override
	public List<String> keys() {
		return this.session.log().read(Mirror::keys);
	}

	@Override
	public SessionStatus status() {
		return this.session.status();
	}

	/** What waits until the client hands it over. */
	private final class Queue extends LoggedQueue {

		Queue(WriteLog log) {
			super(log);
		}

		@Override
		protected <T> T write(String what, Change<T> change) throws SessionException {
			checkUsable(what);
			T written = change.apply(SessionHandle.this::isHeld);
			if (written == null) {
				checkUsable(what);
				throw SessionHandle.this.session.refusal(what);
			}
			return written;
		}

		@Override
		protected boolean isAwaited() {
			OwnedSession owned = SessionHandle.this.session;
			// Who publishes faster than Redis takes it must not fill the heap.
			return owned.isStoredBeforeReturn() || !SessionHandle.this.guarded || owned.log().isBehind();
		}

		@Override
		public Appended append(byte[] record, long lifetime) throws SessionException {
			OwnedSession owned = SessionHandle.this.session;
			checkUsable("store a message");
			if (!owned.isSentUnstored(record)
					&& (owned.isUnusable() || (SessionHandle.this.guarded && owned.shipper().isRefusing()))) {
				throw owned.refusal("store a message");
			}
			if (owned.shipper().refusedSize().isReached(record)) {
				throw new SessionRecordException(id(), RecordKey.queued(0), record.length);
			}
			long start = System.nanoTime();
			boolean accepted = false;
			try {
				Appended appended = super.append(record, lifetime);
				owned.shipper().soonest();
				accepted = true;
				return appended;
			}
			finally {
				owned.activity().ended(Operation.PUT, start, accepted);
			}
		}

		@Override
		public void adopt(RecordKey buffered, byte[] record) throws SessionException {
			super.adopt(buffered, record);
			SessionHandle.this.session.shipper().soonest();
		}

		@Override
		public void awaitStored(Appended appended) throws SessionException {
			OwnedSession owned = SessionHandle.this.session;
			RecordKey key = appended.message().key();
			if (!appended.awaited()
					|| (owned.ship(appended.position(), appended.failures(), () -> isOver(key)) && !isAside(key))) {
				return;
			}
			SessionException refusal = owned.refusal("store a message", key);
			if (isAside(key) || !owned.isSentUnstored(appended.message().record())) {
				remove(appended.message().number());
				checkUsable("store a message");
				throw refusal;
			}
			checkUsable("store a message");
		}

		@Override
		protected void write(Consumer<WriteLog> change) {
			OwnedSession owned = SessionHandle.this.session;
			// With the log's lock held, as in supersede().
			owned.log().read((any) -> {
				if (isHeld()) {
					change.accept(owned.log());
				}
				return true;
			});
			owned.shipper().soonest();
		}

		@Override
		public void load() throws SessionException {
			checkUsable("read the queue");
			SessionHandle.this.session.queue().load();
		}

		@Override
		public void loadAhead() {
			SessionHandle.this.session.queue().loadAhead();
		}

	}

	/**
	 * Which records the threads have put that are publishing now. They wait for them when
	 * Paho has let go of its locks, so that several publishers share a round trip.
	 */
	static final class PublishWaits {

		private final ThreadLocal<Wait> waits = ThreadLocal.withInitial(Wait::new);

		/**
		 * Begin to publish.
		 * @return false if this thread does so already
		 */
		boolean begin() {
			Wait wait = this.waits.get();
			boolean first = !wait.publishing;
			if (first) {
				wait.publishing = true;
				wait.record = null;
				wait.position = 0;
			}
			return first;
		}

		/**
		 * Leave the waiting for a record to the end of the publish.
		 * @param record the record
		 * @param position the record's position in the log
		 * @param seen the number of failures before it was appended
		 * @param lenient whether the message counts as published even if it is not stored
		 * @return false if this thread does not publish
		 */
		boolean defer(RecordKey record, long position, long seen, boolean lenient) {
			Wait wait = this.waits.get();
			if (wait.publishing) {
				wait.record = record;
				wait.position = position;
				wait.seen = seen;
				wait.lenient = lenient;
			}
			return wait.publishing;
		}

		/**
		 * Return whether this thread ships a record itself.
		 * @param position the record's position
		 * @return whether it was left to the end of the publish
		 */
		boolean isShippedAtEnd(long position) {
			Wait wait = this.waits.get();
			return wait.publishing && wait.position == position;
		}

		/**
		 * End a publish.
		 * @return what is to be waited for, valid until this thread publishes again
		 */
		Wait end() {
			Wait wait = this.waits.get();
			wait.publishing = false;
			return wait;
		}

		/**
		 * What one thread has to wait for.
		 */
		static final class Wait {

			private boolean publishing;

			private @Nullable RecordKey record;

			private long position;

			private long seen;

			private boolean lenient;

			@Nullable RecordKey record() {
				return this.record;
			}

			/**
			 * Return the position of the last record that was put.
			 * @return the position, 0 if there was none
			 */
			long position() {
				return this.position;
			}

			long seen() {
				return this.seen;
			}

			boolean isLenient() {
				return this.lenient;
			}

		}

	}

}
