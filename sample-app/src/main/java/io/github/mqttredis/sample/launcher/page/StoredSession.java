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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The gateway's session as it is in Redis, read from there also while no gateway lives.
 */
class StoredSession implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private static final int PAGE = 500;

	private static final Pattern PROCESS = Pattern.compile("process (\\d+) on .*");

	private final SessionInspector inspector;

	private final SessionId id;

	private volatile @Nullable String name;

	StoredSession(RedisConnectionFactory redis, String keyPrefix, SessionId id) {
		StoreSettings defaults = StoreSettings.defaults();
		this.inspector = new RedisSessionStore(redis,
				new StoreSettings(keyPrefix, TIMEOUT, defaults.leaseTtl(), defaults.acquireTimeout()))
			.inspector();
		this.id = id;
	}

	/**
	 * Read what is in flight, and count what waits: of that only the oldest is read.
	 * @return what is there; nothing if there is no session yet
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	Content content() throws SessionUnavailableException {
		String known = name();
		InspectedSession session = (known != null) ? this.inspector.session(known) : null;
		if (known == null || session == null) {
			return new Content(List.of(), List.of(), 0, 0);
		}
		List<InspectedRecord> inFlight = all(known, Part.RECORDS);
		List<InspectedRecord> oldest = this.inspector.records(known, Part.QUEUE, SessionInspector.FIRST, PAGE)
			.entries();
		// Counted a moment before: what was sent meanwhile is in flight now.
		long waiting = Math.max(oldest.size(), session.records() - inFlight.size());
		return new Content(inFlight, oldest, (oldest.size() < PAGE) ? oldest.size() : waiting, owner(session));
	}

	/**
	 * Read all that waits and all that is in flight.
	 * @return the records
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	List<InspectedRecord> all() throws SessionUnavailableException {
		String known = name();
		if (known == null) {
			return List.of();
		}
		// In the way that messages go.
		List<InspectedRecord> records = all(known, Part.QUEUE);
		records.addAll(all(known, Part.RECORDS));
		return records;
	}

	private List<InspectedRecord> all(String known, Part part) throws SessionUnavailableException {
		List<InspectedRecord> records = new ArrayList<>();
		String cursor = SessionInspector.FIRST;
		while (cursor != null) {
			Page<InspectedRecord> page = this.inspector.records(known, part, cursor, PAGE);
			records.addAll(page.entries());
			cursor = page.next();
		}
		return records;
	}

	/**
	 * Return whose process owns the session.
	 * @return the process id, or 0 if nobody does
	 * @throws SessionUnavailableException if Redis does not answer
	 */
	long owner() throws SessionUnavailableException {
		String known = name();
		InspectedSession session = (known != null) ? this.inspector.session(known) : null;
		return (session != null) ? owner(session) : 0;
	}

	private static long owner(InspectedSession session) {
		if (session.owner() == null) {
			return 0;
		}
		Matcher process = PROCESS.matcher(session.owner());
		return process.matches() ? Long.parseLong(process.group(1)) : 0;
	}

	private @Nullable String name() throws SessionUnavailableException {
		String cursor = SessionInspector.FIRST;
		while (this.name == null && cursor != null) {
			Page<InspectedSession> page = this.inspector.sessions(cursor, PAGE);
			page.entries()
				.stream()
				.filter((session) -> session.id().equals(this.id))
				.findFirst()
				.ifPresent((session) -> this.name = session.name());
			cursor = page.next();
		}
		return this.name;
	}

	@Override
	public void close() {
		this.inspector.close();
	}

	/**
	 * What a session has in Redis.
	 *
	 * @param inFlight the records of what is in flight
	 * @param oldest the oldest messages that wait
	 * @param waiting how many messages wait
	 * @param owner whose process owns it, 0 if nobody does
	 */
	record Content(List<InspectedRecord> inFlight, List<InspectedRecord> oldest, long waiting, long owner) {

	}

}
