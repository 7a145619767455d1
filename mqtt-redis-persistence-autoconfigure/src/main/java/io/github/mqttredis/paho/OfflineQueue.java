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

package io.github.mqttredis.paho;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import io.github.mqttredis.paho.ClientSession.Publish;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.Drain.Order;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordEnvelope;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import io.github.mqttredis.session.Unfailing;
import io.github.mqttredis.session.WriteLog.Appended;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Hands the messages that wait in a session's {@link MessageQueue} to Paho, in their
 * order, as Paho takes them. Stands in for Paho's own buffer, which loses track of a
 * message when the link is lost while it is flushed
 * ({@code DisconnectedMessageBuffer.run}, {@code ClientState.undo}), and holds all
 * messages in memory.
 * <p>
 * A message gets its packet id when Paho takes it, and becomes the record {@code s-N} in
 * the same step in which it leaves the queue: a crash leaves one of the two. One of QoS 0
 * has no such record and is sent again if the process dies at that moment.
 * <p>
 * {@link #lock} guards all fields, and that messages are handed over one at a time. It is
 * taken before Paho's locks, and nothing is waited for while it is held.
 * {@link #completed()} takes no lock, because Paho's threads call it with theirs held.
 *
 * @param <T> the token of a message
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public final class OfflineQueue<T extends OfflineQueue.Waiting<E>, E extends Exception> {

	/** Of both versions: Paho takes no more messages for now. */
	private static final int MAX_INFLIGHT = 32202;

	/** Of both versions: all packet ids are in use. */
	private static final int NO_PACKET_ID = 32001;

	private static final int NOT_CONNECTED = 32104;

	private static final int DISCONNECTING = 32102;

	private static final int PERSISTENCE_IN_USE = 32200;

	private static final int LOOK_AHEAD_EVERY = 32;

	private static final Log logger = LogFactory.getLog(OfflineQueue.class);

	private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

	private final ReentrantLock lock = new ReentrantLock();

	/** The tokens that somebody may still look at. */
	private final KnownTokens<T> tokens = new KnownTokens<>();

	private final LiveMessages live = new LiveMessages();

	private final DrainPace pace = new DrainPace(System.nanoTime());

	private final String clientId;

	private final Outlet<T, E> outlet;

	private final ClientSession<? extends E> session;

	private final MessageQueue queue;

	private final DeadLetters<E> deadLetters;

	private final UndeliverableMessages undeliverable;

	private volatile OfflineBufferSettings settings;

	/** Hands messages over, as long as there is something to hand over. */
	private final Flusher<E> flusher;

	private final Refusals refusals = new Refusals();

	/** The number of the youngest message that was handed over. */
	private long handedTo;

	/** The number of the message that the application takes over just now, 0 for none. */
	private long offered;

	/**
	 * Create the queue of a client.
	 * @param clientId the client's id
	 * @param outlet where the messages go
	 * @param session the client's session, with what waits in it
	 * @param settings how many messages may wait
	 * @param undelivered takes over what is not sent
	 * @param undeliverable knows what the broker takes
	 */
	public OfflineQueue(String clientId, Outlet<T, E> outlet, ClientSession<? extends E> session,
			OfflineBufferSettings settings, UndeliveredMessages undelivered, UndeliverableMessages undeliverable) {
		this.clientId = clientId;
		this.outlet = outlet;
		this.session = session;
		this.queue = session.queue();
		this.settings = settings;
		this.undeliverable = undeliverable;
		this.deadLetters = new DeadLetters<>(session.id(), undelivered, this::rejected);
		this.flusher = new Flusher<>(clientId, this.lock, this::handOverAll, this::flush,
				(ex) -> isLinkLost(outlet.reasonCode(ex)));
	}

	/**
	 * Set how many messages may wait.
	 * @param enabled whether any may
	 * @param size how many
	 * @param whenFull what happens to one more
	 */
	public void settings(boolean enabled, int size, WhenFull whenFull) {
		this.settings = this.settings.with(enabled, size, whenFull);
	}

	/**
	 * Return whether messages can wait here for the broker.
	 * @return whether the buffer is switched on and the client not closed
	 */
	public boolean isOpen() {
		return this.settings.enabled() && !this.outlet.isClosed();
	}

	/**
	 * Publish, or have the message wait if it cannot be sent now: because the client is
	 * not connected, as many are in flight as may be, or others wait already that it must
	 * not overtake.
	 * @param <R> the type of the token
	 * @param topic the message's topic
	 * @param sending publishes
	 * @param waiting has the message wait, see {@link #add}
	 * @return the token
	 * @throws E if the message was refused, or is not known to be stored
	 */
	<R> R publish(String topic, Publish<R, E> sending, Publish<R, E> waiting) throws E {
		if (!mayBeSent(topic)) {
			return waiting.run();
		}
		long began = System.nanoTime();
		boolean waits = false;
		try {
			do {
				try {
					return sending.run();
				}
				catch (Exception ex) {
					if (!serves(ex)) {
						throw ex;
					}
				}
				waits = waits || this.live.enter();
			}
			while (isLiveFirst() && this.live.await(this.outlet::isConnected, this.outlet::hasRoom, began));
		}
		finally {
			if (waits) {
				this.live.leave();
				this.flusher.wake();
			}
		}
		return waiting.run();
	}

	private boolean mayBeSent(String topic) {
		// Asked once: a link that is made meanwhile does not let anything pass what
		// waits.
		if (!this.outlet.isConnected()) {
			return !isOpen();
		}
		if (size() == 0) {
			return !isOpen() || this.outlet.hasRoom();
		}
		this.lock.lock();
		try {
			return isLiveFirst() && !this.live.mustWait(topic, this.handedTo);
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isLiveFirst() {
		return this.settings.drain().order() == Order.LIVE_FIRST;
	}

	private boolean serves(Exception reason) {
		int code = this.outlet.reasonCode(reason);
		return isOpen() && (isWithoutRoom(code) || isLinkLost(code));
	}

	private static boolean isWithoutRoom(int code) {
		return code == MAX_INFLIGHT || code == NO_PACKET_ID;
	}

	/**
	 * Return whether there is no link.
	 * @param code the reason code of what Paho throws
	 * @return whether that is why
	 */
	static boolean isLinkLost(int code) {
		return code == NOT_CONNECTED || code == DISCONNECTING;
	}

	// What comes in

	/**
	 * Have a message wait.
	 * @param draft the message
	 * @return its token
	 * @throws E if there is no room, or it could not be stored; nothing of it remains
	 * then
	 */
	public T add(Draft<T> draft) throws E {
		try {
			Appended appended = null;
			boolean loaded = false;
			while (appended == null) {
				Room room;
				List<Runnable> told = new ArrayList<>();
				this.lock.lock();
				try {
					room = makeRoom(draft.record().length, loaded, told);
					appended = (room == Room.MADE) ? append(draft) : null;
				}
				finally {
					this.lock.unlock();
					tell(told);
				}
				switch (room) {
					case NOT_LOADED -> {
						this.queue.load();
						loaded = this.queue.first() == null;
					}
					case NOT_TAKEN -> haveTaken(draft.record().length);
					case NONE -> {
						dropNewest(draft);
						return draft.token();
					}
					case MADE -> {
						// It is in the queue.
					}
				}
			}
			awaitStored(appended);
			return draft.token();
		}
		catch (SessionException ex) {
			throw this.session.failure(ex);
		}
	}

	private void dropNewest(Draft<T> draft) throws E {
		E reason = full("older messages waited");
		if (this.deadLetters.isWanted()) {
			this.deadLetters.inTurn(() -> this.deadLetters.take(Reason.DROPPED, 0, draft.record(), reason));
		}
		this.session.happened(Event.NEWEST_DROPPED);
		draft.token().drop(reason);
	}

	private E full(String because) {
		return this.outlet.refusal("The message was dropped: the offline buffer of MQTT client '" + this.clientId
				+ "' was full, and " + because);
	}

	/** Refuse a message, of which nothing is kept. */
	private E rejected(String because) {
		this.session.happened(Event.MESSAGE_REJECTED);
		return this.outlet.refusal(because);
	}

	/** With the lock held. */
	private Appended append(Draft<T> draft) throws SessionException {
		long lifetime = this.settings.timeToLive().millis(draft.matches(), draft.lifetime());
		Appended appended = this.queue.append(draft.record(), lifetime);
		if (isLiveFirst() && this.outlet.isConnected()) {
			this.live.waits(draft.topic(), appended.message().number(), this.handedTo);
		}
		this.tokens.put(appended.message().number(), draft.token());
		flush();
		return appended;
	}

	private void awaitStored(Appended appended) throws SessionException {
		boolean stored = false;
		try {
			this.queue.awaitStored(appended);
			stored = true;
		}
		finally {
			if (!stored) {
				forget(appended.message().number());
			}
		}
	}

	private @Nullable T forget(long number) {
		this.lock.lock();
		try {
			return this.tokens.remove(number);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Make room for one more message, with the lock held.
	 * @param bytes its size
	 * @param loaded whether the oldest message was just read in vain
	 * @param told takes what is to be told, without the lock, of what is given up for it
	 * @return whether there is
	 * @throws E if the message is refused
	 */
	private Room makeRoom(int bytes, boolean loaded, List<Runnable> told) throws E {
		OfflineBufferSettings current = this.settings;
		if (bytes > current.maxBytes()) {
			throw rejected("MQTT client '" + this.clientId + "' cannot keep a message of " + bytes
					+ " bytes for the broker: mqtt.persistence.offline-buffer.max-size is " + current.maxBytes()
					+ " bytes");
		}
		while (!current.hasRoom(this.queue.size(), bytes)) {
			QueuedMessage oldest = this.queue.first();
			if (oldest == null && !loaded && this.queue.size().messages() > 0) {
				return Room.NOT_LOADED;
			}
			boolean expired = oldest != null && isExpired(oldest);
			if (!expired && current.whenFull() == WhenFull.DROP_NEWEST) {
				return Room.NONE;
			}
			if (!expired && (current.whenFull() == WhenFull.REJECT || oldest == null)) {
				throw rejected("The offline buffer of MQTT client '" + this.clientId + "' is full: "
						+ this.queue.size().messages() + " messages (" + this.queue.size().bytes()
						+ " bytes) wait for the broker. Raise mqtt.persistence.offline-buffer.max-messages or max-size,"
						+ " or set mqtt.persistence.offline-buffer.when-full to drop-oldest");
			}
			if (oldest != null) {
				if (this.deadLetters.isWanted()) {
					return Room.NOT_TAKEN;
				}
				giveUp(oldest, reasonFor(oldest), told);
			}
		}
		return Room.MADE;
	}

	private boolean isExpired(QueuedMessage message) {
		return message.expires() != 0 && this.queue.now() >= message.expires();
	}

	/**
	 * Give a message up because it has expired or there is no room for it, with the lock
	 * held.
	 * @param message the message
	 * @param reason which of the two
	 * @param told takes what is to be told of it, without the lock
	 */
	private void giveUp(QueuedMessage message, Reason reason, List<Runnable> told) {
		this.session.happened((reason == Reason.EXPIRED) ? Event.MESSAGE_EXPIRED : Event.OLDEST_DROPPED);
		T token = remove(message.number());
		if (token != null) {
			told.add(() -> token.drop(why(reason)));
		}
	}

	private Reason reasonFor(QueuedMessage message) {
		return isExpired(message) ? Reason.EXPIRED : Reason.DROPPED;
	}

	private E why(Reason reason) {
		return (reason == Reason.EXPIRED) ? this.outlet.refusal("The message was not sent: it waited in MQTT client '"
				+ this.clientId + "' for longer than its time-to-live") : full("a newer message came");
	}

	/**
	 * Have the application take the oldest message over, if it has expired or there is no
	 * room for another one.
	 * @param bytes the size of that one
	 * @throws E if it is not taken
	 */
	private void haveTaken(int bytes) throws E {
		OfflineBufferSettings current = this.settings;
		this.deadLetters.inTurn(() -> takeOldest((oldest) -> isExpired(oldest)
				|| (current.whenFull() == WhenFull.DROP_OLDEST && !current.hasRoom(this.queue.size(), bytes))));
	}

	/**
	 * Have the application take the oldest message over, in this thread's turn.
	 * @param isDue whether it is to be taken; asked with the lock held
	 * @throws RuntimeException if it is not taken
	 */
	private void takeOldest(Predicate<QueuedMessage> isDue) {
		QueuedMessage oldest;
		this.lock.lock();
		try {
			oldest = this.queue.first();
			if (oldest == null || !isDue.test(oldest)) {
				return;
			}
			this.offered = oldest.number();
		}
		finally {
			this.lock.unlock();
		}
		Reason reason = reasonFor(oldest);
		boolean taken = false;
		List<Runnable> told = new ArrayList<>();
		try {
			this.deadLetters.take(reason, oldest.number(), oldest.record(), why(reason));
			taken = true;
		}
		finally {
			this.lock.lock();
			try {
				this.offered = 0;
				if (taken) {
					giveUp(oldest, reason, told);
				}
			}
			finally {
				this.lock.unlock();
				tell(told);
			}
			this.flusher.wake();
		}
	}

	private @Nullable T remove(long number) {
		this.queue.remove(number);
		return forget(number);
	}

	/**
	 * Have a message wait that an operator wants to be sent, also if there is no room or
	 * the buffer is switched off.
	 * @param publish its PUBLISH
	 * @throws SessionException if it could not be stored; nothing of it remains then
	 */
	void requeue(byte[] publish) throws SessionException {
		Appended appended = this.queue.append(publish, 0);
		flush();
		awaitStored(appended);
	}

	/**
	 * Give a message up that waits, because an operator does not want it.
	 * @param number its number
	 */
	void discard(long number) {
		this.lock.lock();
		try {
			this.queue.remove(number);
		}
		finally {
			this.lock.unlock();
		}
		fail(number, this.outlet.refusal("The message was removed at an operator's request"));
	}

	/**
	 * Note that the store does not take a message that nobody waits for.
	 * @param number its number
	 * @param record its PUBLISH
	 * @param reason why
	 * @return whether the application has taken it over, if it wants to
	 */
	boolean refused(long number, byte[] record, SessionException reason) {
		E why = this.session.failure(reason);
		fail(number, why);
		return this.deadLetters.takeRefused(number, record, why);
	}

	private void fail(long number, E reason) {
		T token = forget(number);
		if (token != null) {
			tell(List.of(() -> token.drop(reason)));
		}
	}

	// What goes out

	/**
	 * Have Paho send what waits, if the client is connected.
	 */
	public void flush() {
		this.lock.lock();
		try {
			if (size() > 0 && this.outlet.isConnected()) {
				this.flusher.start();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Note that a message is no longer in flight: there may be room for another one. */
	public void completed() {
		this.flusher.wake();
		this.live.wake();
	}

	private void handOverAll() throws E {
		long pause = SHORTEST_PAUSE;
		for (Handed handed = handOver(); handed.next() != Next.NOTHING; handed = handOver()) {
			boolean goesOn = handed.messages() > 0;
			if (handed.next() == Next.LOAD) {
				goesOn |= load();
			}
			else if (handed.next() == Next.TAKE) {
				goesOn |= takeExpired();
			}
			else if (handed.next() == Next.SET_ASIDE) {
				goesOn |= setAside((handed.reason() instanceof UndeliverableMessageException beyond)
						? String.valueOf(beyond.getMessage()) : "Paho does not take it: " + handed.reason());
			}
			// Paho makes room a moment after it has removed the record.
			pause = goesOn ? SHORTEST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
			if (handed.next() == Next.PACE) {
				LockSupport.parkNanos(this.pace.pause(System.nanoTime()));
			}
			else if (!goesOn || (handed.next() != Next.LOAD && handed.next() != Next.TAKE)) {
				LockSupport.parkNanos(pause);
			}
		}
	}

	/** What the application does over its message is not the concern of others. */
	private void tell(List<Runnable> told) {
		for (Runnable each : told) {
			Unfailing.run(each,
					(failure) -> logger.warn("A listener of MQTT client '" + this.clientId + "' has failed", failure));
		}
	}

	private boolean load() {
		try {
			this.queue.load();
			return this.queue.first() != null;
		}
		catch (SessionException ex) {
			logger.debug("The offline buffer of MQTT client '" + this.clientId + "' cannot be read", ex);
			return false;
		}
	}

	private boolean takeExpired() {
		this.deadLetters.begin();
		try {
			QueuedMessage oldest = this.queue.first();
			if (oldest != null && isExpired(oldest)) {
				try {
					takeOldest(this::isExpired);
				}
				catch (RuntimeException | Error ex) {
					logger.warn("A message of MQTT client '" + this.clientId
							+ "' has expired, and the application has not taken it over", ex);
					if (this.refusals.count(oldest.number())) {
						setAside("it expired, and the application did not take it over: " + ex);
					}
					return false;
				}
			}
			return true;
		}
		finally {
			this.deadLetters.end();
		}
	}

	/** Nothing is tried for ever in front of others. */
	private boolean setAside(String reason) {
		try {
			this.session.setAside(RecordKey.queued(this.refusals.message()).toString(), this.refusals.count(), reason);
		}
		catch (IOException ex) {
			logger.debug("A message cannot be set aside now", ex);
			return false;
		}
		fail(this.refusals.message(), this.outlet.refusal("The message was set aside: " + reason));
		return true;
	}

	/**
	 * Hand messages to Paho as long as it takes them.
	 * @return how many it took, and what is to be done next: under the same lock, so that
	 * whoever comes once nothing is left starts another thread
	 */
	private Handed handOver() throws E {
		Next next = Next.NOTHING;
		Throwable reason = null;
		int messages = 0;
		List<Runnable> told = new ArrayList<>();
		this.lock.lock();
		try {
			while (this.outlet.isConnected()) {
				QueuedMessage message = this.queue.first();
				if (message == null) {
					next = (size() > 0) ? Next.LOAD : Next.NOTHING;
					break;
				}
				if (message.number() == this.offered) {
					next = Next.ROOM;
					break;
				}
				if (isExpired(message)) {
					if (this.deadLetters.isWanted()) {
						next = Next.TAKE;
						break;
					}
					giveUp(message, Reason.EXPIRED, told);
					continue;
				}
				if (!this.outlet.hasRoom() || this.live.isAwaited()) {
					next = Next.ROOM;
					break;
				}
				if (this.pace.pause(System.nanoTime()) > 0) {
					next = Next.PACE;
					break;
				}
				reason = send(message);
				if (reason != null) {
					next = this.refusals.isEnough(message.number()) ? Next.SET_ASIDE : Next.ROOM;
					break;
				}
				messages++;
				this.pace.sent(this.settings.drain(), message.record().length, System.nanoTime());
				if (messages % LOOK_AHEAD_EVERY == 0) {
					this.queue.loadAhead();
				}
			}
			return new Handed(messages, next, reason);
		}
		finally {
			if (next == Next.NOTHING) {
				this.flusher.ends();
			}
			this.lock.unlock();
			tell(told);
		}
	}

	/**
	 * Hand a message to Paho. Either it takes it as a whole, or nothing of it remains
	 * there.
	 * @param message the message
	 * @return why Paho did not take it, {@code null} if it did
	 * @throws E if the link is lost, or the session is not ours any more
	 */
	@SuppressWarnings("unchecked")
	private @Nullable Throwable send(QueuedMessage message) throws E {
		UndeliverableMessageException beyond = this.undeliverable.beyond(RecordEnvelope.packet(message.record()));
		if (beyond != null) {
			this.refusals.notTried(message.number());
			return beyond;
		}
		T kept = this.tokens.get(message.number());
		T token = (kept != null) ? kept : this.outlet.token();
		try {
			if (!this.outlet.send(message, this.queue.now() - message.taken(), token)) {
				this.queue.remove(message.number());
			}
		}
		catch (Exception ex) {
			int code = this.outlet.reasonCode(ex);
			if (isLinkLost(code) || code == PERSISTENCE_IN_USE || this.session.isEnded()) {
				throw (E) ex;
			}
			if (!isWithoutRoom(code)) {
				this.refusals.count(message.number());
			}
			return ex;
		}
		catch (Error ex) {
			if (!this.refusals.count(message.number())) {
				// Pauses grow, as it need not be because of the message.
				throw ex;
			}
			return ex;
		}
		token.sent();
		this.tokens.remove(message.number());
		this.handedTo = message.number();
		return null;
	}

	// What Paho's interface asks of a buffer

	/**
	 * Return how many messages wait.
	 * @return the number
	 */
	public int size() {
		return (int) Math.min(Integer.MAX_VALUE, this.queue.size().messages());
	}

	/**
	 * Return a message that waits.
	 * @param index its place, that of the oldest is 0
	 * @return the message
	 * @throws IndexOutOfBoundsException if no such message is in memory
	 */
	public QueuedMessage get(int index) {
		return this.queue.get(index);
	}

	/**
	 * Forget a message.
	 * @param index the place of the message, that of the oldest is 0
	 */
	public void removeAt(int index) {
		remove(get(index).number());
	}

	/** Whether there is room for one more message. */
	private enum Room {

		MADE, NONE, NOT_LOADED, NOT_TAKEN

	}

	/** What is to be done after messages were handed over. */
	private enum Next {

		NOTHING, ROOM, PACE, LOAD, TAKE, SET_ASIDE

	}

	/**
	 * What came of handing messages over.
	 *
	 * @param messages how many Paho took
	 * @param next what is to be done next
	 * @param reason why Paho did not take one
	 */
	private record Handed(int messages, Next next, @Nullable Throwable reason) {

	}

	/**
	 * The token of a message. As long as the message waits here, nobody is kept waiting
	 * for its delivery: it is stored, and the broker may be away for days.
	 *
	 * @param <E> the exception of the version of Paho
	 */
	public interface Waiting<E extends Exception> {

		/**
		 * Have the token kept once somebody is to be told of the delivery.
		 * @param keep called if the token has a listener, now or later
		 */
		void keepForListener(Runnable keep);

		/** Note that Paho has taken the message. */
		void sent();

		/**
		 * Note that the message was given up, and tell so.
		 * @param reason why
		 */
		void drop(E reason);

	}

	/**
	 * A message that is to wait.
	 *
	 * @param <T> its token
	 * @param topic its topic
	 * @param matches tells of a topic filter whether the topic matches it
	 * @param record its PUBLISH, with what is kept with it
	 * @param lifetime how long it is wanted by its own account, in milliseconds, 0 for
	 * ever
	 * @param token its token
	 */
	public record Draft<T>(String topic, Predicate<String> matches, byte[] record, long lifetime, T token) {

	}

}
