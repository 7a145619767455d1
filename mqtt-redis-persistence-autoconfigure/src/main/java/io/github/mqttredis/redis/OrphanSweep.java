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

package io.github.mqttredis.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.github.mqttredis.redis.InspectionScripts.Look;
import io.github.mqttredis.redis.InspectionScripts.Seen;
import io.github.mqttredis.redis.RedisSessionInspector.InspectionLink;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SweptSessions;
import org.jspecify.annotations.Nullable;

/**
 * Removes sessions that nobody owns, and that nobody was seen to own for a time. One that
 * is taken meanwhile is kept, also if it was given back since.
 */
final class OrphanSweep {

	private static final int PAGE = 200;

	private static final int MOST = 500;

	private final InspectionLink link;

	private final SessionIndex index;

	private final StoreSettings settings;

	private final SessionNames names;

	private final Predicate<SessionId> openHere;

	private final Duration unseenFor;

	private final List<InspectedSession> deleted = new ArrayList<>();

	OrphanSweep(InspectionLink link, StoreSettings settings, Predicate<SessionId> openHere, Duration unseenFor) {
		this.link = link;
		this.index = new SessionIndex(settings.keyPrefix());
		this.settings = settings;
		this.names = new SessionNames(settings.keyPrefix());
		this.openHere = openHere;
		this.unseenFor = unseenFor;
	}

	/**
	 * Remove them.
	 * @param limit how long to go on
	 * @return what was removed
	 * @throws SessionUnavailableException if Redis did not answer
	 */
	SweptSessions run(Duration limit) throws SessionUnavailableException {
		long deadline = System.nanoTime() + limit.toNanos();
		Instant until = this.link.call(this.index::now).minus(this.unseenFor);
		// A cursor finds all that stay where they are, whatever comes and goes meanwhile.
		for (String cursor = SessionInspector.FIRST; cursor != null;) {
			Page<Seen> page = page(cursor);
			for (Seen seen : page.entries()) {
				if (this.deleted.size() >= MOST || System.nanoTime() - deadline > 0) {
					return new SweptSessions(this.deleted, true);
				}
				sweep(seen, until);
			}
			cursor = page.next();
		}
		return new SweptSessions(this.deleted, false);
	}

	private Page<Seen> page(String cursor) throws SessionUnavailableException {
		return this.link.call((connection) -> InspectionScripts.sessions(connection, this.index, cursor, PAGE));
	}

	private void sweep(Seen seen, Instant until) throws SessionUnavailableException {
		SessionId id = this.names.ofKey(seen.key());
		if (id != null && seen.lastSeen() <= until.toEpochMilli()) {
			InspectedSession gone = delete(id, until);
			if (gone != null) {
				this.deleted.add(gone);
			}
		}
	}

	private @Nullable InspectedSession delete(SessionId id, Instant until) throws SessionUnavailableException {
		SessionKeys keys = this.names.keys(id);
		Look look = this.link.call((connection) -> InspectionScripts.inspect(connection, keys));
		// After the mark was read: who takes the session from here on changes the mark.
		Instant seen = this.link.call((connection) -> this.index.lastSeen(connection, keys.hash())).orElse(null);
		if (look.isOwned() || this.openHere.test(id) || seen == null || seen.isAfter(until)) {
			return null;
		}
		boolean done = this.link
			.call((connection) -> InspectionScripts.delete(connection, keys, look.mark(), this.settings.sessionExpiry())
				.isDeleted());
		if (!done) {
			return null;
		}
		this.link.call((connection) -> this.index.remove(connection, keys.hash()));
		RedisSessionStore.logger.info("MQTT session " + id + " with " + look.records()
				+ " records was deleted on request: nobody was seen to own it since " + seen);
		return new InspectedSession(this.names.name(keys), id, look.records(), look.quarantined(), null, Duration.ZERO,
				seen);
	}

}
