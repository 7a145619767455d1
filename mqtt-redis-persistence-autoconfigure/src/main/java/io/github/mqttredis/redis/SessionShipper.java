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
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.mqttredis.redis.BrokenBatches.RefusedSize;
import io.github.mqttredis.redis.MarkTracker.Found;
import io.github.mqttredis.redis.MarkTracker.Mark;
import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.redis.RedisScripts.Confirmed;
import io.github.mqttredis.redis.RedisScripts.Written;
import io.github.mqttredis.redis.SessionOpener.FieldNames;
import io.github.mqttredis.redis.SessionOpener.SessionLoader;
import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.redis.Speaker.Exchange;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.Lengths;
import io.github.mqttredis.session.Mirror;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.RecordKind;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.WriteLog;
import io.github.mqttredis.session.WriteLog.Refused;
import org.jspecify.annotations.Nullable;

/**
 * All that is sent to Redis for one session: takes it, ships its write log, renews its
 * lease, finds out whether Redis still holds all of it, writes back what Redis lost, and
 * gives it back. One command at a time ({@link Speaker}); each answer tells what comes
 * next. What is neither final nor volatile is used in turn ({@link IoLoop}) only.
 */
final class SessionShipper extends Speaker {

	private static final int MAX_FIELDS = 1000;

	private static final long MAX_BATCH_BYTES = 1024 * 1024;

	private static final Duration RETRY = Duration.ofMillis(250);

	private final OwnedSession session;

	private final RedisScripts scripts;

	private final IoLoop io;

	private final WriteLog log;

	private final LeaseClock lease;

	private final MarkTracker marks;

	private final BrokenBatches broken = new BrokenBatches();

	/** What Redis is known not to take. */
	private final RefusedSize refusedSize = new RefusedSize();

	/** What somebody waits for who is no publisher. */
	private final Queue<Request<?>> requests = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean retrying = new AtomicBoolean();

	/** Whether anything is sent that nobody asks for. */
	private volatile boolean begun;

	/** What an answer calls for before anything else. */
	private @Nullable Supplier<Exchange<?>> following;

	/** Whether the mark has to be looked at before anything else is sent. */
	private volatile boolean unconfirmed;

	/** Whether nothing was sent since the mark was looked at. */
	private boolean confirmed;

	/** Whether Redis lost records, and writing them back has not begun. */
	private boolean lost;

	/** Whether Redis may have lost records, and writing them back has not begun. */
	private boolean doubtful;

	/** Whether Redis refused to store records, and has stored none since. */
	private volatile boolean refusing;

	SessionShipper(OwnedSession session, RedisScripts scripts, IoLoop io, Duration leaseTtl) {
		this.session = session;
		this.scripts = scripts;
		this.io = io;
		this.log = session.log();
		this.marks = new MarkTracker(this.log.clock());
		this.lease = new LeaseClock(leaseTtl, session.activity());
	}

	LeaseClock lease() {
		return this.lease;
	}

	boolean isRefusing() {
		return this.refusing;
	}

	/**
	 * Return whether Redis does not take what is being shipped.
	 * @return whether that is tried again, and set aside in the end
	 */
	boolean isTryingAgain() {
		return this.broken.hasFailed();
	}

	RefusedSize refusedSize() {
		return this.refusedSize;
	}

	// When this is asked

	/**
	 * Ship what is appended from here on, and see that Redis holds what the mirror does:
	 * all of the session is in it now.
	 */
	void begin() {
		this.begun = true;
		soonest();
	}

	/** Ship what was appended in the next round. */
	void soonest() {
		this.io.soonest(this);
	}

	/**
	 * Ship what was appended, on the calling thread if nobody else speaks with Redis. The
	 * rest is for the I/O thread: a publisher waits for no more than one answer.
	 */
	void now() {
		if (!this.io.tryHere(this, this::nextHere) || this.log.isAwaited()) {
			soonest();
		}
	}

	/** Ship what was appended once nobody is left who is waited for. */
	void whenIdle() {
		this.io.whenIdle(this);
	}

	/**
	 * Ship what was appended before long, if nothing else makes it go sooner: nobody
	 * waits for a removal, and most go with the record that is put next.
	 */
	void soon() {
		this.io.beforeLong(this);
	}

	@Override
	void again() {
		this.unconfirmed = true;
		again(RETRY);
	}

	private void again(Duration pause) {
		this.io.later(this.retrying, pause, this::soonest);
	}

