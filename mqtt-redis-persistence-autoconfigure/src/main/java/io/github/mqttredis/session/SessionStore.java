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
import java.util.Map;

/**
 * Stores sessions.
 *
 * @since 0.1.0
 */
public interface SessionStore {

	/**
	 * The phase in which a store with a life cycle starts: before all MQTT components.
	 */
	int PHASE = Integer.MIN_VALUE / 2;

	/**
	 * Return the kind of this store, for the application's health.
	 * @return a word, such as {@code redis}
	 */
	String kind();

	/**
	 * Open a session: take ownership, load it, and end the hold of an earlier client of
	 * this process. Waits for another owner's lease to end, up to the configured time.
	 * @param id the session
	 * @return the hold on the session
	 * @throws SessionInUseException if somebody else owns the session and keeps it
	 * @throws SessionUnavailableException if Redis could not be asked
	 */
	default Session open(SessionId id) throws SessionException {
		return open(id, FormerRecords.NONE);
	}

	/**
	 * Open a session as {@link #open(SessionId)} does, and move into it what its client
	 * left elsewhere, before anybody reads it. If this process already has it open,
	 * nothing is moved.
	 * @param id the session
	 * @param former what the client left
	 * @return the hold on the session
	 * @throws SessionInUseException if somebody else owns the session and keeps it
	 * @throws SessionUnavailableException if Redis could not be asked
	 * @throws SessionImportException if something was left that cannot be moved
	 */
	Session open(SessionId id, FormerRecords former) throws SessionException;

	/**
	 * Release a session whose client is closed for good, so that another process need not
	 * wait for the lease to end. Waits for a few write time-outs at most. If the store's
	 * server does not hold all of the session, the session stays owned, and is released
	 * as soon as the server does. Does nothing if a newer client has opened it.
	 * @param session the client's hold on the session
	 */
	void release(Session session);

	/**
	 * Return the status of the sessions that this process has open.
	 * @return a look at each, taken from memory
	 */
	List<SessionStatus> sessions();

	/**
	 * Count the records of a session without owning it, at most for the write time-out.
	 * @param id the session
	 * @return how many records the store's server holds
	 * @throws SessionUnavailableException if the server could not be asked
	 */
	long countRecords(SessionId id) throws SessionUnavailableException;

	/**
	 * Return what was done for each session that this process has opened, or tried to.
	 * Many that are not open any more may be counted together.
	 * @return the counts, which go on counting
	 */
	Map<SessionId, SessionActivity> activity();

	/**
	 * Return how the store's server is. Waits at most for the write time-out, and asks
	 * the server no more often than every few seconds.
	 * @return a look at the server
	 */
	ServerStatus server();

}
