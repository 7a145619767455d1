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

import java.util.function.Consumer;

import io.github.mqttredis.session.Unfailing;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reports connections to the application of one client, one after the other, on a
 * separate thread. Paho reports them on the thread that delivers messages. An application
 * that subscribes there and waits for the SUBACK, as Spring Integration's adapter does,
 * waits in vain if a kept session has more messages than Paho's queue takes: the receiver
 * then waits for room in the queue ({@code CommsCallback.messageArrived}, 10 messages)
 * and reads no SUBACK.
 * <p>
 * If the application throws an exception, the link is dropped, as with Paho 3. Otherwise
 * the application would be connected but not subscribed.
 * <p>
 * The monitor guards the fields and is a leaf: neither Paho nor the application is called
 * with it held.
 *
 * @since 0.1.0
 */
public final class ConnectNotices {

	private static final Log logger = LogFactory.getLog(ConnectNotices.class);

	private final String clientId;

	private final Reconnection reconnection;

	private final Consumer<Throwable> dropping;

	/** The thread that tells, {@code null} if there is nothing to tell. */
	private @Nullable Thread teller;

	/**
	 * What comes after what is being told. A link that was lost before its turn has
	 * nobody told of it: the next one is there.
	 */
	private @Nullable Runnable next;

	/**
	 * Create the notices of a client.
	 * @param clientId the client's id
	 * @param reconnection gets a link back that was dropped
	 * @param dropping drops the link over what the application threw
	 */
	public ConnectNotices(String clientId, Reconnection reconnection, Consumer<Throwable> dropping) {
		this.clientId = clientId;
		this.reconnection = reconnection;
		this.dropping = dropping;
	}

	/**
	 * Tell of a connection, as soon as the application is done with the one before.
	 * @param notice tells the application
	 */
	public void tell(Runnable notice) {
		try {
			add(notice);
		}
		catch (Error ex) {
			// The JVM has no thread for it now.
			notTaken(ex);
		}
	}

	private synchronized void add(Runnable notice) {
		this.next = notice;
		if (this.teller == null) {
			Thread thread = new Thread(this::run, "MQTT Connected: " + this.clientId);
			// The application may connect further clients here, whose threads keep it
			// alive.
			thread.setDaemon(false);
			thread.start();
			this.teller = thread;
		}
	}

	private void run() {
		for (Runnable notice = take(); notice != null; notice = take()) {
			Runnable told = notice;
			Unfailing.run(() -> {
				told.run();
				this.reconnection.taken();
			}, this::notTaken);
		}
	}

	private synchronized @Nullable Runnable take() {
		Runnable notice = this.next;
		this.next = null;
		if (notice == null) {
			this.teller = null;
		}
		return notice;
	}

	private void notTaken(Throwable cause) {
		if (isFollowed() || !this.reconnection.isConnected()) {
			logger.debug("The application was not ready for a link that is lost", cause);
			return;
		}
		Unfailing.log(() -> logger.warn("The application's connectComplete for MQTT client '" + this.clientId
				+ "' failed: its link is dropped, and made again if automatic reconnect is on", cause));
		this.reconnection.notTaken();
		this.dropping.accept(cause);
	}

	private synchronized boolean isFollowed() {
		return this.next != null && this.teller != null;
	}

	/**
	 * Return whether this thread is telling of a connection.
	 * @return whether it is
	 */
	public synchronized boolean isTelling() {
		return Thread.currentThread() == this.teller;
	}

}
