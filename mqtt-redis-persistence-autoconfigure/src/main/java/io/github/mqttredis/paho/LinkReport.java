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

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.session.LinkStatus;
import io.github.mqttredis.session.LinkStatus.State;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Says how one client's link is: in the log, to listeners of the session, and to whoever
 * asks. A client that tries in vain says so once, and again only if the reason changes at
 * one of its addresses.
 * <p>
 * The monitor guards the fields and is a leaf: nothing is logged or told with it held.
 */
final class LinkReport {

	private static final Log logger = LogFactory.getLog(LinkReport.class);

	private final String clientId;

	private final ClientSession<?> session;

	private final BooleanSupplier buffering;

	private State state = State.CLOSED;

	private @Nullable String address;

	private Instant since = Instant.now();

	private @Nullable String lastFailure;

	private @Nullable Instant failedAt;

	/** What was said since the client was last connected, by address. */
	private final Map<String, String> said = new HashMap<>();

	LinkReport(String clientId, ClientSession<?> session, BooleanSupplier buffering) {
		this.clientId = clientId;
		this.session = session;
		this.buffering = buffering;
	}

	/**
	 * Note that an attempt to connect begins.
	 * @param tried the address of the broker
	 */
	synchronized void attempting(String tried) {
		this.address = tried;
		if (this.state == State.CLOSED) {
			change(State.AWAY);
		}
	}

	private void change(State changed) {
		this.state = changed;
		this.since = Instant.now();
	}

	/** Note that the broker has accepted the client. */
	void connected() {
		String where;
		Duration away = null;
		synchronized (this) {
			if (this.state == State.CONNECTED) {
				return;
			}
			where = String.valueOf(this.address);
			if (!this.said.isEmpty()) {
				away = Duration.between(this.since, Instant.now());
			}
			this.said.clear();
			change(State.CONNECTED);
		}
		int waiting = this.session.waiting();
		logger.info("MQTT client '" + this.clientId + "' is connected to " + where
				+ ((away != null) ? ", after it was away for " + away.toMillis() / 1000.0 + " s" : "")
				+ ((waiting > 0) ? "; " + waiting + " messages wait and are sent now" : ""));
		this.session.happened(Event.LINK_MADE,
				new SessionEvent.Connected(this.session.id(), where, (away != null) ? away : Duration.ZERO));
	}

	/**
	 * Note that a link has ended, or could not be made.
	 * @param at the address of the broker
	 * @param reason why
	 */
	void failed(String at, String reason) {
		boolean lost;
		boolean news;
		synchronized (this) {
			lost = this.state == State.CONNECTED;
			if (this.state != State.AWAY) {
				change(State.AWAY);
			}
			this.lastFailure = reason;
			this.failedAt = Instant.now();
			news = !reason.equals(this.said.put(at, reason));
		}
		this.session.happened(Event.LINK_FAILED,
				news ? new SessionEvent.Disconnected(this.session.id(), at, reason) : null);
		if (news) {
			warn(at, reason, lost);
		}
	}

	private void warn(String at, String reason, boolean lost) {
		int waiting = this.session.waiting();
		logger.warn("MQTT client '" + this.clientId + "' " + (lost ? "has lost its link to " : "is not connected to ")
				+ at + ": " + reason + ((lost || reason.contains("(mqtt.client.")) ? "" : " (mqtt.client.server-uris)")
				+ ". " + ((waiting > 0) ? waiting + " stored messages wait. " : "")
				+ (this.buffering.getAsBoolean() ? "Messages that are published meanwhile are stored and wait"
						: "publish refuses messages meanwhile; mqtt.persistence.offline-buffer.enabled=true "
								+ "would store them")
				+ ". This is logged again when the reason changes");
	}

	/** Note that the application does not want the client to be connected. */
	synchronized void closed() {
		this.said.clear();
		if (this.state != State.CLOSED) {
			change(State.CLOSED);
		}
	}

	/**
	 * Return how the link is.
	 * @return a look at it
	 */
	synchronized LinkStatus status() {
		return new LinkStatus(this.state, this.address, this.since, this.lastFailure, this.failedAt);
	}

	/**
	 * Return what a message is refused with for want of a link.
	 * @return says which client is not connected, where to, and why
	 */
	synchronized NotConnectedException refusal() {
		return new NotConnectedException("MQTT client '" + this.clientId + "' is not connected"
				+ ((this.address != null) ? " to " + this.address : "")
				+ ((this.lastFailure != null && this.state == State.AWAY) ? ": " + this.lastFailure : "")
				+ ". To store messages meanwhile, set mqtt.persistence.offline-buffer.enabled=true");
	}

	/**
	 * Why a message was refused. Without a stack trace, which would say the same for each
	 * message.
	 */
	static final class NotConnectedException extends Exception {

		private static final long serialVersionUID = 1L;

		NotConnectedException(String message) {
			super(message, null, false, false);
		}

	}

}
