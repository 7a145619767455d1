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

package io.github.mqttredis.memory;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that stores of this process keep in memory. Stores that use the same
 * instance share its sessions, as processes share a Redis: each session has one owner.
 * The sessions are gone when the process ends, or when nothing refers to the instance any
 * more.
 *
 * @since 0.1.0
 */
public final class MemorySessions {

	/**
	 * Guards all of what is kept. Clients take it with Paho's locks held; whoever has it
	 * takes no lock but those of a write log, does no I/O and calls nobody's code.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final StoredRecordMap<StoredSession> sessions = new StoredRecordMap<>();

	/**
	 * Create an empty collection.
	 */
	public MemorySessions() {
	}

	/**
	 * Do something with all sessions, alone.
	 * @param <T> the type of the result
	 * @param task what is done; must not block
	 * @return its result
	 */
	<T extends @Nullable Object> T alone(Function<StoredRecordMap<StoredSession>, T> task) {
		this.lock.lock();
		try {
			return task.apply(this.sessions);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Let those who wait for a session look again. */
	void signal() {
		this.lock.lock();
		try {
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wait for {@link #signal()}. What was true before may not be so afterwards.
	 * @param attempt tried before and after each wait, alone
	 * @param nanos how long to wait at most
	 * @return whether an attempt has succeeded
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean await(Attempt attempt, long nanos) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long left = nanos;
			while (!attempt.succeeds(this)) {
				if (left <= 0) {
					return false;
				}
				left = this.changed.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return a session, which is made if there is none. Called alone.
	 * @param id the session
	 * @return what is kept of it
	 */
	StoredSession make(SessionId id) {
		StoredSession found = this.sessions.get(name(id));
		if (found == null) {
			found = new StoredSession(id);
			this.sessions.put(name(id), found);
		}
		return found;
	}

	/**
	 * Remove sessions that nobody has owned for a time.
	 * @param unseenFor the time
	 * @return what was removed
	 */
	List<InspectedSession> sweep(Duration unseenFor) {
		Instant limit = Instant.now().minus(unseenFor);
		return alone((all) -> {
			List<InspectedSession> removed = new ArrayList<>();
			for (StoredSession session : all.copy().values()) {
				if (session.owner() == null && session.lastSeen().isBefore(limit)) {
					removed.add(look(session));
					all.remove(name(session.id()));
				}
			}
			return removed;
		});
	}

	/**
	 * Look at a session. Called alone.
	 * @param session the session
	 * @return the look
	 */
	static InspectedSession look(StoredSession session) {
		OwnedSession owner = session.owner();
		return new InspectedSession(name(session.id()), session.id(), session.records().size() + session.queue().size(),
				session.quarantine().size(), (owner != null) ? owner.owner() : null,
				(owner != null) ? owner.leaseTtl() : Duration.ZERO, session.lastSeen());
	}

	/**
	 * Harmless in a URL, and different for each session, whatever the client id holds.
	 */
	static String name(SessionId id) {
		String text = id.version().suffix() + id.clientId().length() + "@" + id.clientId() + id.broker();
		ByteBuffer bytes = ByteBuffer.allocate(2 * text.length());
		bytes.asCharBuffer().put(text);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
	}

	/** Something that may succeed later. */
	@FunctionalInterface
	interface Attempt {

		boolean succeeds(MemorySessions kept);

	}

}