	/** Renew the lease if no batch has done so of late, and none does so now. */
	void renew() {
		if (this.lease.isDue()) {
			whenIdle();
		}
	}

	/** Look at the mark before anything else is sent, and ship what waits. */
	void confirmSoon() {
		this.unconfirmed = true;
		soonest();
	}

	/**
	 * Note that Redis is away, which may have been why batches failed. Called in turn.
	 */
	void away(RedisTrouble trouble) {
		this.unconfirmed = true;
		this.following = null;
		this.broken.forget();
		failRequests(trouble, (request) -> true);
	}

	// What is sent next

	@Override
	@Nullable Exchange<?> next() {
		RedisTrouble away = this.io.away();
		if (away != null) {
			failRequests(away, (request) -> true);
			return null;
		}
		Exchange<?> exchange = nextRequest();
		if (exchange != null || !this.begun || this.session.isUnusable()) {
			return exchange;
		}
		Supplier<Exchange<?>> next = this.following;
		if (next != null) {
			this.following = null;
			return next.get();
		}
		if (this.unconfirmed || (this.log.isDropped() && !this.confirmed)) {
			return confirm();
		}
		return isWhole() ? nextBatch() : exchange(SessionLoader.names(this.session.keys()), this::writeBack);
	}

	/** Some requests have to know that the session is still owned and whole. */
	private @Nullable Exchange<?> nextRequest() {
		for (Request<?> next = this.requests.peek(); next != null; next = this.requests.peek()) {
			if (next.isOnWhole() && !isWhole() && !this.session.isUnusable()) {
				return null;
			}
			this.requests.poll();
			Exchange<?> exchange = next.begin();
			if (exchange != null) {
				return exchange;
			}
		}
		return null;
	}

	private boolean isWhole() {
		return !this.unconfirmed && isKept();
	}

	/** Return whether Redis has what the mirror has, or it is under way. */
	private boolean isKept() {
		return !this.lost && !this.doubtful && !this.log.isDropped();
	}

	/** For a publisher, if Redis is as we left it. */
	private @Nullable Exchange<?> nextHere() {
		if (this.session.isUnusable() || this.refusing || this.following != null || !isWhole()
				|| !this.requests.isEmpty() || !this.broken.pause().isZero()) {
			return null;
		}
		Batch batch = this.broken.next(this.log);
		// A record that is alone because of its size takes longer than its publisher may
		// wait.
		return (batch != null && batch.bytes() <= MAX_BATCH_BYTES) ? write(batch) : null;
	}

	private @Nullable Exchange<?> nextBatch() {
		if (this.refusing && this.lease.isDue()) {
			// Batches that Redis refuses renew nothing.
			return confirm();
		}
		Duration pause = this.broken.pause();
		Batch batch = pause.isZero() ? this.broken.next(this.log) : null;
		if (batch != null && this.broken.isHopeless(batch)) {
			setAside(batch);
			batch = this.broken.next(this.log);
		}
		if (batch != null) {
			return write(batch);
		}
		if (this.lease.isDue()) {
			return confirm();
		}
		if (!pause.isZero()) {
			again(pause);
		}
		else if (this.refusing) {
			return write(Batch.probe(this.marks.lengths()), true);
		}
		else if (!this.log.isHeld()) {
			proceed();
		}
		return null;
	}

	/** Plan what comes after an answer. */
	private void proceed() {
		if (this.following != null || !this.requests.isEmpty() || !isWhole() || this.log.isAwaited()) {
			soonest();
		}
		else if (this.log.hasPending()) {
			soon();
		}
		else if (this.refusing) {
			again(RETRY);
		}
		else {
			this.session.settled();
		}
	}

	private <T> Exchange<T> exchange(Command<T> command, Consumer<T> answered) {
		return new Exchange<>(this, command, false, answered, (trouble, sent) -> failed(trouble));
	}

	// Batches

	private Exchange<Written> write(Batch batch) {
		return write(batch, false);
	}

