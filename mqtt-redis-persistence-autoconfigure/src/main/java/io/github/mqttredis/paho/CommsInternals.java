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
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Vector;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The inner parts of a Paho client that connecting needs: its queue to the broker, and
 * the thread of its callback. Both versions of Paho name them alike.
 *
 * @since 0.1.0
 */
public abstract class CommsInternals {

	private static final long ATTEMPT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

	/** Paho's default for an attempt to connect. */
	private static final long CALLBACK_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

	private static final long POLL_MILLIS = 10;

	private final Object state;

	private final Object callback;

	private final Field answers;

	private final Field callbackState;

	private final Method callbackRunning;

	/**
	 * Find the inner parts.
	 * @param comms the client's {@code ClientComms}
	 * @param state the client's {@code ClientState}
	 */
	protected CommsInternals(Object comms, Object state) {
		this.state = state;
		this.callback = PrivateMembers.get(PrivateMembers.field(comms.getClass(), "callback"), comms);
		this.answers = PrivateMembers.field(state.getClass(), "pendingFlows");
		this.callbackState = PrivateMembers.field(this.callback.getClass(), "current_state");
		this.callbackRunning = PrivateMembers.method(this.callback.getClass(), "isRunning");
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
	 * callback thread while the old one is busy, and waits for it to run: for ever, also
	 * when the old one has long ended ({@code CommsCallback.start}).
	 * @param cancelled ends the wait once it is true
	 * @throws IOException if the callback has not returned in time
	 */
	public void awaitCallback(BooleanSupplier cancelled) throws IOException {
		long started = System.nanoTime();
		while (isCallbackEnding()) {
			if (cancelled.getAsBoolean() || System.nanoTime() - started > CALLBACK_LIMIT_NANOS) {
				throw new IOException("Cannot connect: a callback that the application was given before"
						+ " the connection was lost has not returned");
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
	 * @param connecting whether it tries
	 */
	public void awaitLastAttempt(BooleanSupplier connecting) {
		long started = System.nanoTime();
		boolean going = true;
		while (going && connecting.getAsBoolean() && System.nanoTime() - started < ATTEMPT_LIMIT_NANOS) {
			going = pause();
		}
	}

	private boolean isCallbackEnding() {
		// Asking whether it runs takes the lock that guards the state.
		return PrivateMembers.invoke(this.callbackRunning, this.callback).equals(false)
				&& !"STOPPED".equals(PrivateMembers.get(this.callbackState, this.callback).toString());
	}

	/**
	 * Forget answers that were queued after the last connection had ended, as by a
	 * callback that returned then. Paho's sender would stop over one, and the thread that
	 * connects would wait for it for ever ({@code ClientState.get},
	 * {@code CommsSender.start}). The broker asks again for what it misses.
	 */
	public void forgetAnswers() {
		((Vector<?>) PrivateMembers.get(this.answers, this.state)).clear();
	}

}
