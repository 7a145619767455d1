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

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that this process has open, each with the newest client's hold on it.
 */
final class OpenSessions {

	/**
	 * One lock a session, held while it is opened, which may take as long as another
	 * owner's lease, or given back. Taken before the store's lock, never after it.
	 */
	private final Map<SessionId, ReentrantLock> openings = new ConcurrentHashMap<>();

	private final Map<SessionId, Entry> entries = new ConcurrentHashMap<>();

	List<OwnedSession> all() {
		return this.entries.values().stream().map(Entry::session).toList();
	}

	/**
	 * Return a session that is still owned.
	 * @param id the session
	 * @return the session, or {@code null} if there is none, or it is somebody else's
	 */
	@Nullable OwnedSession usable(SessionId id) {
		Entry entry = owned(id);
		return (entry != null) ? entry.session() : null;
	}

	/**
	 * Return the newest hold on a session that is still owned.
	 * @param id the session
	 * @return the hold, or {@code null} if there is none, or it is somebody else's
	 */
	@Nullable SessionHandle hold(SessionId id) {
		Entry entry = owned(id);
		return (entry != null) ? entry.handle() : null;
	}

	private @Nullable Entry owned(SessionId id) {
		Entry entry = this.entries.get(id);
		return (entry != null && !entry.session().isFenced()) ? entry : null;
	}

	/**
	 * Add a session, or a new hold on it.
	 * @param session the session
	 * @param handle the hold
	 * @return the hold that there was before
	 */
	@Nullable SessionHandle add(OwnedSession session, SessionHandle handle) {
		Entry previous = this.entries.put(session.id(), new Entry(session, handle));
		return (previous != null) ? previous.handle() : null;
	}

	ReentrantLock opening(SessionId id) {
		return this.openings.computeIfAbsent(id, (key) -> new ReentrantLock());
	}

	/**
	 * Give a session back, if this is the newest hold on it: now, or as soon as Redis
	 * holds all of it.
	 * @param hold the hold
	 * @param giveBack gives the session back, and returns whether that could be done
	 */
	void release(Session hold, Predicate<OwnedSession> giveBack) {
		ReentrantLock opening = opening(hold.id());
		opening.lock();
		try {
			Entry entry = this.entries.get(hold.id());
			if (entry != null && !tryRelease(hold, giveBack)) {
				BooleanSupplier later = () -> releaseLater(hold, giveBack);
				entry.session().onRecovered(later);
				entry.session().tell(later);
			}
		}
		finally {
			opening.unlock();
		}
	}

	private boolean tryRelease(Session hold, Predicate<OwnedSession> giveBack) {
		Entry entry = this.entries.get(hold.id());
		return entry == null || entry.handle() != hold
				|| (giveBack.test(entry.session()) && this.entries.remove(hold.id(), entry));
	}

	/** On the listeners' thread, which does not wait for who opens the session again. */
	private boolean releaseLater(Session hold, Predicate<OwnedSession> giveBack) {
		ReentrantLock opening = opening(hold.id());
		if (!opening.tryLock()) {
			return false;
		}
		try {
			return tryRelease(hold, giveBack);
		}
		finally {
			opening.unlock();
		}
	}

	void clear() {
		this.entries.clear();
	}

	/**
	 * A session and the newest client's hold on it.
	 *
	 * @param session the session
	 * @param handle the hold
	 */
	private record Entry(OwnedSession session, SessionHandle handle) {

	}

}
