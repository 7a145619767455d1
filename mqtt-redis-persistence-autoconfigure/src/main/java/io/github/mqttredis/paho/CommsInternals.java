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
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.mqttredis.paho.ClientSession.Publish;
import io.github.mqttredis.paho.PahoMembers.Member;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * A Paho client as seen by the code that both versions share. What both versions name
 * alike is here; what uses their own types is left to each version.
 *
 * @param <T> the token of a message in the offline buffer
 * @param <E> the exception of the version of Paho
 * @since 0.1.0
 */
public abstract class CommsInternals<T, E extends Exception> implements Receiver, Outlet<T, E> {

	private static final long ATTEMPT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** Paho's default for an attempt to connect. */
	private static final long CALLBACK_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

	private static final long POLL_MILLIS = 10;

	private final PahoMembers members;

	private final Object state;

	private final Object callback;

	private final SessionPersistence<? extends E> persistence;

	/** Paho's senders that have sent, of this link and of earlier ones. */
	private final Set<Thread> senders = ConcurrentHashMap.newKeySet();

	/** How many threads hand something to Paho that gets a packet id. */
	private final AtomicInteger sending = new AtomicInteger();

	/**
	 * Find the inner parts.
	 * @param version the version of MQTT
	 * @param comms the client's {@code ClientComms}
	 * @param state the client's {@code ClientState}
	 * @param persistence the client's persistence
	 */
	protected CommsInternals(MqttVersion version, Object comms, Object state,
			SessionPersistence<? extends E> persistence) {
		this.members = PahoMembers.of(version);
		this.state = state;
		this.callback = this.members.get(Member.CALLBACK, comms);
		this.persistence = persistence;
	}

	/**
	 * Have Paho give the next message a packet id behind that of the youngest one that
	 * was restored. Of itself it goes on behind the highest, and after 65,535 that is
	 * another one ({@code ClientState.restoreState}): a newer message would be sent again
	 * ahead of older ones.
	 * @param restored the packet ids of what was restored, the oldest first
	 */
	final void continueBehind(List<Integer> restored) {
		if (!restored.isEmpty()) {
			this.members.set(Member.LAST_ID, this.state, restored.get(restored.size() - 1));
		}
	}

	/**
	 * Return whether an attempt to connect is under way.
	 * @return whether the client connects
	 */
	protected abstract boolean isConnecting();

	/**
	 * Drop the link.
	 * @param cause what the application is told
	 */
	protected abstract void drop(Throwable cause);

	/**
	 * Note that something has come, which shows that the broker is there.
	 * @param bytes how much
	 */
	protected abstract void received(int bytes);

	/**
	 * Make what Paho throws.
	 * @param reasonCode its reason code
	 * @param cause the cause
	 * @return the exception
	 */
	protected abstract E failure(int reasonCode, @Nullable Throwable cause);

	@Override
	public final boolean send(QueuedMessage message, long waited, T token) throws E {
		return sending(() -> this.persistence.handing(message,
				() -> send(RecordEnvelope.packet(message.record()), waited, token)));
	}

	/**
	 * Hand a message to Paho, which gives it its packet id.
	 * @param publish its PUBLISH
	 * @param waited how long it has waited, in milliseconds
	 * @param token its token
	 * @throws E if Paho does not take it
	 */
	protected abstract void send(byte[] publish, long waited, T token) throws E;

	/**
	 * Return whether Paho takes one more message. Its own count, which it refuses
	 * messages by, leaves those out that its sender has not taken yet: they would fill
	 * the heap, and use up all packet ids ({@code ClientState.send}, {@code get}).
	 * @return whether fewer than may be are in flight, or are about to be
	 */
	@Override
	public final boolean hasRoom() {
		Vector<?> waiting = (Vector<?>) this.members.get(Member.MESSAGES, this.state);
		return waiting == null || inFlight() + waiting.size() < mostInFlight();
	}

	/**
	 * Return how many messages Paho counts as in flight.
	 * @return the number
	 */
	protected abstract int inFlight();

	/**
	 * Return how many messages may be in flight.
	 * @return the number
	 */
	protected abstract int mostInFlight();

	/**
	 * Make of a PUBLISH what is kept of it while it waits.
	 * @param publish the PUBLISH, without a packet id
	 * @return the record
	 */
	protected final byte[] queueing(byte[] publish) {
		return this.persistence.queueing(publish);
	}

	/**
	 * Have Paho end a message as if the broker had answered it, but with a failure.
	 * @param answer what would have been the last answer, {@code null} if it has none
	 * @param token the message's token
	 * @param failure what the token fails with
	 */
	protected final void fail(@Nullable Object answer, Object token, Exception failure) {
		call(Member.NOTIFY_RESULT, this.state, answer, token, failure);
	}

	/**
	 * Return what Paho 5 knows of the connection.
	 * @return its {@code MqttConnectionState}
	 */
	protected final Object connection() {
		return this.members.get(Member.CONNECTION, this.state);
	}

	/**
	 * Have Paho end a message that is not sent, as if the broker had answered it, but
	 * with a failure.
	 * @param packetId its packet id
	 * @param qos its quality of service
	 * @param reason what its token fails with
	 * @throws IOException if Paho does not
	 */
	protected abstract void fail(int packetId, int qos, UndeliverableMessageException reason) throws IOException;

	/**
	 * Return the part that calls the application.
	 * @return the client's {@code CommsCallback}
	 */
	protected final Object callback() {
		return this.callback;
	}

