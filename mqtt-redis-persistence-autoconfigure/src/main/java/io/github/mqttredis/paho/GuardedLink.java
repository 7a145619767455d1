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
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.mqttredis.paho.UndeliverableMessages.Verdict;
import io.github.mqttredis.session.OutboundPackets;
import io.github.mqttredis.session.OutboundPackets.Head;
import io.github.mqttredis.session.OutboundPackets.Needs;
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.Unfailing;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Guards a client's link: only the owner of the session can make it, and no packet is
 * sent before the records that it depends on are stored. Both versions of Paho use it in
 * the same way. It can be made again after it has ended.
 *
 * @since 0.1.0
 */
public final class GuardedLink {

	private static final Log logger = LogFactory.getLog(GuardedLink.class);

	private static final long SENDER_LIMIT_MILLIS = 2000;

	private static final long LOOK_MILLIS = 100;

	private static final int STARTING_LOOKS = 50;

	private final ReceivedMessages received;

	private final ClientSession<?> session;

	private final CommsInternals<?, ?> comms;

	private final @Nullable ObservedMessages observed;

	private final Reconnection reconnection;

	private final Consumer<Throwable> failing;

	private final Runnable notBegun;

	private final UndeliverableMessages undeliverable;

	private final LinkReport report;

	private final String address;

	private final Supplier<InboundPackets> packets;

	private final Duration answerLimit;

	private final Duration keepAlive;

	private volatile boolean stopped;

	/** Whether Paho has begun to make the link that it ends next. */
	private volatile boolean begun;

	/** What guards the way out of the latest link. */
	private volatile @Nullable Barrier barrier;

	/** Why the link has ended, as far as it is known. The first reason counts. */
	private volatile @Nullable String reason;

	/** Gives the link up if the broker does not answer CONNECT. */
	private volatile @Nullable Runnable givingUp;

	/** At zero once Paho's threads for this link run, or the link has ended. */
	private volatile CountDownLatch starting = new CountDownLatch(0);

	/**
	 * Create the guard of a link.
	 * @param client the client, of which the session is, and that is told what becomes of
	 * the link
	 * @param address the broker's address
	 * @param packets makes the look at what comes in
	 * @param answerLimit how long the broker may take to answer CONNECT, zero forever
	 * @param keepAlive the keep-alive interval, zero for none
	 */
	GuardedLink(PersistentClient<?, ?, ?> client, String address, Supplier<InboundPackets> packets,
			Duration answerLimit, Duration keepAlive) {
		this.received = client.received();
		this.session = client.session();
		this.comms = client.comms();
		this.observed = client.observed();
		this.reconnection = client.reconnection();
		this.failing = client::failed;
		this.notBegun = client::notBegun;
		this.undeliverable = client.undeliverable();
		this.report = client.report();
		this.address = address;
		this.packets = packets;
		this.answerLimit = answerLimit;
		this.keepAlive = keepAlive;
	}

	/**
	 * Make the link, but only as the owner of the session: a client that connects without
	 * owning it would throw the owner off the broker, and resend from memory what the
	 * owner has long delivered.
	 * @param <E> what Paho throws if it cannot be made
	 * @param opening makes it
	 * @throws IOException if it must not be made now; Paho's reconnection goes on
	 * @throws E if it cannot be made
	 */
	public <E extends Exception> void open(Opening<E> opening) throws IOException, E {
		this.stopped = false;
		this.reason = null;
		this.begun = true;
		this.reconnection.opening();
		this.report.attempting(this.address);
		try {
			watchThread();
			make(opening);
		}
		catch (Exception ex) {
			because(LinkFailures.of(ex));
			throw ex;
		}
		catch (Error ex) {
			because(LinkFailures.of(ex));
			throw new IOException("An Error ended an attempt to connect: " + ex, ex);
		}
	}

	/**
	 * Have the link end if an {@link Error} ends this thread, which is one of Paho's.
	 * They catch exceptions only, and Paho would wait forever for the thread that
	 * connects, and for what a sender or a receiver does until keep-alive ends.
	 */
	private void watchThread() {
		Thread thread = Thread.currentThread();
		UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
		thread.setUncaughtExceptionHandler((ended, error) -> {
			try {
				endedBy(error);
			}
			catch (RuntimeException | Error ex) {
				// The JVM would say so on its output, past all that captures it.
				if (ex != error) {
					error.addSuppressed(ex);
				}
			}
			before.uncaughtException(ended, error);
		});
	}