	private Exchange<Written> write(Batch batch, boolean probing) {
		boolean suspect = !probing && this.broken.hasFailed();
		Mark expected = this.marks.mark();
		Mark next = this.marks.next();
		this.marks.sending(batch, next);
		this.confirmed = false;
		LeaseClock.Asked asked = this.lease.now();
		return new Exchange<>(this, this.scripts.write(expected, next, batch), suspect, (written) -> {
			boolean applied = MarkTracker.isApplied(written.found(), expected, next);
			this.session.activity().ended(Operation.BATCH, asked.nanos(), applied);
			if (applied) {
				applied(batch, written, next, asked);
			}
			else {
				this.marks.refused();
				this.unconfirmed = true;
			}
			proceed();
			if (applied && batch.size() >= MAX_FIELDS) {
				// There may be a backlog, which need not wait for company.
				whenIdle();
			}
		}, (trouble, sent) -> {
			this.session.activity().ended(Operation.BATCH, asked.nanos(), false);
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER && !probing) {
				notAnswered(trouble, batch, suspect, sent);
				return;
			}
			if (trouble.mayBeOverContents() && sent && !probing && batch.largest() != null) {
				refused(trouble, batch, suspect);
				return;
			}
			if (trouble.kind() == RedisTrouble.Kind.FULL) {
				this.marks.refused();
			}
			refused(trouble, probing);
			if (trouble.kind() == RedisTrouble.Kind.FULL && !probing && batch.provesRoom()) {
				removeFirst();
			}
		});
	}

	private void applied(Batch batch, Written written, Mark next, LeaseClock.Asked asked) {
		this.marks.applied(next, batch.lengthsAfter());
		this.lease.extended(asked);
		this.session.activity().happened(Event.BATCH_RECORD, batch.size());
		this.refusing = this.refusing && !batch.provesRoom();
		this.log.applied(batch);
		this.broken.applied(batch);
		this.unconfirmed |= batch.lengthsAfter().differs(written.lengths());
		countQueue(written.lengths());
	}

	/** What Redis has lost of the queue, but for the window, nobody can write back. */
	private void countQueue(Lengths stored) {
		long missing = this.log.queueCounted(stored.queued());
		if (missing > 0) {
			this.session.standing().queueLost(missing);
		}
	}

	/**
	 * A batch that has ended the connection before is taken for the reason: sessions
	 * beside this one have been asked about once, and go on.
	 */
	private void notAnswered(RedisTrouble trouble, Batch batch, boolean suspect, boolean sent) {
		this.unconfirmed = true;
		this.session.standing().degraded(suspect ? trouble.over(batch) : trouble);
		if (sent && !trouble.isTimeout() && !(trouble.getCause() instanceof Error)) {
			this.broken.failed(batch);
		}
		this.broken.beginPause();
		again(this.broken.pause());
	}

	/**
	 * It is the batch's fault if Redis does what it is asked next. If not, all that wait
	 * are told ({@link #failed}).
	 */
	private void refused(RedisTrouble trouble, Batch batch, boolean suspect) {
		this.unconfirmed = true;
		this.session.standing().degraded(suspect ? trouble.over(batch) : trouble);
		this.broken.refused(batch);
		soonest();
	}

	private void failed(RedisTrouble trouble) {
		this.broken.judge(false);
		if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
			this.session.standing().degraded(trouble);
			again();
		}
		else {
			refused(trouble, false);
		}
		failRequests(trouble, (request) -> request.isOnWhole());
	}

	private void refused(RedisTrouble trouble, boolean probing) {
		this.session.standing().degraded(trouble);
		this.refusing = true;
		this.unconfirmed |= trouble.kind() != RedisTrouble.Kind.FULL;
		if (!probing) {
			this.log.failWaiters();
		}
		again(RETRY);
	}

	/** A full Redis takes no records but frees what is removed, which makes room. */
	private void removeFirst() {
		Batch removes = this.log.nextMakingRoom(MAX_FIELDS);
		if (removes != null) {
			this.following = () -> write(removes);
			soonest();
		}
	}

	/** Called when Redis has just said that the batch was not applied after all. */
	private void setAside(Batch batch) {
		Refused refused = this.log.setAside(batch);
		if (refused != null) {
			this.refusedSize.refused(refused.record().length);
			this.session.refused(refused);
		}
		this.broken.forget();
	}

	// Whether Redis still holds the session

	/** Renew the lease and find out whether Redis still holds what it held. */
	private Exchange<Confirmed> confirm() {
		LeaseClock.Asked asked = this.lease.now();
		return exchange(this.scripts.confirm(this.marks.next()), (answer) -> {
			if (answer.fenced()) {
				this.session.fenced(Owner.describe(answer.holder()));
				soonest();
				return;
			}
			this.lease.renewed(asked);
			judge(answer);
			this.marks.applied(answer.mark(), (this.lost || this.doubtful) ? Lengths.UNKNOWN : this.marks.lengths());
			if (isKept() && !this.log.hasPending()) {
				countQueue(answer.lengths());
			}
			this.unconfirmed = false;
			this.confirmed = true;
			this.broken.judge(true);
			proceed();
		});
	}

	private void judge(Confirmed answer) {
		Batch missed = this.marks.unanswered();
		Found found = this.marks.judge(answer.found());
		if (found == Found.BATCH_APPLIED && missed != null) {
			this.log.applied(missed);
			this.broken.applied(missed);
			this.marks.applied(answer.found(), missed.lengthsAfter());
		}
		this.doubtful |= found == Found.CONFIRMED;
		this.lost |= found == Found.LOST || (found != Found.CONFIRMED && expectedLengths().differs(answer.lengths()));
	}

	/** Of a session that was only restored the mirror tells it. */
	private Lengths expectedLengths() {
		Lengths all = this.log.read(Mirror::lengths);
		if (!this.marks.lengths().equals(Lengths.UNKNOWN)) {
			return this.marks.lengths();
		}
		// Asked after the size: what was appended since is not in Redis yet.
		return (this.log.hasPending() || this.log.isDropped()) ? Lengths.UNKNOWN : all;
	}

	/**
	 * Have all of the session written back, once what is none of it is out of the way.
	 */
	private void writeBack(FieldNames names) {
		if (!names.foreign().isEmpty()) {
			this.following = () -> moveForeign(names);
		}
		else {
			rewrite(names);
		}
		proceed();
	}

	private void rewrite(FieldNames names) {
		if (this.lost) {
			this.session.standing().resyncing(this.log.read(Mirror::size));
		}
		long missing = this.log.rewrite(names.records(), names.lastQueued());
		if (missing > 0) {
			this.session.standing().queueLost(missing);
		}
		this.lost = false;
		this.doubtful = false;
	}

	private Exchange<Written> moveForeign(FieldNames names) {
		Mark expected = this.marks.mark();
		Mark next = this.marks.next();
		this.confirmed = false;
		return exchange(this.scripts.quarantine(expected, next, "", 0, names.foreign()), (written) -> {
			if (isApplied(written, expected, next)) {
				this.session.standing().quarantined(names.foreign(), this.session.keys());
				rewrite(names);
			}
			proceed();
		});
	}

	private boolean isApplied(Written written, Mark expected, Mark next) {
		boolean applied = MarkTracker.isApplied(written.found(), expected, next);
		if (applied) {
			this.marks.applied(next, Lengths.UNKNOWN);
		}
		this.unconfirmed |= !applied;
		return applied;
	}

	// What somebody waits for

	/**
	 * Try to take the lease.
	 * @param replaced the token of an owner that may be replaced
	 * @param until when it is too late for that, in milliseconds by the clock of Redis
	 * @return what came of it
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	Acquired acquire(String replaced, long until) throws SessionUnavailableException {
		return ask(0, false, (request) -> {
			LeaseClock.Asked asked = this.lease.now();
			return request.of(this.scripts.acquire(replaced, until), (acquired) -> {
				if (acquired.owned()) {
					this.marks.begin(acquired.mark());
					this.log.clock().resume((acquired.lengths().queued() > 0) ? acquired.mark().ahead() : 0);
					this.lease.taken(asked);
				}
				return acquired;
			});
		});
	}

	/**
	 * Store records that do not come from the write log, before anything does.
	 * @param batch the records
	 * @return whether it was done; if not, the session is not as this owner left it
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	boolean store(Batch batch) throws SessionUnavailableException {
		return ask(batch.bytes(), false, (request) -> {
			LeaseClock.Asked asked = this.lease.now();
			return fenced(request, (expected, next) -> this.scripts.write(expected, next, batch),
					() -> this.lease.extended(asked));
		});
	}

	/**
	 * Move what cannot be read to the quarantine.
	 * @param fields the fields
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	void quarantine(List<String> fields) throws SessionUnavailableException {
		this.<Boolean>ask(0, false,
				(request) -> fenced(request, (expected, next) -> this.scripts.quarantine(expected, next, "", 0, fields),
						() -> this.session.standing().quarantined(fields, this.session.keys())));
	}

	/**
	 * Move a message of the queue that cannot be read to the quarantine.
	 * @param message its key
	 * @return whether it was done; if not, the session is not as this owner left it
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	boolean quarantine(RecordKey message) throws SessionUnavailableException {
		return ask(0, false, (request) -> quarantine(request, message));
	}

	Exchange<Written> quarantine(Request<Boolean> request, RecordKey message) {
		return fenced(request,
				(expected, next) -> this.scripts.quarantine(expected, next, "", message.number(), List.of()), () -> {
					this.log.unreadable(message);
					this.session.standing().quarantined(List.of(message.toString()), this.session.keys());
				});
	}

	/**
	 * Find out whether the session is still owned, and have written back what Redis lost
	 * of it.
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	void confirmNow() throws SessionUnavailableException {
		this.requests.add(new Request<Boolean>(this, false, (request) -> {
			this.unconfirmed = true;
			return request.done(true);
		}));
		ask(0, true, (request) -> request.done(true));
	}

	/**
	 * Move a record to quarantine. One that is not in Redis yet stays where it is.
	 * @param key the record's key
	 * @param note why, which becomes its name
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	void setAside(RecordKey key, SetAside note) throws SessionUnavailableException {
		boolean asLeft = ask(0, true, (request) -> {
			byte[] record = this.log.get(key);
			if (record == null || this.session.isUnusable() || this.log.position(key) > this.log.progress().applied()) {
				return request.done(true);
			}
			return fenced(request,
					(expected, next) -> (key.kind() == RecordKind.QUEUED)
							? this.scripts.quarantine(expected, next, note.name(), key.number(), List.of())
							: this.scripts.quarantine(expected, next, note.name(), 0, List.of(key.toString())),
					() -> {
						this.log.moved(key);
						this.session.standing().undeliverable(note, record);
					});
		});
		if (!asLeft) {
			confirmNow();
		}
	}

	/**
	 * Put a packet into quarantine that was received.
	 * @param note its name there
	 * @param packet what is stored
	 * @return whether it is there; not if the session is not as this owner left it, the
	 * quarantine is full, or Redis does not take so much
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	boolean keep(SetAside note, byte[] packet) throws SessionUnavailableException {
		return ask(packet.length, true,
				(request) -> (this.session.isUnusable() || this.refusedSize.isReached(packet)) ? request.done(false)
						: request.of(this.scripts.keep(this.marks.mark(), note.name(), packet), true, (kept) -> {
							if (kept) {
								this.session.standing().kept(note);
							}
							return kept;
						}));
	}

	/**
	 * Give the lease back, so that a successor need not wait.
	 * @return whether it was still ours
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	boolean release() throws SessionUnavailableException {
		return ask(0, false, (request) -> this.session.isFenced() ? request.done(false)
				: request.of(this.scripts.release(this.marks.next()), (released) -> released));
	}

	/** Ask for what is done only if the session is as this owner left it. */
	private Exchange<Written> fenced(Request<Boolean> request, BiFunction<Mark, Mark, Command<Written>> command,
			Runnable applied) {
		Mark expected = this.marks.mark();
		Mark next = this.marks.next();
		return request.of(command.apply(expected, next), (written) -> {
			boolean done = isApplied(written, expected, next);
			if (done) {
				applied.run();
			}
			return done;
		});
	}

	/**
	 * Return the mark that is expected now. Called in turn.
	 * @return the mark
	 */
	Mark mark() {
		return this.marks.mark();
	}

	/**
	 * Have something asked for in its turn.
	 * @param request what
	 */
	void add(Request<?> request) {
		this.requests.add(request);
		soonest();
	}

	/**
	 * Have something asked for, and wait for the answer.
	 * @param <T> the type of the answer
	 * @param bytes how many bytes that moves
	 * @param onWhole whether the session has to be known to be owned, and whole, before
	 * @param first makes the command
	 * @return the answer
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	<T> T ask(long bytes, boolean onWhole, Function<Request<T>, @Nullable Exchange<?>> first)
			throws SessionUnavailableException {
		Request<T> request = new Request<>(this, onWhole, first);
		add(request);
		return this.io.await(request.answer(), bytes);
	}

	private void failRequests(RedisTrouble trouble, Predicate<Request<?>> which) {
		this.requests.removeIf((request) -> which.test(request) && request.answer().completeExceptionally(trouble));
	}

	/** Note that something is sent that may change what was looked at. */
	void asking() {
		this.confirmed = false;
	}

	/**
	 * Note that there was no answer.
	 * @param trouble why
	 */
	void notAnswered(RedisTrouble trouble) {
		this.unconfirmed |= trouble.kind() == RedisTrouble.Kind.NO_ANSWER;
	}

}
