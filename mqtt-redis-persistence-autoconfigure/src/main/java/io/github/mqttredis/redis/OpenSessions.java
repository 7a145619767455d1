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
import java.util.Objects;
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
	 * owner's lease, or given back. Taken before the store's lock, never after it. There
	 * for as long as somebody has it or waits for it.
	 */
	private final Map<SessionId, Opening> openings = new ConcurrentHashMap<>();

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

	/**
	 * Wait until nobody else opens or gives back a session.
	 * @param id the session
	 * @return ends that this caller does
	 */
	Opening opening(SessionId id) {
		Opening opening = enter(id);
		opening.lock.lock();
		return opening;
	}

	private Opening enter(SessionId id) {
		return Objects.requireNonNull(this.openings.compute(id, (key, there) -> {
			Opening opening = (there != null) ? there : new Opening(id);
			opening.users++;
			return opening;
		}));
	}

	private void leave(Opening opening) {
		this.openings.compute(opening.id, (key, there) -> (--opening.users > 0) ? opening : null);
	}

	/**
	 * Give a session back, if this is the newest hold on it: now, or as soon as Redis
	 * holds all of it.
	 * @param hold the hold
	 * @param giveBack gives the session back, and returns whether that could be done
	 */
	void release(Session hold, Predicate<OwnedSession> giveBack) {
		Opening opening = opening(hold.id());
		try {
			Entry entry = this.entries.get(hold.id());
			if (entry != null && !tryRelease(hold, giveBack)) {
				BooleanSupplier later = () -> releaseLater(hold, giveBack);
				entry.session().onRecovered(later);
				entry.session().tell(later);
			}
		}
		finally {
			opening.end();
		}
	}

	private boolean tryRelease(Session hold, Predicate<OwnedSession> giveBack) {
		Entry entry = this.entries.get(hold.id());
		return entry == null || entry.handle() != hold
				|| (giveBack.test(entry.session()) && this.entries.remove(hold.id(), entry));
	}

	/** On the listeners' thread, which does not wait for who opens the session again. */
	private boolean releaseLater(Session hold, Predicate<OwnedSession> giveBack) {
		Opening opening = enter(hold.id());
		if (!opening.lock.tryLock()) {
			leave(opening);
			return false;
		}
		try {
			return tryRelease(hold, giveBack);
		}
		finally {
			opening.end();
		}
	}

	void clear() {
		this.entries.clear();
	}

	/** That a session is being opened or given back, or is to be. */
	final class Opening {

		private final SessionId id;

		private final ReentrantLock lock = new ReentrantLock();

		/** Those who have the lock or wait for it. Changed in the map's compute only. */
		private int users;

		Opening(SessionId id) {
			this.id = id;
		}

		/** Let the next one in. */
		void end() {
			this.lock.unlock();
			leave(this);
		}

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