	private void endedBy(Throwable error) {
		if (!this.stopped) {
			because(LinkFailures.of(error));
			this.starting.countDown();
			this.failing.accept(error);
		}
	}

	private <E extends Exception> void make(Opening<E> opening) throws IOException, E {
		// An attempt that fails because the application disconnects makes Paho try the
		// next server at once, or the next version of MQTT (ConnectActionListener).
		this.comms.awaitCallback(() -> this.stopped || !this.reconnection.isWanted());
		checkWanted();
		try {
			this.session.confirmOwned();
		}
		catch (IOException ex) {
			this.reconnection.held(true);
			throw ex;
		}
		this.reconnection.held(false);
		// Asking Redis may have taken a while, and so may connecting.
		checkWanted();
		this.received.connecting();
		opening.open();
		if (this.observed != null) {
			this.observed.linkMade();
		}
		this.undeliverable.connecting(this.keepAlive);
		CountDownLatch running = new CountDownLatch(1);
		this.starting = running;
		this.reconnection.starting(running);
		checkWanted();
	}

	/** A callback of the link before ends this attempt if it throws late. */
	private void checkWanted() throws IOException {
		if (this.stopped || !this.reconnection.isWanted()) {
			throw new IOException(
					"Not connecting: the application has disconnected the client, or this attempt was ended");
		}
	}

	/**
	 * Guard what comes in, and look at it before Paho does. The broker says nothing
	 * before CONNECT, so that all there is to be read earlier is that the link has ended.
	 * Paho would wait forever for a receiver, or a sender, that has ended before it was
	 * seen to run ({@code CommsReceiver.start}, {@code CommsSender.start}).
	 * @param in what comes from the broker
	 * @return what can be read once Paho has begun to send
	 */
	public InputStream guard(InputStream in) {
		InboundPackets looked = this.packets.get();
		looked.afterConnack(this.reconnection::awaitTold);
		looked.onEnd(this::because);
		return new PacketInputStream(new BegunInputStream(in, this.starting, this::endedByPeer, this::watchThread),
				looked, this.comms::received);
	}

	private void endedByPeer(Exception ending) {
		if (!this.stopped) {
			because(LinkFailures.of(ending));
			this.undeliverable.endedByPeer();
		}
	}

	private void because(String said) {
		if (this.reason == null) {
			this.reason = said;
		}
	}

	/**
	 * Guard what goes out.
	 * @param out what leads to the broker
	 * @param closing ends the link
	 * @return what waits for the records that a packet depends on
	 */
	public OutputStream guard(OutputStream out, Closing closing) {
		// Paho starts its sender next.
		this.comms.forgetAnswers();
		awaitAnswer(closing);
		Barrier made = new Barrier(out);
		this.barrier = made;
		return made;
	}

	/**
	 * Paho limits how long a link takes to be made, and waits forever for an answer to
	 * CONNECT; also for its own sender, which ends unseen if it is woken before there is
	 * a CONNECT to be sent ({@code ClientState.get}). If the link ends it tries again, as
	 * if it cannot be made.
	 */
	private void awaitAnswer(Closing closing) {
		if (!this.answerLimit.isZero()) {
			Thread making = Thread.currentThread();
			CountDownLatch running = this.starting;
			this.givingUp = AttemptThread.INSTANCE.after(this.answerLimit.toMillis(),
					() -> giveUp(closing, making, running));
		}
	}

	private void giveUp(Closing closing, Thread making, CountDownLatch running) {
		if (this.stopped || this.reconnection.isConnected()) {
			return;
		}
		logger.warn("The MQTT broker did not answer CONNECT within " + this.answerLimit.toSeconds()
				+ " s: this attempt to connect ends");
		because("no answer to CONNECT within the connection time-out (mqtt.client.server-uris, mqtt.client.connection-timeout)");
		try {
			closing.close();
		}
		catch (IOException ex) {
			logger.debug("Closed already", ex);
		}
		finally {
			letGo(making, running, STARTING_LOOKS);
		}
	}

