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

package io.github.mqttredis.session;

import io.github.mqttredis.session.WriteLog.Appended;
import io.github.mqttredis.session.WriteLog.QueueSize;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a session that wait until its client hands them over, the oldest first.
 * They are stored apart from the records in flight, have no packet id, and only the
 * oldest are in memory. All methods may be called by any thread.
 *
 * @since 0.1.0
 */
public interface MessageQueue {

	/**
	 * Put a message in, without waiting until it is stored.
	 * @param record its PUBLISH, which must not be changed afterwards
	 * @param lifetime how long it may wait, in milliseconds, 0 for no limit
	 * @return the message
	 * @throws SessionException if the session does not take it
	 */
	Appended append(byte[] record, long lifetime) throws SessionException;

	/**
	 * Wait until a message is stored, if the durability promises it to those who publish;
	 * at most for the write time-out.
	 * @param appended the message
	 * @throws SessionException if it is not known to be stored; nothing of it remains
	 * then, unless it has been handed over
	 */
	void awaitStored(Appended appended) throws SessionException;

	/**
	 * Put a message in that waits in a buffer of Paho's, in one step.
	 * @param buffered the key of its record
	 * @param record its PUBLISH
	 * @throws SessionException if the session does not take it
	 */
	void adopt(RecordKey buffered, byte[] record) throws SessionException;

	/**
	 * Return the oldest message.
	 * @return the message, {@code null} if none waits, or it is still to be read
	 */
	@Nullable QueuedMessage first();

	/**
	 * Return a message that is in memory.
	 * @param index its place, that of the oldest is 0
	 * @return the message
	 * @throws IndexOutOfBoundsException if so many are not in memory
	 */
	QueuedMessage get(int index);

	/**
	 * Read messages that follow those in memory, if there is room for them. Waits at most
	 * for the write time-out.
	 * @throws SessionException if the store did not answer
	 */
	void load() throws SessionException;

	/** Begin to read messages that follow those in memory, if there is room for them. */
	void loadAhead();

	/**
	 * Hand a message over: it becomes a record in flight, in one step, once
	 * {@link #handed} is called. Until then nothing is stored that follows. Does not
	 * wait: who sends the message waits until it is stored.
	 * @param message the message, the oldest
	 * @param key the key of that record
	 * @param record the record
	 * @throws SessionException if the session does not take it
	 */
	void hand(QueuedMessage message, String key, byte[] record) throws SessionException;

	/** Note that the client has taken the message that was handed over. */
	void handed();

	/**
	 * Note that the client has not taken the message that was handed over: it waits
	 * again, at its place.
	 */
	void takeBack();

	/**
	 * Remove a message. Never waits, never fails.
	 * @param number its number
	 */
	void remove(long number);

	/**
	 * Return how much waits.
	 * @return the number of messages and their bytes
	 */
	QueueSize size();

	/**
	 * Return the time by which messages grow old.
	 * @return the time in milliseconds, which goes on also if the clock of the machine is
	 * set
	 */
	long now();

	/**
	 * Make of a stored PUBLISH what waits as a message that was never sent.
	 * @param publish the record of a PUBLISH that can be read
	 * @return its record, without a packet id
	 */
	static byte[] unsent(byte[] publish) {
		return RecordFormat.renumbered(publish, 0);
	}

}
