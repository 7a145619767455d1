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

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import io.github.mqttredis.session.Unfailing;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The thread that hands over what waits in an {@link OfflineQueue}. It ends when nothing
 * is left. An {@link Error}, or a defect, does not end it: it goes on after a pause.
 *
 * @param <E> the exception of the version of Paho
 */
final class Flusher<E extends Exception> {

	private static final Log logger = LogFactory.getLog(Flusher.class);

	private static final long FIRST_PAUSE_MILLIS = 1000;

	private static final long LONGEST_PAUSE_MILLIS = 30_000;

	private final String clientId;

	private final ReentrantLock lock;

	private final HandingOver<E> handingOver;

	private final Runnable starting;

	private final Predicate<Exception> isLinkLost;

	/** Guarded by the lock, which whoever wakes it does not take. */
	private volatile @Nullable Thread thread;

	/**
	 * Create what has no thread yet.
	 * @param clientId the client's id
	 * @param lock guards that there is one thread
	 * @param handingOver hands over all that waits
	 * @param starting calls {@link #start()} if something waits and there is a link
	 * @param isLinkLost tells of an exception whether there is no link
	 */
	Flusher(String clientId, ReentrantLock lock, HandingOver<E> handingOver, Runnable starting,
			Predicate<Exception> isLinkLost) {
		this.clientId = clientId;
		this.lock = lock;
		this.handingOver = handingOver;
		this.starting = starting;
		this.isLinkLost = isLinkLost;
	}

	/**
	 * Have messages handed over, with the lock held. Whoever publishes, or connects, does
	 * not fail because there is no thread for it.
	 */
	void start() {
		if (this.thread != null) {
			return;
		}
		try {
			Thread made = new Thread(this::run, "MQTT Offline: " + this.clientId);
			made.setDaemon(true);
			made.start();
			this.thread = made;
		}
		catch (Error ex) {
			failed(ex);
			startLater(FIRST_PAUSE_MILLIS);
		}
	}

	private void failed(Throwable reason) {
		Unfailing.log(() -> logger.error("The offline buffer of MQTT client '" + this.clientId
				+ "' could not be sent: it is tried again after a pause", reason));
	}

	private void startLater(long millis) {
		// If there is no thread to wait with either, there will be another publish, or
		// link.
		Unfailing.run(() -> AttemptThread.INSTANCE.after(millis, this.starting),
				(failure) -> logger.debug("There is no thread to wait with either", failure));
	}

	/** Note that nothing is left to be handed over, with the lock held. */
	void ends() {
		this.thread = null;
	}

	/** Wake the thread up if it waits for room. */
	void wake() {
		LockSupport.unpark(this.thread);
	}

	private void run() {
		long pause = FIRST_PAUSE_MILLIS;
		while (true) {
			try {
				this.handingOver.handOver();
				return;
			}
			catch (RuntimeException | Error ex) {
				failed(ex);
				rest(pause);
				if (!isToGoOn()) {
					return;
				}
				pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
			}
			catch (Exception ex) {
				leave();
				if (!this.isLinkLost.test(ex)) {
					logger.warn("The offline buffer of MQTT client '" + this.clientId
							+ "' could not be sent, and is tried again at the next publish or connect", ex);
				}
				return;
			}
		}
	}

	/** Whoever makes room for a message wakes this thread up, again and again. */
	private static void rest(long millis) {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	/** Whoever found that this thread was at its end may have started another one. */
	private boolean isToGoOn() {
		this.lock.lock();
		try {
			if (this.thread == null) {
				this.thread = Thread.currentThread();
			}
			return this.thread == Thread.currentThread();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void leave() {
		this.lock.lock();
		try {
			if (this.thread == Thread.currentThread()) {
				this.thread = null;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Hands messages over.
	 *
	 * @param <E> the exception of the version of Paho
	 */
	@FunctionalInterface
	interface HandingOver<E extends Exception> {

		/**
		 * Hand over all that waits.
		 * @throws E if that is over for now
		 */
		void handOver() throws E;

	}

}
