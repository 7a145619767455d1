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

package io.github.mqttredis.paho.v3;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.paho.PacketIds;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.ClientComms;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.jspecify.annotations.Nullable;

/**
 * The messages that were published while the client could not send them, in their order.
 * Stands in for Paho's own buffer, which loses track of a message when the link is lost
 * while it is flushed ({@code DisconnectedMessageBuffer.run}, {@code ClientState.undo}).
 * <p>
 * A message is here until Paho has taken it. Its record is {@code sb-N} here and
 * {@code s-N} there, with one packet id: whatever a crash leaves of the two is one
 * message.
 * <p>
 * {@link #lock} guards all fields and is taken before Paho's locks. It is held while a
 * message is stored, as Paho's queue lock is.
 */
final class OfflineBuffer {

	private static final Log logger = LogFactory.getLog(OfflineBuffer.class);

	private static final long WINDOW_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final ReentrantLock lock = new ReentrantLock();

	/** The messages' tokens by packet id, the oldest first. */
	private final Map<Integer, OfflineToken> waiting = new LinkedHashMap<>();

	private final String clientId;

	private final ClientComms comms;

	private final OfflineRecords records;

	private volatile OfflineBufferSettings settings;

	private boolean flushing;

	/**
	 * Create the buffer of a client, with what its session holds.
	 * @param clientId the client's id
	 * @param comms the client's inner part
	 * @param persistence the client's persistence, which is open
	 * @param stored the packet ids of what waits, that of the oldest message first
	 */
	OfflineBuffer(String clientId, ClientComms comms, SessionMqttClientPersistence persistence, List<Integer> stored) {
		this.clientId = clientId;
		this.comms = comms;
		this.records = new OfflineRecords(persistence, new PacketIds<>(comms.getClientState(), MqttException.class,
				(cause) -> new MqttException(MqttException.REASON_CODE_CLIENT_CLOSED, cause)));
		this.settings = persistence.offlineBuffer();
		this.records.restore(stored);
		stored.forEach((id) -> this.waiting.put(id, new OfflineToken(clientId, id)));
	}

	void settings(OfflineBufferSettings settings) {
		this.settings = settings;
	}

	/**
	 * Return whether messages can wait here for the broker.
	 * @return whether the buffer is switched on and the client not closed
	 */
	boolean isOpen() {
		return this.settings.enabled() && !this.comms.isClosed();
	}

	/**
	 * Return whether a message has to wait here, because the client is not connected or
	 * others wait already.
	 * @return whether to {@link #add} it
	 */
	boolean isInUse() {
		return isOpen() && (!this.comms.isConnected() || size() > 0);
	}

	/**
	 * Return whether a message can wait here that Paho did not take.
	 * @param reason why it did not
	 * @return whether to {@link #add} it
	 */
	boolean serves(MqttException reason) {
		int code = reason.getReasonCode();
		return isOpen() && (code == MqttException.REASON_CODE_MAX_INFLIGHT || isLinkLost(code));
	}

	private static boolean isLinkLost(int code) {
		return code == MqttException.REASON_CODE_CLIENT_NOT_CONNECTED
				|| code == MqttException.REASON_CODE_CLIENT_DISCONNECTING;
	}

	/**
	 * Store a message that waits.
	 * @param topic its topic
	 * @param message the message
	 * @param userContext what the application wants to find in the token
	 * @param callback what is told of its delivery
	 * @return its token
	 * @throws MqttException if there is no room, or it could not be stored
	 */
	OfflineToken add(String topic, MqttMessage message, @Nullable Object userContext,
			@Nullable IMqttActionListener callback) throws MqttException {
		List<OfflineToken> dropped = new ArrayList<>();
		this.lock.lock();
		try {
			int size = this.settings.size();
			if (this.waiting.size() >= size && this.settings.whenFull() == WhenFull.REJECT) {
				throw OfflineBufferException.full(this.clientId, size);
			}
			int id = this.records.store(topic, message, this.waiting.keySet());
			OfflineToken token = new OfflineToken(this.clientId, id);
			token.describe(topic, message, userContext, callback);
			this.waiting.put(token.packetId(), token);
			while (this.waiting.size() > size) {
				dropped.add(forget(first()));
			}
			flush();
			return token;
		}
		finally {
			this.lock.unlock();
			dropped.forEach((token) -> token.drop(OfflineBufferException.dropped(this.clientId)));
		}
	}

	private OfflineToken forget(OfflineToken token) throws MqttException {
		this.waiting.remove(token.packetId());
		this.records.forget(token.packetId());
		return token;
	}

	private OfflineToken first() {
		return this.waiting.values().iterator().next();
	}

	/**
	 * Have Paho send what waits, if the client is connected.
	 */
	void flush() {
		this.lock.lock();
		try {
			if (this.flushing || this.waiting.isEmpty() || !this.comms.isConnected()) {
				return;
			}
			this.flushing = true;
			this.records.claim(this.waiting.keySet());
			Thread thread = new Thread(this::run, "MQTT Offline: " + this.clientId);
			thread.setDaemon(true);
			thread.start();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void run() {
		try {
			while (sendWhatFits()) {
				LockSupport.parkNanos(WINDOW_POLL_NANOS);
			}
		}
		catch (MqttException ex) {
			if (!isLinkLost(ex.getReasonCode())) {
				logger.warn("The offline buffer of MQTT client '" + this.clientId
						+ "' could not be sent, and is tried again at the next publish or connect", ex);
			}
		}
	}

	/**
	 * Hand messages to Paho as long as it takes them.
	 * @return whether to go on once there is room in the window of what may be in flight
	 */
	private boolean sendWhatFits() throws MqttException {
		this.lock.lock();
		try {
			this.flushing = false;
			while (!this.waiting.isEmpty() && this.comms.isConnected()) {
				if (!send(first())) {
					this.flushing = true;
					return true;
				}
			}
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Hand a message to Paho. Either it takes it as a whole, or nothing of it remains
	 * there.
	 * @param token the message's token
	 * @return false if as many messages are in flight as may be
	 */
	private boolean send(OfflineToken token) throws MqttException {
		MqttPublish publish = this.records.get(token.packetId());
		try {
			this.comms.sendNoWait(publish, token);
		}
		catch (MqttException ex) {
			// Paho gives back the packet id of what it does not take.
			this.records.claim(List.of(token.packetId()));
			if (ex.getReasonCode() == MqttException.REASON_CODE_MAX_INFLIGHT) {
				return false;
			}
			throw ex;
		}
		token.sent();
		this.waiting.remove(token.packetId());
		this.records.sent(token.packetId());
		return true;
	}

	// What Paho's interface asks of a buffer

	int size() {
		this.lock.lock();
		try {
			return this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	MqttMessage message(int index) {
		this.lock.lock();
		try {
			return this.records.get(token(index).packetId()).getMessage();
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	void remove(int index) {
		this.lock.lock();
		try {
			forget(token(index));
		}
		catch (MqttException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

	private OfflineToken token(int index) {
		return this.waiting.values()
			.stream()
			.skip(index)
			.findFirst()
			.orElseThrow(() -> new IndexOutOfBoundsException(index));
	}

}
