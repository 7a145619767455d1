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

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The counts of all sessions that a store has opened. An application that changes its
 * client ids opens any number of them: beyond some, those that are not open any more are
 * counted together.
 *
 * @since 0.1.0
 */
public final class SessionCounts {

	/**
	 * Has the counts of those that have none of their own any more.
	 */
	public static final SessionId FORMER = new SessionId("(former)", "(all)", MqttVersion.V3);

	private static final int MOST = 1000;

	/** So that opening takes no longer if many are open. */
	private static final int MOST_LOOKED_AT = 4;

	private final Predicate<SessionId> open;

	/**
	 * Guards the map, and is held for no I/O. All that has to do with a session is under
	 * one of its keys at any time, so that no meter ever goes back.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private final Map<SessionId, SessionActivity> counts = new LinkedHashMap<>();

	/** What the map is, until it changes. */
	private volatile @Nullable Map<SessionId, SessionActivity> copy;

	/**
	 * Create it.
	 * @param open tells whether a session is open, or may be before long
	 */
	public SessionCounts(Predicate<SessionId> open) {
		this.open = open;
	}

	/**
	 * Return the counts of a session that is opened.
	 * @param id the session
	 * @return its counts
	 */
	public SessionActivity of(SessionId id) {
		this.lock.lock();
		try {
			SessionActivity known = this.counts.get(id);
			if (known != null) {
				return known;
			}
			SessionActivity created = new SessionActivity();
			this.counts.put(id, created);
			giveUp(id);
			this.copy = null;
			return created;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void giveUp(SessionId opened) {
		List<SessionId> oldest = (this.counts.size() > MOST)
				? new ArrayList<>(this.counts.keySet().stream().limit(MOST_LOOKED_AT).toList()) : List.of();
		for (SessionId id : oldest) {
			SessionActivity looked = this.counts.remove(id);
			if (looked == null) {
				continue;
			}
			if (id.equals(FORMER) || id.equals(opened) || this.open.test(id)) {
				this.counts.put(id, looked);
			}
			else {
				this.counts.merge(FORMER, looked, SessionActivity::plus);
			}
		}
	}

	/**
	 * Return all counts.
	 * @return the counts by session, which go on counting
	 */
	public Map<SessionId, SessionActivity> all() {
		Map<SessionId, SessionActivity> current = this.copy;
		if (current != null) {
			return current;
		}
		this.lock.lock();
		try {
			current = Collections.unmodifiableMap(new LinkedHashMap<>(this.counts));
			this.copy = current;
			return current;
		}
		finally {
			this.lock.unlock();
		}
	}

}
