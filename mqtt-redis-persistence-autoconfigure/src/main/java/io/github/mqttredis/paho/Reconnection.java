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

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.Unfailing;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reconnects one client after it lost its link: after a second, and after twice as long
 * with each attempt that the broker does not accept. It reconnects at once if Redis was
 * the obstacle and is back. Paho's own timer is turned off. Its pause is shared by all
 * clients of the JVM ({@code MqttAsyncClient.reconnectDelay} is static in both versions),
 * one exception from the persistence ends it, and it outlives a client that is
 * disconnected.
 * <p>
 * Attempts run on one thread that all clients share, see {@link AttemptThread}.
 * <p>
 * {@link #connecting} is taken before any lock of Paho's and never with one held. The
 * monitor guards the plan and is a leaf: nothing of Paho's is called with it held.
 *
 * @since 0.1.0
 */
public final class Reconnection {

	private static final Log logger = LogFactory.getLog(Reconnection.class);

	private static final long FIRST_PAUSE = 1000;

	/** Of the pause between links over which a message is not taken. */
	private static final int MOST_DOUBLINGS = 4;

	private static final long START_LIMIT_MILLIS = 5000;

	private final Timer timer;

	private volatile Client client = new NoClient();

	/**
	 * Lets one attempt to connect begin at a time: Paho checks and changes its state in
	 * two steps.
	 */
	private final ReentrantLock connecting = new ReentrantLock();

	/** What the thread that made the client uses: callbacks may load classes by it. */
	private final @Nullable ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

	/** The thread that makes, or has made, the latest link. */
	private volatile @Nullable Thread opening;

	/**
	 * The thread that had made a link in vain, as it seemed at the latest attempt. Used
	 * by one attempt after the other.
	 */
	private @Nullable Thread ended;

	/** At zero once Paho's threads for the latest link run. */
	private volatile CountDownLatch starting = new CountDownLatch(0);

	/**
	 * At zero once the application is told that the broker has accepted the client, or
	 * the link has ended.
	 */
	private volatile CountDownLatch telling = new CountDownLatch(0);

	/** Whether the latest attempt has made its link. */
	private volatile boolean made;

	private volatile boolean automatic;

	private volatile long longestPause;

	/** Whether the application has not disconnected the client. */
	private volatile boolean wanted;

	/** Whether the client is to come back until the application disconnects it. */
	private volatile boolean lasting;

	/** Whether a link was lost since the client was made. */
	private volatile boolean linkLost;

	/** Whether the client would be connected if Redis had not been away. */
	private volatile boolean heldByRedis;

	/** The pause before the next attempt, in milliseconds. */
	private volatile long pause = FIRST_PAUSE;

	/** The pause after the next link that the application fails over. */
	private volatile long pauseIfNotTaken = FIRST_PAUSE;

	/** The next attempt, and when it is due. Guarded by the monitor. */
	private @Nullable Runnable next;

	private long nextDue;

	/** Create the reconnection of a client. */
	public Reconnection() {
		this(AttemptThread.INSTANCE);
	}

	Reconnection(Timer timer) {
		this.timer = timer;
	}

	/**
	 * Note that the client begins to connect.
	 * @param client the client
	 * @param automatic whether it is to come back by itself
	 * @param longestPause the longest pause between two attempts, in milliseconds
	 */
	public void connecting(Client client, boolean automatic, long longestPause) {
		this.client = client;
		this.automatic = automatic;
		this.longestPause = longestPause;
		this.wanted = true;
	}

	/** Note that the broker has accepted the client. */
	public void accepted() {
		this.lasting = true;
		this.pause = FIRST_PAUSE;
		cancelNext();
		this.telling.countDown();
		if (!this.client.isConnected()) {
			// The link was lost before the broker's answer came here.
			linkEnded();
		}
	}

	/** Note that the application has taken the connection. */
	public void taken() {
		this.pauseIfNotTaken = FIRST_PAUSE;
	}

	/**
	 * Note that the link is to be dropped, because the application fails over the
	 * connection: the broker accepts each one, and pauses must grow all the same.
	 */
	public void notTaken() {
		this.pause = this.pauseIfNotTaken;
		this.pauseIfNotTaken = Math.min(this.pause * 2, Math.max(FIRST_PAUSE, this.longestPause));
	}

	/**
	 * Note that the link is to be dropped, because the application does not take a
	 * message. What it lacks may come back meanwhile.
	 * @param times how often in a row it did not
	 */
	void notTaken(int times) {
		this.pause = Math.min(FIRST_PAUSE << Math.min(times - 1, MOST_DOUBLINGS),
				Math.max(FIRST_PAUSE, this.longestPause));
	}

	/** Note that the application tells the client to reconnect. */
	public void reconnecting() {
		this.wanted = true;
		this.lasting = true;
	}

	/**
	 * Begin to connect while no other thread does.
	 * @param <T> what beginning answers
	 * @param <E> what it throws
	 * @param beginning begins to connect, without blocking
	 * @return its answer
	 * @throws E if it throws that
	 */
	public <T, E extends Exception> T alone(Beginning<T, E> beginning) throws E {
		this.connecting.lock();
		try {
			if (!this.client.isConnecting()) {
				// The thread of the next attempt may begin late.
				this.opening = null;
			}
			return beginning.begin();
		}
		finally {
			this.connecting.unlock();
		}
	}

	/** Note that the application disconnects the client. */
	public void disconnecting() {
		this.connecting.lock();
		try {
			this.wanted = false;
			this.lasting = false;
		}
		finally {
			this.connecting.unlock();
		}
		this.telling.countDown();
		// The JVM would live as long as the pause, which may be of two minutes.
		cancelNext();
		awaitStarted();
	}

	/**
	 * Whatever ends Paho's threads while they start lets the one that starts them wait
	 * forever ({@code CommsReceiver.start}, {@code CommsSender.start}).
	 */
	private void awaitStarted() {
		await(this.starting);
	}

	/**
	 * Wait until the application is told that the broker has accepted the client. Paho
	 * stops the thread that tells it when a link ends, whether it has told it or not
	 * ({@code CommsCallback.stop}), and whoever waits for the connection would wait for
	 * ever.
	 */
	void awaitTold() {
		await(this.telling);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(START_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Return whether the application has not disconnected the client.
	 * @return whether the client is to be connected
	 */
	public boolean isWanted() {
		return this.wanted;
	}

	/**
	 * Return whether a connection is one that came back.
	 * @return whether a link was lost before; what Paho tells its callback
	 */
	public boolean isLinkLost() {
		return this.linkLost;
	}

	boolean isConnected() {
		return this.client.isConnected();
	}

	/** Note that this thread makes a link, and then starts Paho's threads for it. */
	void opening() {
		this.opening = Thread.currentThread();
		this.made = false;
	}

	/**
	 * Note that a link was made, and that Paho starts its threads for it.
	 * @param running is at zero once they run
	 */
	void starting(CountDownLatch running) {
		this.starting = running;
		this.made = true;
		this.telling = new CountDownLatch(1);
	}

	/**
	 * Note whether Redis keeps the client from connecting.
	 * @param held whether the link was refused or dropped because of Redis
	 */
	public void held(boolean held) {
		this.heldByRedis = held;
	}

	/** Note that a link has ended, or could not be made. */
	public void linkEnded() {
		this.telling.countDown();
		if (this.automatic && this.lasting) {
			this.linkLost = true;
			planSurely();
		}
	}

	/**
	 * Nobody else has the next attempt made. Paho's threads for it could not be made
	 * either, as long as there is none for the timer.
	 */
	private void planSurely() {
		Unfailing.repeat(() -> plan(this.pause), () -> this.wanted && !this.connecting
			.isHeldByCurrentThread(), (error) -> logger.error(
					"An Error ended an attempt to connect: there is no thread to begin the next one, which is tried until there is",
					error));
	}

	/**
	 * Connect at once, because Redis is back.
	 * @return false if that is under way and may still fail
	 */
	public boolean redisIsBack() {
		if (!this.heldByRedis || isAtRest()) {
			return true;
		}
		plan(0);
		return false;
	}

	private boolean isAtRest() {
		return !this.wanted || this.client.isConnected();
	}

	/** Have an attempt made after a pause, unless one comes before. */
	private synchronized void plan(long millis) {
		long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		if (this.wanted && (this.next == null || due - this.nextDue < 0)) {
			cancelNext();
			this.nextDue = due;
			this.next = this.timer.after(millis, this::attempt);
		}
	}

	private synchronized void cancelNext() {
		this.timer.cancel(this.next);
		this.next = null;
	}

	private void attempt() {
		cancelNext();
		if (isAtRest()) {
			return;
		}
		if (!this.client.isConnecting()) {
			this.pause = Math.min(this.pause * 2, this.longestPause);
		}
		// First, so that whatever becomes of this attempt another one follows.
		planSurely();
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(this.contextClassLoader);
		this.connecting.lock();
		try {
			if (this.wanted && isStuck()) {
				this.client.abandon();
			}
			if (this.wanted) {
				this.client.connect();
			}
		}
		catch (Exception ex) {
			logger.debug("An attempt to connect could not begin", ex);
		}
		catch (Error ex) {
			logger.error("An Error ended an attempt to connect: another one follows", ex);
		}
		finally {
			this.connecting.unlock();
			thread.setContextClassLoader(before);
		}
	}

	/**
	 * Return whether the thread that made the link has ended before all of Paho's threads
	 * ran: Paho waits forever then ({@code ConnectBG.run} catches exceptions only). On a
	 * busy machine they run a moment later, so it has to be so at two attempts.
	 */
	private boolean isStuck() {
		Thread thread = this.opening;
		boolean ended = this.client.isConnecting() && thread != null && !thread.isAlive()
				&& (!this.made || this.starting.getCount() > 0);
		boolean endedBefore = ended && thread == this.ended;
		this.ended = ended ? thread : null;
		return endedBefore;
	}

	/** The client that is to come back. */
	public interface Client {

		/**
		 * Return whether the broker has accepted it and the link is there.
		 * @return whether it is connected
		 */
		boolean isConnected();

		/**
		 * Return whether an attempt is under way.
		 * @return whether it connects
		 */
		boolean isConnecting();

		/**
		 * Begin to connect as before, without blocking.
		 * @throws Exception if it cannot now
		 */
		void connect() throws Exception;

		/** End an attempt that nobody goes on with. */
		void abandon();

	}

	/** A client that was never told to connect. */
	private static final class NoClient implements Client {

		@Override
		public boolean isConnected() {
			return false;
		}

		@Override
		public boolean isConnecting() {
			return false;
		}

		@Override
		public void connect() {
		}

		@Override
		public void abandon() {
		}

	}

	/** Has something done later. */
	interface Timer {

		/**
		 * Have something done after a pause.
		 * @param millis how long the pause is
		 * @param task what is to be done, without blocking
		 * @return what {@link #cancel} takes
		 */
		Runnable after(long millis, Runnable task);

		/**
		 * Have something not done, if it has not begun.
		 * @param waiting what waits for the end of its pause
		 */
		void cancel(@Nullable Runnable waiting);

	}

	/**
	 * Begins to connect.
	 *
	 * @param <T> what it answers
	 * @param <E> what it throws
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Beginning<T, E extends Exception> {

		/**
		 * Begin, without blocking.
		 * @return the answer
		 * @throws E if that failed
		 */
		T begin() throws E;

	}

}