	/**
	 * Wait until the callback of the last connection has returned. Paho starts no new
	 * callback thread while the old one is busy, and waits for it to run: forever, also
	 * when the old one has long ended ({@code CommsCallback.start}).
	 * @param cancelled ends the wait once it is true
	 * @throws IOException if the callback has not returned in time
	 */
	void awaitCallback(BooleanSupplier cancelled) throws IOException {
		long started = System.nanoTime();
		while (isCallbackEnding()) {
			if (cancelled.getAsBoolean() || System.nanoTime() - started > CALLBACK_LIMIT_NANOS) {
				throw new IOException(
						"Cannot connect: a callback that began before the connection was lost has not returned");
			}
			if (!pause()) {
				throw new InterruptedIOException("Interrupted while waiting for a callback to return");
			}
		}
	}

	private static boolean pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Wait until Paho tries no more to connect a client that is to be closed: an attempt
	 * that fails makes it try the next server at once, or the next version of MQTT
	 * ({@code ConnectActionListener}), and it does not close a client that connects.
	 */
	void awaitLastAttempt() {
		long started = System.nanoTime();
		boolean going = true;
		while (going && isConnecting() && System.nanoTime() - started < ATTEMPT_LIMIT_NANOS) {
			going = pause();
		}
	}

	private boolean isCallbackEnding() {
		// Asking whether it runs takes the lock that guards the state.
		return Boolean.FALSE.equals(call(Member.CALLBACK_RUNNING, this.callback))
				&& !"STOPPED".equals(this.members.get(Member.CALLBACK_STATE, this.callback).toString());
	}

	/**
	 * Forget answers that were queued after the last connection had ended, as by a
	 * callback that returned then. Paho's sender would stop over one, and the thread that
	 * connects would wait for it forever ({@code ClientState.get},
	 * {@code CommsSender.start}). The broker asks again for what it misses.
	 */
	void forgetAnswers() {
		((Vector<?>) this.members.get(Member.ANSWERS, this.state)).clear();
	}

	/**
	 * Give packet ids back that Paho never frees, before the next link is made: those of
	 * a SUBSCRIBE or UNSUBSCRIBE without an answer, and, in Paho 5, of messages of QoS 0
	 * that were not sent ({@code ClientState.resolveOldTokens}). Without a link nobody
	 * takes an id ({@code ClientComms.sendNoWait}), but a thread that is about to send,
	 * or a sender that comes back late, may still hold one: then they stay until the next
	 * link.
	 */
	final void forgetLost() {
		if (isDisconnected() && isQuiet() && this.members.get(Member.IDS, this.state) instanceof Map<?, ?> inUse) {
			List<Integer> lost = inUse.keySet()
				.stream()
				.map(Integer.class::cast)
				.filter((packetId) -> !isInFlight(packetId))
				.toList();
			if (isDisconnected()) {
				lost.forEach(this::forgetLost);
			}
		}
	}

	/**
	 * Send something that has Paho take a packet id.
	 * @param <R> the type of the answer
	 * @param <X> what it throws
	 * @param publish sends
	 * @return its answer
	 * @throws X if it throws that
	 */
	final <R, X extends Exception> R sending(Publish<R, X> publish) throws X {
		this.sending.incrementAndGet();
		try {
			return publish.run();
		}
		finally {
			this.sending.decrementAndGet();
		}
	}

	/**
	 * Forget what was lost with a link.
	 * @param packetId its packet id
	 */
	protected void forgetLost(int packetId) {
		release(packetId);
	}

	/**
	 * Return whether there is no link, and none is being made.
	 * @return whether the client is disconnected
	 */
	protected abstract boolean isDisconnected();

	/**
	 * Note that a sender begins to send.
	 * @param sender its thread
	 */
	void sends(Thread sender) {
		this.senders.removeIf((earlier) -> !earlier.isAlive());
		this.senders.add(sender);
	}

	/**
	 * Return whether nothing more is sent over links that have ended. Paho does not wait
	 * for its sender ({@code CommsSender.stop}), which may come back from the network
	 * later.
	 */
	private boolean isQuiet() {
		return this.sending.get() == 0
				&& this.senders.stream().noneMatch((sender) -> sender != Thread.currentThread() && sender.isAlive());
	}

	/**
	 * Return what Paho 5 keeps tokens in.
	 * @return its {@code CommsTokenStore}
	 */
	protected final Object tokens() {
		return this.members.get(Member.TOKENS, this.state);
	}

	/** Return whether a message of QoS 1 or 2 is sent again over the next link. */
	private boolean isInFlight(int packetId) {
		return Stream.of(Member.SENT_QOS_1, Member.SENT_QOS_2)
			.anyMatch((sent) -> !(this.members.get(sent, this.state) instanceof Map<?, ?> messages)
					|| messages.containsKey(packetId));
	}

	/**
	 * Give a packet id back.
	 * @param packetId the packet id
	 */
	protected final void release(int packetId) {
		call(Member.RELEASE, this.state, packetId);
	}

	/**
	 * Count the messages as in flight whose PUBREL was restored. Paho 5 counts only their
	 * ends ({@code ClientState.notifyComplete}), and would then send as many messages
	 * more than the broker takes.
	 * @param isRelease tells a PUBREL
	 * @param inFlight how many messages count as in flight; asked with Paho's lock held
	 */
	protected final void countReleases(Predicate<Object> isRelease, IntSupplier inFlight) {
		long releases = ((Map<?, ?>) this.members.get(Member.SENT_QOS_2, this.state)).values()
			.stream()
			.filter(isRelease)
			.count();
		synchronized (this.members.get(Member.QUEUE_LOCK, this.state)) {
			this.members.set(Member.IN_FLIGHT, this.state, inFlight.getAsInt() + (int) releases);
		}
	}

	private @Nullable Object call(Member method, Object target, @Nullable Object... arguments) {
		try {
			return this.members.call(method, target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

}