	/**
	 * Let the receiver see that the link has ended, but not while Paho starts its
	 * threads, as it may after the process was stopped: the one that starts them would
	 * wait for the callback of the next link, and send its CONNECT over that one
	 * ({@code CommsCallback.start}). Looks are counted, since the time of a process that
	 * is stopped runs on.
	 */
	private static void letGo(Thread making, CountDownLatch running, int looks) {
		if (looks > 0 && making.isAlive() && running.getCount() > 0) {
			AttemptThread.INSTANCE.after(LOOK_MILLIS, () -> letGo(making, running, looks - 1));
		}
		else {
			running.countDown();
		}
	}

	/**
	 * End the link, and let go at once of a sender that waits: it holds the lock of a
	 * token that the stopping thread may want (Paho's {@code CommsSender.run}).
	 * @param closing ends it
	 * @throws IOException if that throws it
	 */
	public void close(Closing closing) throws IOException {
		this.stopped = true;
		IOException failure = null;
		for (Closing step : List.<Closing>of(this::releaseSender, closing, this.reconnection::linkEnded, this::ended)) {
			try {
				step.close();
			}
			catch (IOException ex) {
				failure = ex;
			}
			catch (RuntimeException | Error ex) {
				// Paho does not go on after an Error, and would be disconnecting for
				// ever.
				// Nor does it tell of what is thrown (ClientComms.shutdownConnection).
				Unfailing.log(() -> logger.warn("An Error while a link ended", ex));
				failure = new IOException(ex);
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private void releaseSender() {
		Barrier ended = this.barrier;
		if (ended != null) {
			ended.end();
		}
		this.starting.countDown();
		AttemptThread.INSTANCE.cancel(this.givingUp);
		this.session.wakeWaiters();
		this.undeliverable.ended();
	}

	private void ended() {
		boolean hasBegun = this.begun;
		this.begun = false;
		Barrier ended = this.barrier;
		awaitEnd((ended != null) ? ended.end() : null);
		report();
		if (!hasBegun && this.reconnection.isWanted()) {
			this.notBegun.run();
		}
	}

	private void report() {
		if (this.reconnection.isWanted()) {
			String said = this.reason;
			this.report.failed(this.address, (said != null) ? said
					: "the client ended the link: the broker did not answer in time, or a callback failed");
		}
	}

	/**
	 * Wait for a sender that is on its way to end the link over an exception. Paho lets
	 * the first thread do so that comes, and waits for no other: one that comes later
	 * would end the next attempt to connect instead, and the token of that one would
	 * never be complete ({@code ClientComms.shutdownConnection}, {@code ConnectBG.run}).
	 * It finds the link being ended, waits for nothing, and is gone.
	 */
	private static void awaitEnd(@Nullable Thread failed) {
		if (failed == null || failed == Thread.currentThread()) {
			return;
		}
		try {
			failed.join(SENDER_LIMIT_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Wait until a packet may be sent.
	 * @return whether it may; if not, Paho has been told that its message has failed
	 */
	private boolean await(OutboundPackets packets, Needs needs) throws IOException {
		Head head = packets.head();
		if (head != null && !head.isConnect()) {
			// Until then, nothing that comes or goes may end the link.
			this.reconnection.awaitTold();
		}
		try {
			if (needs != Needs.NOTHING) {
				awaitPuts(packets);
			}
		}
		catch (IOException ex) {
			if (head != null && head.isStored() && ex.getCause() instanceof SessionRecordException refused) {
				fail(head, String.valueOf(refused.getMessage()));
				return false;
			}
			throw ex;
		}
		if (head == null) {
			return true;
		}
		Verdict verdict = this.undeliverable.sending(head);
		if (verdict != null) {
			this.session.setAside(UndeliverableMessages.key(head.packetId()), verdict.attempts(), verdict.reason());
			fail(head, "The message was set aside: " + verdict.reason());
		}
		return verdict == null;
	}

	private void fail(Head head, String reason) throws IOException {
		UndeliverableMessageException failure = new UndeliverableMessageException(reason);
		if (this.observed != null) {
			this.observed.failing(head.packetId(), failure);
		}
		this.comms.fail(head.packetId(), head.qos(), failure);
	}

	private void awaitPuts(OutboundPackets packets) throws IOException {
		try {
			this.session.awaitPuts(packets.record(), () -> this.stopped);
		}
		catch (IOException ex) {
			if (ex.getCause() instanceof SessionRecordException) {
				throw ex;
			}
			// Paho drops the link, which is what has to happen: the packet is not sent.
			if (!this.stopped) {
				because(LinkFailures.of(ex));
				this.reconnection.held(true);
			}
			throw ex;
		}
	}

	/**
	 * What leads to the broker. Its monitor is a leaf that decides who comes first: a
	 * sender that fails, for whom the link is ended, or the thread that ends it, after
	 * which a sender no longer fails.
	 */
	private final class Barrier extends OutputStream {

		private final OutputStream out;

		private final OutboundPackets packets = new OutboundPackets();

		/** The packet that is being sent. */
		private @Nullable Head sending;

		/** Whether what is written belongs to a packet that is not sent. */
		private boolean skipping;

		private boolean ended;

		private @Nullable Thread failed;

		/** Only Paho's sender writes. */
		private @Nullable Thread sender;

		private boolean connecting;

		Barrier(OutputStream out) {
			this.out = out;
		}

		/**
		 * Note that the link is ended, if it is not.
		 * @return the sender that has failed before, {@code null} if none has
		 */
		synchronized @Nullable Thread end() {
			this.ended = true;
			return this.failed;
		}

		private synchronized void fail(IOException ex) throws IOException {
			if (!this.ended) {
				this.failed = Thread.currentThread();
				throw ex;
			}
			logger.debug("Not sent, as the link is ended", ex);
		}

		@Override
		public void write(int b) throws IOException {
			write(new byte[] { (byte) b }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			if (this.sender != Thread.currentThread()) {
				this.sender = Thread.currentThread();
				GuardedLink.this.comms.sends(this.sender);
				watchThread();
			}
			GuardedLink.this.starting.countDown();
			try {
				Needs needs = this.packets.next(bytes, offset, length);
				if (this.packets.head() != null || needs != Needs.NOTHING) {
					this.sending = this.packets.head();
					checkConnect();
					this.skipping = !await(this.packets, needs);
				}
				if (!this.skipping) {
					send(bytes, offset, length);
				}
			}
			catch (IOException ex) {
				fail(ex);
			}
		}

		/**
		 * Let no attempt go on over the link of the next one: a broker that sees a second
		 * CONNECT may drop the session, as Mosquitto 2.0 does.
		 */
		private void checkConnect() throws IOException {
			if (this.sending != null && this.sending.isConnect()) {
				if (this.connecting) {
					// Its token would take the place of the one that somebody waits for.
					GuardedLink.this.notBegun.run();
					throw new IOException("Paho sends CONNECT a second time over the same link");
				}
				this.connecting = true;
			}
		}

		private void send(byte[] bytes, int offset, int length) throws IOException {
			try {
				this.out.write(bytes, offset, length);
			}
			catch (IOException ex) {
				endedByPeer(ex);
				throw ex;
			}
			if (this.sending != null && this.packets.isComplete()) {
				GuardedLink.this.undeliverable.written(this.sending);
			}
		}

		@Override
		public void flush() throws IOException {
			try {
				this.out.flush();
			}
			catch (IOException ex) {
				fail(ex);
			}
		}

		@Override
		public void close() throws IOException {
			this.out.close();
		}

	}

	/**
	 * Makes a link.
	 *
	 * @param <E> what Paho throws if it cannot be made
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Opening<E extends Exception> {

		/**
		 * Make the link.
		 * @throws IOException if it cannot be made
		 * @throws E if it cannot be made
		 */
		void open() throws IOException, E;

	}

	/**
	 * Ends a link.
	 *
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Closing {

		/**
		 * End the link.
		 * @throws IOException if that failed
		 */
		void close() throws IOException;

	}

}
