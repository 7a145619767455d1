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

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has the application take over messages of a client that are not sent, one thread at a
 * time, so that it gets each once.
 * <p>
 * The application is called while {@link #lock} is held: whoever holds the lock of the
 * {@link OfflineQueue} must not want this one.
 *
 * @param <E> the exception of the version of Paho
 */
final class DeadLetters<E extends Exception> {

	private static final Log logger = LogFactory.getLog(DeadLetters.class);

	private static final long LIMIT_SECONDS = 10;

	private final ReentrantLock lock = new ReentrantLock();

	private final SessionId session;

	private final UndeliveredMessages undelivered;

	private final Function<String, E> refusal;

	DeadLetters(SessionId session, UndeliveredMessages undelivered, Function<String, E> refusal) {
		this.session = session;
		this.undelivered = undelivered;
		this.refusal = refusal;
	}

	boolean isWanted() {
		return this.undelivered.isWanted();
	}

	/** Have the turn, for as long as it takes to get it. */
	void begin() {
		this.lock.lock();
	}

	/**
	 * Do something for a publisher, in its turn.
	 * @param work has the application take messages over
	 * @throws E if they are not taken, or the publisher cannot wait for its turn: it is
	 * called by the application that takes a message over, or that takes too long
	 */
	void inTurn(Runnable work) throws E {
		try {
			if (this.lock.isHeldByCurrentThread() || !this.lock.tryLock(LIMIT_SECONDS, TimeUnit.SECONDS)) {
				throw notTaken(null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw notTaken(ex);
		}
		try {
			work.run();
		}
		catch (RuntimeException ex) {
			throw notTaken(ex);
		}
		finally {
			end();
		}
	}

	void end() {
		this.lock.unlock();
	}

	/**
	 * Have the application take a message over.
	 * @param reason why it is not sent
	 * @param number its number, 0 if it was never queued: if it is published again, it is
	 * another message
	 * @param record its PUBLISH
	 * @param why the reason in words
	 * @throws RuntimeException if it is not taken: what the application throws
	 */
	void take(Reason reason, long number, byte[] record, E why) {
		RecordKey key = RecordKey.queued(Math.max(1, number));
		String id = (number > 0) ? key.toString() : UUID.randomUUID().toString();
		MqttUndeliveredMessageEvent message = MqttUndeliveredMessageEvent.of(this.session, id, key, record, reason,
				String.valueOf(why.getMessage()));
		if (message == null) {
			throw new IllegalStateException("The message cannot be read");
		}
		this.undelivered.take(message);
	}

	/**
	 * Have the application take a message over that is stored nowhere, if it wants to.
	 * @param number its number
	 * @param record its PUBLISH
	 * @param why why it is not
	 * @return whether that is done
	 */
	boolean takeRefused(long number, byte[] record, E why) {
		if (!isWanted()) {
			return true;
		}
		begin();
		try {
			take(Reason.REFUSED, number, record, why);
			return true;
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A message of MQTT client '" + this.session.clientId()
					+ "' cannot be stored, and the application has not taken it over", ex);
			return false;
		}
		finally {
			end();
		}
	}

	/**
	 * Say to a publisher that there is no room, as what is in the way was not taken over.
	 * @param cause why it was not
	 * @return says so
	 */
	private E notTaken(@Nullable Exception cause) {
		E exception = this.refusal.apply("The offline buffer of MQTT client '" + this.session.clientId()
				+ "' is full, and the application has not taken over what is dropped for it"
				+ " (mqtt.persistence.undelivered)");
		if (cause != null) {
			exception.addSuppressed(cause);
		}
		return exception;
	}

}
