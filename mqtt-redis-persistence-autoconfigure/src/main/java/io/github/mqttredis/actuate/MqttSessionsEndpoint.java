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

package io.github.mqttredis.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SweptSessions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows all stored MQTT sessions, whoever owns them, and
 * deletes those that nobody owns.
 *
 * @since 0.1.0
 */
@Endpoint(id = "mqttsessions")
public class MqttSessionsEndpoint {

	private static final int DEFAULT_LIMIT = 100;

	private static final int LARGEST_LIMIT = 500;

	private final SessionInspector inspector;

	private final Show showPayloads;

	private final Collection<String> roles;

	/**
	 * Create the endpoint.
	 * @param inspector what looks at the sessions
	 * @param showPayloads who sees payloads
	 * @param roles the roles of those who see them; none for whoever is authenticated
	 */
	public MqttSessionsEndpoint(SessionInspector inspector, Show showPayloads, Collection<String> roles) {
		this.inspector = inspector;
		this.showPayloads = showPayloads;
		this.roles = List.copyOf(roles);
	}

	/**
	 * List sessions.
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many sessions the page is to have, about
	 * @return the sessions
	 */
	@ReadOperation
	public SessionsDescriptor sessions(@Nullable String cursor, @Nullable Integer limit) {
		try {
			return readSessions(cursor, limit);
		}
		catch (SessionUnavailableException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Show a session and a page of its records.
	 * @param id the id that the list of sessions gives it
	 * @param cursor the cursor of the page, none for the first one
	 * @param limit how many records the page is to have, about
	 * @param quarantine whether to show those in quarantine in place of the others
	 * @return the session, {@code null} if there is none of this id
	 */
	@ReadOperation
	public @Nullable SessionRecordsDescriptor session(@Selector String id, @Nullable String cursor,
			@Nullable Integer limit, @Nullable Boolean quarantine) {
		try {
			return readSession(SecurityContext.NONE, id, cursor, limit, quarantine);
		}
		catch (SessionUnavailableException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Delete a session that nobody owns.
	 * @param id the id that the list of sessions gives it
	 * @return whether there was such a session, as {@code deleted}
	 */
	@DeleteOperation
	public Map<String, Boolean> delete(@Selector String id) {
		try {
			return Map.of("deleted", deleteSession(id));
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Send a message again that is in quarantine.
	 * @param id the id that the list of sessions gives its session
	 * @param record the key of its record in quarantine, or the beginning of it
	 * @return whether there was such a record, as {@code requeued}
	 */
	@WriteOperation
	public Map<String, Boolean> requeue(@Selector String id, @Selector String record) {
		try {
			return Map.of("requeued", requeueRecord(id, record));
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Remove one record.
	 * @param id the id that the list of sessions gives its session
	 * @param record its key
	 * @param quarantine whether it is in quarantine
	 * @return whether there was such a record, as {@code discarded}
	 */
	@DeleteOperation
	public Map<String, Boolean> discard(@Selector String id, @Selector String record, @Nullable Boolean quarantine) {
		try {
			return Map.of("discarded", discardRecord(id, record, quarantine));
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/**
	 * Delete the sessions that nobody owns, and that nobody was seen to own for a time.
	 * @param olderThan the time, at least a minute
	 * @return what was deleted
	 */
	@DeleteOperation
	public SweptSessionsDescriptor sweep(Duration olderThan) {
		try {
			return sweepSessions(olderThan);
		}
		catch (SessionUnavailableException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	SessionsDescriptor readSessions(@Nullable String cursor, @Nullable Integer limit)
			throws SessionUnavailableException {
		Page<InspectedSession> page = read(cursor, limit, this.inspector::sessions);
		return new SessionsDescriptor(page.entries().stream().map(SessionDescriptor::of).toList(), page.next());
	}

	@Nullable SessionRecordsDescriptor readSession(SecurityContext security, String id, @Nullable String cursor,
			@Nullable Integer limit, @Nullable Boolean quarantine) throws SessionUnavailableException {
		Part part = part(quarantine);
		InspectedSession session = this.inspector.session(id);
		if (session == null) {
			return null;
		}
		boolean payloads = this.showPayloads.isShown(security, this.roles);
		var page = read(cursor, limit, (from, most) -> this.inspector.records(id, part, from, most));
		return new SessionRecordsDescriptor(SessionDescriptor.of(session),
				page.entries().stream().map((record) -> RecordDescriptor.of(record, payloads)).toList(), page.next());
	}

	boolean deleteSession(String id) throws SessionException {
		return this.inspector.delete(id);
	}

	boolean requeueRecord(String id, String record) throws SessionException {
		return accept(() -> this.inspector.requeue(id, record));
	}

	boolean discardRecord(String id, String record, @Nullable Boolean quarantine) throws SessionException {
		return accept(() -> this.inspector.discard(id, part(quarantine), record));
	}

	private static Part part(@Nullable Boolean quarantine) {
		return Boolean.TRUE.equals(quarantine) ? Part.QUARANTINE : Part.RECORDS;
	}

	private static boolean accept(Operation operation) throws SessionException {
		try {
			return operation.run();
		}
		catch (IllegalArgumentException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
	}

	SweptSessionsDescriptor sweepSessions(Duration olderThan) throws SessionUnavailableException {
		if (olderThan.compareTo(SessionInspector.SHORTEST_UNSEEN) < 0) {
			String reason = "olderThan must be at least " + SessionInspector.SHORTEST_UNSEEN;
			throw new InvalidEndpointRequestException(reason, reason);
		}
		SweptSessions swept = this.inspector.sweep(olderThan);
		return new SweptSessionsDescriptor(swept.deleted().stream().map(SessionDescriptor::of).toList(), swept.more());
	}

	private static <T> Page<T> read(@Nullable String cursor, @Nullable Integer limit, Reader<T> reader)
			throws SessionUnavailableException {
		int most = (limit != null) ? limit : DEFAULT_LIMIT;
		if (most < 1 || most > LARGEST_LIMIT) {
			String reason = "limit must be between 1 and " + LARGEST_LIMIT;
			throw new InvalidEndpointRequestException(reason, reason);
		}
		try {
			return reader.read((cursor != null) ? cursor : SessionInspector.FIRST, most);
		}
		catch (IllegalArgumentException ex) {
			String reason = "cursor must be what the page before gave as next";
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
	}

	/** Changes a session. */
	private interface Operation {

		boolean run() throws SessionException;

	}

	/**
	 * Reads a page.
	 *
	 * @param <T> the type of its entries
	 */
	private interface Reader<T> {

		Page<T> read(String cursor, int limit) throws SessionUnavailableException;

	}

}
