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

/**
 * Where sessions are kept.
 *
 * @since 0.1.0
 */
public interface SessionStore {

	/**
	 * Open a session: own it, load it, and end the hold that an earlier client of this
	 * process may have on it. Waits for another owner's lease to end, up to the
	 * configured time.
	 * @param id the session
	 * @return the hold on the session
	 * @throws SessionInUseException if somebody else owns the session and goes on doing
	 * so
	 * @throws SessionUnavailableException if Redis could not be asked
	 */
	Session open(SessionId id) throws SessionException;

	/**
	 * Return how the sessions stand that this process has opened.
	 * @return a look at each, taken from memory
	 */
	List<SessionStatus> sessions();

	/**
	 * Look at a session without owning it, at most for the write time-out.
	 * @param id the session
	 * @return what the store's server holds of it
	 * @throws SessionUnavailableException if the server could not be asked
	 */
	StoredSession look(SessionId id) throws SessionUnavailableException;

	/**
	 * Ask the store's server whether it answers, at most for the write time-out.
	 * @return what the server says of itself, such as {@code Redis 7.0.15}
	 * @throws SessionUnavailableException if it does not answer
	 */
	String ping() throws SessionUnavailableException;

}
