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

import java.util.List;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One client's hold on its stored session. Reads come from memory and never wait. All
 * methods may be called by any thread.
 *
 * @since 0.1.0
 */
public interface Session {

	/**
	 * Return which session this is.
	 * @return the id
	 */
	SessionId id();

	/**
	 * Note that the client uses the session (again): Paho opens its persistence before
	 * every attempt to connect. No trouble of Redis can make this fail.
	 * @throws SessionException if another process, or a newer client of this one, owns
	 * the session, or it was given back: the client's memory is not that of the session
	 * any more
	 */
	void resume() throws SessionException;

	/**
	 * Return whether the session was given back.
	 * @return whether nothing more can be done with it
	 */
	boolean isEnded();

	/**
	 * Note that the client is not connected. The session stays owned.
	 */
	void pause();

	/**
	 * Note that the client asks {@link #awaitPuts} before it sends a packet. From then on
	 * {@link #put} only waits if the application is promised that it does.
	 */
	void guarded();

	/**
	 * Store a record and wait until Redis holds it, at most for the write time-out.
	 * Leaves the waiting to {@link #endPublish} between {@link #beginPublish} and that,
	 * and to {@link #awaitPuts} if the client asks it and no {@code publish} has promised
	 * more; the record then stays in the log when its storing fails.
	 * @param key the record's key
	 * @param record the encoded record, which must not be changed afterwards
	 * @throws SessionRecordException if Redis does not take such a record
	 * @throws SessionUnavailableException if Redis did not confirm the record
	 * @throws SessionInUseException if the session is owned by somebody else
	 */
	void put(String key, byte[] record) throws SessionException;

	/**
	 * Have what this thread puts from here on waited for in {@link #endPublish}, so that
	 * the client's locks are not held meanwhile.
	 * @return whether {@link #endPublish} is to be called; false if this thread publishes
	 * already, or nothing is to be waited for
	 */
	boolean beginPublish();

	/**
	 * End what {@link #beginPublish} began.
	 * @param accepted whether the client took the message; if so, waits until Redis holds
	 * what this thread put, at most for the write time-out
	 * @throws SessionRecordException if Redis does not take it. It is set aside: the
	 * message is with the client, and {@link #awaitPuts} does not let it be sent
	 * @throws SessionUnavailableException if Redis did not confirm it. The record stays
	 * in the log, the message with the client: it is sent once it is stored
	 * @throws SessionInUseException if the session is owned by somebody else
	 */
	void endPublish(boolean accepted) throws SessionException;

	/**
	 * Remove a record. Never waits, never fails: the removal reaches Redis in the order
	 * of all writes.
	 * @param key the record's key
	 */
	void remove(String key);

	/**
	 * Remove all records and wait until Redis has done so, at most for the write
	 * time-out.
	 * @throws SessionUnavailableException if Redis did not confirm it
	 * @throws SessionInUseException if the session is owned by somebody else
	 */
	void clear() throws SessionException;

	/**
	 * Wait until Redis holds the record that a packet depends on: what may be sent then
	 * depends on nothing that a crash could take away.
	 * @param record the record, {@code null} for all that were put up to now
	 * @param cancelled asked before waiting and after every {@link #wakeWaiters()}; the
	 * wait ends with an exception once it is true
	 * @throws SessionRecordException if Redis does not take the record; this does not
	 * change until it is removed, or put anew
	 * @throws SessionUnavailableException if Redis did not confirm within the write
	 * time-out, or the wait was cancelled
	 * @throws SessionInUseException if the session is owned by somebody else
	 */
	void awaitPuts(@Nullable RecordKey record, BooleanSupplier cancelled) throws SessionException;

	/**
	 * Ask Redis whether this process owns the session, at most for the write time-out.
	 * What was known before does not count: the process may have been stopped while
	 * another one took over.
	 * @throws SessionInUseException if somebody else owns the session
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	void confirmOwned() throws SessionException;

	/**
	 * Make sure that nobody else owns the session, as far as this process knows. Never
	 * waits.
	 * @throws SessionInUseException if somebody else owns the session
	 * @throws SessionUnavailableException if the lease has ended by the clock of this
	 * process, which may have been stopped since it renewed it. Not if messages go on
	 * while Redis is away, and it is
	 */
	void checkOwned() throws SessionException;

	/**
	 * Have a listener called whenever the session is in Redis again, all of it, after
	 * Redis was away. Replaces an earlier listener.
	 * @param listener called on a thread of the store's that may be kept for a moment;
	 * called again a little later, a limited number of times, until it returns true
	 */
	void onRecovered(BooleanSupplier listener);

	/**
	 * Note what has become of the client's link, or of a message.
	 * @param happened what is counted
	 * @param news what listeners are told, {@code null} if it is no news
	 */
	void happened(SessionActivity.Event happened, @Nullable SessionEvent news);

	/**
	 * Let those who wait in {@link #awaitPuts} look whether they are cancelled.
	 */
	void wakeWaiters();

	/**
	 * Move the record of a message that cannot be sent to quarantine, and wait until
	 * Redis has done so, at most for the write time-out. A session that has no such
	 * record is left as it is.
	 * @param key the record's key
	 * @param attempts how often the message was sent
	 * @param reason why it cannot be sent
	 * @throws SessionUnavailableException if Redis did not do it; the session has the
	 * record then
	 * @throws SessionInUseException if the session is owned by somebody else
	 */
	void setAside(String key, int attempts, String reason) throws SessionException;

	/**
	 * Return how often a broker may end the link over a message before that is set aside.
	 * @return the number of attempts, 0 for any number
	 */
	int undeliverableAttempts();

	/**
	 * Keep a packet in quarantine that was received and cannot be delivered, for an
	 * operator to look at, and wait until Redis has it, at most for the write time-out.
	 * Never fails.
	 * @param packetId its packet id, 0 if it has none
	 * @param packet the packet
	 * @param attempts how often the application was given it
	 * @param reason why it cannot be delivered
	 * @return whether it is kept; not if Redis does not take it, or the quarantine is
	 * full
	 */
	boolean keep(int packetId, byte[] packet, int attempts, String reason);

	/**
	 * Have an operator's requests carried out by the client.
	 * @param client the client
	 */
	void serveRequests(SessionClient client);

	/**
	 * Return the messages that wait until the client hands them over.
	 * @return the queue
	 */
	MessageQueue queue();

	/**
	 * Return a record.
	 * @param key the record's key
	 * @return the record's bytes, or {@code null} if there is none
	 */
	byte @Nullable [] get(String key);

	/**
	 * Return whether there is such a record.
	 * @param key the record's key
	 * @return whether there is
	 */
	boolean contains(String key);

	/**
	 * Return the keys of all records, in the order of their packet ids.
	 * @return a copy
	 */
	List<String> keys();

	/**
	 * Return how the session stands.
	 * @return a look at it
	 */
	SessionStatus status();

}
