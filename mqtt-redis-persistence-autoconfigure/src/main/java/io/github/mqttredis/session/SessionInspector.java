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
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Inspects all sessions of a store, whoever owns them, and removes sessions without an
 * owner. Meant for interactive use: the load on the store's server and the time to wait
 * are limited.
 *
 * @since 0.1.0
 */
public interface SessionInspector extends AutoCloseable {

	/**
	 * The cursor of a first page.
	 */
	String FIRST = "0";

	/**
	 * The shortest time of {@link #sweep}: an application that is started again loses
	 * nothing.
	 */
	Duration SHORTEST_UNSEEN = Duration.ofMinutes(1);

	/**
	 * Read a page of all sessions. A session that is there all the time is found on one
	 * page at least, whatever comes and goes meanwhile.
	 * @param cursor the cursor of the page, {@link #FIRST} to begin
	 * @param limit how many sessions the page is to have, about
	 * @return the sessions
	 * @throws SessionUnavailableException if the server did not answer
	 * @throws IllegalArgumentException if the cursor is none
	 */
	Page<InspectedSession> sessions(String cursor, int limit) throws SessionUnavailableException;

	/**
	 * Look at one session.
	 * @param name its name
	 * @return what is stored of it, {@code null} if there is no such session
	 * @throws SessionUnavailableException if the server did not answer
	 */
	@Nullable InspectedSession session(String name) throws SessionUnavailableException;

	/**
	 * Read a page of a session's records.
	 * @param name the session's name
	 * @param part which records
	 * @param cursor the cursor of the page, {@link #FIRST} to begin
	 * @param limit how many records the page is to have, about
	 * @return the records; none if there is no such session
	 * @throws SessionUnavailableException if the server did not answer
	 * @throws IllegalArgumentException if the cursor is none
	 */
	Page<InspectedRecord> records(String name, Part part, String cursor, int limit) throws SessionUnavailableException;

	/**
	 * Remove a session that nobody owns, with what is in quarantine.
	 * @param name the session's name
	 * @return whether there was such a session
	 * @throws SessionInUseException if somebody owns it
	 * @throws SessionUnavailableException if the server did not answer
	 */
	boolean delete(String name) throws SessionException;

	/**
	 * Send a message again that is in quarantine: as the last one, under a packet id of
	 * its own. It leaves the quarantine once it is stored.
	 * @param name the session's name
	 * @param record the key of the record, as a look at the quarantine gives it, or the
	 * beginning of it if that is clear
	 * @return whether there is such a record
	 * @throws SessionInUseException if another process owns the session, or a client of
	 * this one that keeps its messages in memory
	 * @throws SessionUnavailableException if the server did not answer
	 * @throws IllegalArgumentException if the record is no message that was to be sent,
	 * or the key stands for several
	 */
	boolean requeue(String name, String record) throws SessionException;

	/**
	 * Have somebody take over the messages of a session of this process that were set
	 * aside, the oldest first. Each leaves the quarantine when it is taken.
	 * @param session the session
	 * @param taker takes a message; if it throws, the message stays, the others are
	 * handed over, and the first exception is thrown then
	 * @return how many were taken
	 * @throws SessionInUseException if another process owns the session
	 * @throws SessionUnavailableException if the server did not answer
	 */
	int handSetAside(SessionId session, Consumer<MqttUndeliveredMessageEvent> taker) throws SessionException;

	/**
	 * Remove one record. The client of a message that was to be sent does not send it any
	 * more; if it has sent it on the present connection, the broker may have it.
	 * @param name the session's name
	 * @param part where the record is
	 * @param record the key of the record, in quarantine also the beginning of it if that
	 * is clear
	 * @return whether there is such a record
	 * @throws SessionInUseException if another process owns the session, or a client of
	 * this one that keeps its messages in memory
	 * @throws SessionUnavailableException if the server did not answer
	 * @throws IllegalArgumentException if the broker has the message already, or the key
	 * stands for several
	 */
	boolean discard(String name, Part part, String record) throws SessionException;

	/**
	 * Remove sessions that nobody owns, and that nobody was seen to own for a time, with
	 * what is in quarantine. One that somebody takes meanwhile is kept.
	 * @param unseenFor the time, at least {@link #SHORTEST_UNSEEN}
	 * @return what was removed
	 * @throws SessionUnavailableException if the server did not answer; some sessions may
	 * be removed already
	 * @throws IllegalArgumentException if the time is too short
	 */
	SweptSessions sweep(Duration unseenFor) throws SessionUnavailableException;

	/**
	 * End the connection to the server.
	 */
	@Override
	void close();

	/**
	 * The parts of a session.
	 */
	enum Part {

		/**
		 * What a client of the session restores.
		 */
		RECORDS,

		/**
		 * What waits until a client of the session sends it.
		 */
		QUEUE,

		/**
		 * What could not be read when the session was opened.
		 */
		QUARANTINE

	}

}
