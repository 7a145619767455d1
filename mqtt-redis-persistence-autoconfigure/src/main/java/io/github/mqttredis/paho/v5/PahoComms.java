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

package io.github.mqttredis.paho.v5;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Vector;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.ClientState;
import org.eclipse.paho.mqttv5.client.internal.CommsCallback;
import org.eclipse.paho.mqttv5.client.internal.MqttConnectionState;
import org.eclipse.paho.mqttv5.client.internal.MqttState;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttAck;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;

/**
 * The inner parts of a Paho 5 client that receiving and connecting need: its queue to the
 * callback, its queue to the broker and what is in flight, and the thread of its
 * callback.
 */
final class PahoComms {

	private static final Field CALLBACK = field(ClientComms.class, "callback");

	private static final Field CALLBACK_STATE = field(CommsCallback.class, "current_state");

	private static final Field CONNECTION = field(ClientState.class, "mqttConnection");

	private static final Field QUEUE_LOCK = field(ClientState.class, "queueLock");

	private static final Field IN_FLIGHT = field(ClientState.class, "actualInFlight");

	private static final Field SENT_QOS_2 = field(ClientState.class, "outboundQoS2");

	private static final Field ANSWERS = field(ClientState.class, "pendingFlows");

	/** Paho's default for an attempt to connect. */
	private static final long CALLBACK_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

	private static final long POLL_MILLIS = 10;

	private final ClientComms comms;

	private final CommsCallback callback;

	private final MqttState state;

	PahoComms(ClientComms comms) {
		this.comms = comms;
		this.state = comms.getClientState();
		this.callback = (CommsCallback) get(CALLBACK, comms);
	}

	private static Field field(Class<?> type, String name) {
		try {
			Field field = type.getDeclaredField(name);
			field.setAccessible(true);
			return field;
		}
		catch (NoSuchFieldException ex) {
			throw new IllegalStateException(
					"No field '" + name + "' in " + type.getName() + ": this version of Paho is not supported", ex);
		}
	}

	private static Object get(Field field, Object target) {
		try {
			return field.get(target);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void set(Field field, Object target, int value) {
		try {
			field.setInt(target, value);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Wait until the callback of the last connection has returned. Paho starts no new
	 * callback thread while the old one is busy, and waits for it to run: for ever, also
	 * when the old one has long ended ({@code CommsCallback.start}).
	 * @param cancelled ends the wait once it is true
	 * @throws IOException if the callback has not returned in time
	 */
	void awaitCallback(BooleanSupplier cancelled) throws IOException {
		long started = System.nanoTime();
		while (isCallbackEnding()) {
			if (cancelled.getAsBoolean() || System.nanoTime() - started > CALLBACK_LIMIT_NANOS) {
				throw new IOException("Cannot connect: a callback that the application was given before"
						+ " the connection was lost has not returned");
			}
			try {
				TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new InterruptedIOException("Interrupted while waiting for a callback to return");
			}
		}
	}

	private boolean isCallbackEnding() {
		// isRunning takes the lock that guards the state.
		return !this.callback.isRunning() && !"STOPPED".equals(get(CALLBACK_STATE, this.callback).toString());
	}

	/**
	 * Queue a message for the callback. Waits for room.
	 * @param message the message
	 */
	void deliver(MqttPublish message) {
		this.callback.messageArrived(message);
	}

	/**
	 * Queue an answer for the broker.
	 * @param answer the answer
	 * @throws MqttException if Paho refuses it
	 */
	@SuppressWarnings("NullAway") // Paho's own answers have no token either
	void send(MqttAck answer) throws MqttException {
		this.state.send(answer, null);
	}

	/**
	 * Forget answers that were queued after the last connection had ended, as by a
	 * callback that returned then. Paho's sender would stop over one, and the thread that
	 * connects would wait for it for ever ({@code ClientState.get},
	 * {@code CommsSender.start}). The broker asks again for what it misses.
	 */
	void forgetAnswers() {
		((Vector<?>) get(ANSWERS, this.state)).clear();
	}

	/**
	 * Set how many messages the broker takes at a time. Paho takes it from the CONNACK on
	 * its callback thread, when its sender may have sent more of what was restored.
	 * @param maximum the broker's Receive Maximum
	 */
	void setReceiveMaximum(int maximum) {
		((MqttConnectionState) get(CONNECTION, this.state)).setReceiveMaximum(maximum);
	}

	/**
	 * Count the messages as in flight whose PUBREL was restored. Paho counts only their
	 * ends ({@code ClientState.notifyComplete}), and would then send as many messages
	 * more than the broker takes.
	 */
	void countRestoredReleases() {
		long releases = ((Map<?, ?>) get(SENT_QOS_2, this.state)).values()
			.stream()
			.filter(MqttPubRel.class::isInstance)
			.count();
		synchronized (get(QUEUE_LOCK, this.state)) {
			set(IN_FLIGHT, this.state, this.state.getActualInFlight() + (int) releases);
		}
	}

	boolean isConnected() {
		return this.comms.isConnected();
	}

}
