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

import java.time.Duration;
import java.util.List;

/**
 * A change of a session's state. Published after it has happened.
 *
 * @since 0.1.0
 */
public sealed interface SessionEvent {

	/**
	 * Return the session that changed.
	 * @return the session
	 */
	SessionId session();

	/**
	 * This process has taken a session and read it.
	 *
	 * @param session the session
	 * @param owner this process, as other processes name it
	 * @param restored how many records were read
	 * @param took the time from the first attempt to take the lease
	 */
	record Opened(SessionId session, String owner, int restored, Duration took) implements SessionEvent {

	}

	/**
	 * Redis no longer holds all of a session: it is away, or refuses writes.
	 *
	 * @param session the session
	 * @param reason what Redis, or the way to it, answered
	 */
	record Degraded(SessionId session, String reason) implements SessionEvent {

	}

	/**
	 * Redis holds all of a session again.
	 *
	 * @param session the session
	 */
	record Recovered(SessionId session) implements SessionEvent {

	}

	/**
	 * Redis had lost data of a session, and all of it was written back.
	 *
	 * @param session the session
	 */
	record Resynced(SessionId session) implements SessionEvent {

	}

	/**
	 * Another process now owns a session, and this process no longer writes it.
	 *
	 * @param session the session
	 * @param owner the process that has taken it
	 */
	record Fenced(SessionId session, String owner) implements SessionEvent {

	}

	/**
	 * Records were set aside: they cannot be read, or Redis does not accept them, or
	 * nobody takes the received messages.
	 *
	 * @param session the session
	 * @param records the names of the records
	 */
	record Quarantined(SessionId session, List<String> records) implements SessionEvent {

	}

	/**
	 * The broker has accepted the session's client.
	 *
	 * @param session the session
	 * @param address the broker's address
	 * @param away how long the client tried in vain before, zero if it did not
	 */
	record Connected(SessionId session, String address, Duration away) implements SessionEvent {

	}

	/**
	 * The session's client has lost its link, or cannot connect. Published once, and
	 * again if the reason changes.
	 *
	 * @param session the session
	 * @param address the broker's address
	 * @param reason why, in words
	 */
	record Disconnected(SessionId session, String address, String reason) implements SessionEvent {

	}

	/**
	 * A message was set aside because the broker does not accept it. It is kept in
	 * quarantine.
	 *
	 * @param session the session
	 * @param message its record, the reason, the time and the number of attempts
	 */
	record Undeliverable(SessionId session, SetAside message) implements SessionEvent {

	}

}
