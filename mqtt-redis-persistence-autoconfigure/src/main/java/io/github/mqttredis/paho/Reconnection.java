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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Gets one client's lost link back: at once where Redis had held the client and has
 * returned, otherwise after a second, and then after twice as long each time. Paho has
 * the same pauses, but keeps the present one for all clients of the JVM together
 * ({@code MqttAsyncClient.reconnectDelay} is static in both versions): a client whose
 * broker is away would let the others wait for up to 128 s. Paho's own attempts go on;
 * the first to come connects.
 * <p>
 * Attempts run on one thread that all clients share, see {@link AttemptThread}.
 *
 * @since 0.1.0
 */
public final class Reconnection {

	private static final long FIRST_PAUSE = 1000;

	private static final long START_LIMIT_MILLIS = 5000;

	private volatile BooleanSupplier connected = () -> true;

	private volatile BooleanSupplier attempt = () -> true;

	private volatile Runnable stopTimer = () -> {
	};

	/**
	 * Lets one attempt to connect begin at a time: Paho checks and changes its state in
	 * two steps, and its own timer and this class may both try. Taken before any lock of
	 * Paho's, never with one held.
	 */
	private final ReentrantLock connecting = new ReentrantLock();

	/** What the thread that made the client uses: callbacks may load classes by it. */
	private final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

	private final AtomicBoolean running = new AtomicBoolean();

	/** At zero once Paho's threads for the latest link run. */
	private volatile CountDownLatch starting = new CountDownLatch(0);

	/** The attempt that comes after a pause. */
	private volatile @Nullable Runnable next;

	private volatile boolean automatic;

	private volatile long longestPause;

	/** Whether the application has not disconnected the client. */
	private volatile boolean wanted;

	/** Whether the client is to come back until the application disconnects it. */
	private volatile boolean lasting;

	/** Whether the client would be connected if Redis had not been away. */
	private volatile boolean heldByRedis;

	/**
	 * Note that the client begins to connect.
	 * @param automatic whether it is to come back by itself
	 * @param longestPause the longest pause between two attempts, in milliseconds
	 * @param connected whether the client is connected
	 * @param attempt begins to connect, without blocking; answers whether the client is
	 * closed
	 * @param stopTimer ends Paho's reconnect timer
	 */
	public void connecting(boolean automatic, long longestPause, BooleanSupplier connected, BooleanSupplier attempt,
			Runnable stopTimer) {
		this.connected = connected;
		this.attempt = attempt;
		this.stopTimer = stopTimer;
		this.automatic = automatic;
		this.longestPause = longestPause;
		this.wanted = true;
	}

	/** Note that the broker has accepted the client. */
	public void lasting() {
		this.lasting = true;
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
			return beginning.begin();
		}
		finally {
			this.connecting.unlock();
		}
	}

	/**
	 * Note that the application disconnects the client. Paho's timer would outlive it: it
	 * makes one more attempt, and its thread, which is no daemon, then keeps the JVM
	 * alive until the client is garbage.
	 */
	public void disconnecting() {
		this.connecting.lock();
		try {
			notWanted();
			this.stopTimer.run();
		}
		finally {
			this.connecting.unlock();
		}
		cancelNext();
		awaitStarted();
	}

	/**
	 * Whatever ends Paho's threads while they start lets the one that starts them wait
	 * for ever ({@code CommsReceiver.start}, {@code CommsSender.start}).
	 */
	private void awaitStarted() {
		try {
			this.starting.await(START_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void notWanted() {
		this.wanted = false;
		this.lasting = false;
	}

	/**
	 * End Paho's timer if the application has disconnected the client.
	 * @return whether it has
	 */
	public boolean stopTimerIfNotWanted() {
		if (this.wanted) {
			return false;
		}
		this.stopTimer.run();
		return true;
	}

	/**
	 * Return whether the application has not disconnected the client.
	 * @return whether the client is to be connected
	 */
	public boolean isWanted() {
		return this.wanted;
	}

	boolean isConnected() {
		return this.connected.getAsBoolean();
	}

	/**
	 * Note that a link was made, and that Paho starts its threads for it.
	 * @param running is at zero once they run
	 */
	void starting(CountDownLatch running) {
		this.starting = running;
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
		if (this.automatic && this.lasting && this.running.compareAndSet(false, true)) {
			schedule(FIRST_PAUSE);
		}
	}

	/**
	 * Connect at once, because Redis is back.
	 * @return false if that is under way and may still fail
	 */
	public boolean redisIsBack() {
		if (!this.heldByRedis || isAtRest()) {
			return true;
		}
		// What listens to Redis is a daemon.
		AttemptThread.execute(this::isDone);
		return false;
	}

	private boolean isAtRest() {
		return !this.wanted || this.connected.getAsBoolean();
	}

	private boolean isDone() {
		Thread.currentThread().setContextClassLoader(this.contextClassLoader);
		try {
			if (!isAtRest() && this.attempt.getAsBoolean()) {
				notWanted();
			}
			return isAtRest();
		}
		finally {
			Thread.currentThread().setContextClassLoader(null);
		}
	}

	private void schedule(long pause) {
		long bounded = Math.min(pause, this.longestPause);
		this.next = AttemptThread.after(bounded, () -> run(bounded));
		if (!this.wanted) {
			cancelNext();
		}
	}

	/** The JVM would live as long as the pause, which may be of two minutes. */
	private void cancelNext() {
		if (AttemptThread.cancel(this.next)) {
			this.running.set(false);
		}
	}

	private void run(long pause) {
		if (!isDone()) {
			schedule(pause * 2);
			return;
		}
		this.running.set(false);
		if (!isAtRest()) {
			// The link was lost again before it could be noted that this round is over.
			linkEnded();
		}
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
