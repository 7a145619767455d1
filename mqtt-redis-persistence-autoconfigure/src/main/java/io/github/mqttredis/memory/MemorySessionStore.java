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

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.session.EventQueue;
import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.RecordOperations;
import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionCounts;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionStatus.Contents;
import io.github.mqttredis.session.SessionUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.SmartLifecycle;

/**
 * Sessions in the memory of this process, for tests and for a first look. They do not
 * survive the process. Everything else is as in Redis, but without waiting.
 * <p>
 * Starts before the MQTT components and stops after them: its sessions are released when
 * it stops. It can be used before it is started.
 *
 * @since 0.1.0
 */
public final class MemorySessionStore
		implements InspectableStore, SmartLifecycle, DisposableBean, ApplicationContextAware {

	static final Log logger = LogFactory.getLog(MemorySessionStore.class);

	private final MemorySessions kept;

	private final Settings settings;

	private final EventQueue events;

	/** What this store has opened, also if another one has taken it since. */
	private final Map<SessionId, OwnedSession> open = new ConcurrentHashMap<>();

	private final SessionCounts counts = new SessionCounts(this.open::containsKey);

	private final Map<SessionId, SessionStatus> waiting = new ConcurrentHashMap<>();

	/** Whose store this is, for those who wait for its sessions. */
	private volatile String context = "another session store";

	private volatile boolean started;

	/** Written under the lock of the sessions. */
	private volatile boolean stopped;

	/**
	 * Create a store.
	 * @param kept the sessions, which it shares with other stores that have the same
	 * @param settings how sessions are kept
	 * @param listeners told how sessions change
	 */
	public MemorySessionStore(MemorySessions kept, Settings settings, List<SessionListener> listeners) {
		this.kept = kept;
		this.settings = settings;
		this.events = new EventQueue(listeners, logger::warn,
				(failure) -> logger.error("Unexpected failure of a listener to MQTT sessions", failure));
	}

	@Override
	public void setApplicationContext(ApplicationContext applicationContext) {
		this.context = "application context " + applicationContext.getId() + " (" + applicationContext.getDisplayName()
				+ ")";
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public String kind() {
		return "memory";
	}

	@Override
	public void start() {
		logger.warn("MQTT sessions are kept in the memory of this process (mqtt.persistence.store=memory): "
				+ "messages that are not delivered when it ends are lost");
		this.stopped = false;
		this.started = true;
	}

	@Override
	public void stop() {
		this.kept.alone((all) -> {
			this.stopped = true;
			this.open.values().forEach(OwnedSession::end);
			return null;
		});
		this.open.clear();
		this.started = false;
		this.kept.signal();
	}

	/** Also if the application failed to start after this was used. */
	@Override
	public void destroy() {
		stop();
		this.events.close();
	}

	@Override
	public boolean isRunning() {
		return this.started;
	}

	MemorySessions kept() {
		return this.kept;
	}

	Settings settings() {
		return this.settings;
	}

	String owner() {
		return "process " + ProcessHandle.current().pid() + ", " + this.context;
	}

	void tell(SessionEvent event, SessionActivity counted) {
		this.events.tell(event, counted);
	}

	@Override
	public Session open(SessionId id, FormerRecords former) throws SessionException {
		return open(id, former, this.settings.acquireTimeout(), this.settings.takeover());
	}

	private MemorySession open(SessionId id, FormerRecords former, Duration patience, boolean takeover)
			throws SessionException {
		if (!this.settings.sessionExpiry().isZero()) {
			this.kept.sweep(this.settings.sessionExpiry());
		}
		long start = System.nanoTime();
		Opening opening = new Opening(this, id, takeover);
		boolean opened = false;
		try {
			acquire(opening, id, patience);
			MemorySession hold = (opening.hold() != null) ? opening.hold() : restore(opening.acquired(), former, start);
			opened = true;
			return hold;
		}
		finally {
			this.waiting.remove(id);
			this.counts.of(id).ended(Operation.OPEN, start, opened);
		}
	}

	private void acquire(Opening opening, SessionId id, Duration patience) throws SessionException {
		try {
			if (!this.kept.await(opening, 0)) {
				report(opening, id, patience);
			}
			if (!this.kept.await(opening, patience.toNanos())) {
				throw inUse(opening, id, patience);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SessionUnavailableException("Interrupted while waiting for MQTT session " + id, ex);
		}
		if (opening.isRefused()) {
			throw new SessionUnavailableException("Could not open MQTT session " + id
					+ ": the session store is stopped. Open clients only while the application context runs");
		}
		opening.tellTheOthers();
	}

	private void report(Opening opening, SessionId id, Duration patience) {
		if (!patience.isZero()) {
			this.waiting.put(id, new SessionStatus(id, SessionState.WAITING, Contents.NONE, Duration.ZERO, 0,
					"owned by " + opening.holder(), Instant.now(), null));
			logger.warn("MQTT session " + id + " is needed by " + this.context + " but owned by " + opening.holder()
					+ ": close one of the two, or give each its own client id; waiting up to " + patience.toMillis()
					+ " ms for its lease to end");
		}
	}

	private SessionInUseException inUse(Opening opening, SessionId id, Duration patience) {
		return new SessionInUseException(id, opening.holder(), this.settings.leaseTtl(),
				patience.isZero() ? "Ask that process, or stop it first"
						: "Stop it, give this process its own client id, raise mqtt.persistence.lease.acquire-timeout,"
								+ " or set mqtt.persistence.lease.on-conflict to takeover");
	}

	private MemorySession restore(OwnedSession session, FormerRecords former, long start) throws SessionException {
		MemorySession hold = null;
		try {
			int restored = new MemoryRestoration(session).restore(former);
			hold = this.kept.alone((all) -> session.take());
			opened(session, restored, start);
			return hold;
		}
		finally {
			if (hold == null) {
				this.kept.alone((all) -> {
					session.end();
					return null;
				});
				this.open.remove(session.id(), session);
			}
			// For those of this store who wait until it is open.
			this.kept.signal();
		}
	}

	private void opened(OwnedSession session, int restored, long start) {
		session.activity().happened(Event.LEASE_TAKEN, 1);
		session.activity().happened(Event.RECORD_RESTORED, restored);
		logger.info("MQTT session " + session.id() + " opened by " + owner() + ": " + restored + " records restored");
		session.tell(
				new SessionEvent.Opened(session.id(), owner(), restored, Duration.ofNanos(System.nanoTime() - start)));
	}

	/** Called alone. */
	OwnedSession own(StoredSession stored) {
		OwnedSession session = new OwnedSession(stored, this, this.counts.of(stored.id()));
		stored.owner(session);
		this.open.put(stored.id(), session);
		return session;
	}

	boolean isStopped() {
		return this.stopped;
	}

	@Override
	public void release(Session session) {
		OwnedSession owned = this.open.get(session.id());
		if (owned != null && this.kept.alone((all) -> {
			boolean newest = owned.hold() == session;
			if (newest) {
				owned.end();
			}
			return newest;
		})) {
			this.open.remove(session.id(), owned);
			this.kept.signal();
		}
	}

	@Override
	public List<SessionStatus> sessions() {
		Map<SessionId, SessionStatus> result = new HashMap<>(this.waiting);
		this.open.forEach((id, session) -> result.put(id, session.status()));
		return result.values().stream().sorted(Comparator.comparing((status) -> status.id().toString())).toList();
	}

	@Override
	public Map<SessionId, SessionActivity> activity() {
		return this.counts.all();
	}

	@Override
	public long countRecords(SessionId id) throws SessionUnavailableException {
		return this.kept.alone((all) -> {
			StoredSession stored = all.get(MemorySessions.name(id));
			return (stored != null) ? stored.records().size() + stored.queue().size() : 0L;
		});
	}

	@Override
	public ServerStatus server() {
		return this.kept.alone((all) -> new ServerStatus(null, Map.of("sessions", all.size()), List.of()));
	}

	@Override
	public SessionInspector inspector() {
		return new MemorySessionInspector(this.kept, this::asOwner);
	}

	private boolean asOwner(SessionId id, RecordOperations.Task task) throws SessionException {
		OwnedSession owned = this.open.get(id);
		MemorySession hold = (owned != null && !owned.isFenced()) ? owned.hold() : null;
		if (hold != null) {
			return task.run(hold);
		}
		MemorySession borrowed = open(id, FormerRecords.NONE, Duration.ZERO, false);
		borrowed.borrowed();
		try {
			return task.run(borrowed);
		}
		finally {
			release(borrowed);
		}
	}

	/**
	 * How sessions are kept.
	 *
	 * @param leaseTtl how long a lease is said to run: an owner of this process does not
	 * die, so it ends with its store only
	 * @param acquireTimeout how long opening waits for another owner
	 * @param takeover whether opening takes a session at once instead
	 * @param sessionExpiry how long a session is kept that nobody owns, zero for as long
	 * as the process runs
	 * @param undeliverableAttempts how often a broker may end the link over a message
	 * before the message is set aside, 0 for no limit
	 */
	public record Settings(Duration leaseTtl, Duration acquireTimeout, boolean takeover, Duration sessionExpiry,
			int undeliverableAttempts) {

	}

	/**
	 * An attempt to take a session, made alone.
	 */
	private static final class Opening implements MemorySessions.Attempt {

		private final MemorySessionStore store;

		private final SessionId id;

		private final boolean takeover;

		private @Nullable OwnedSession acquired;

		private @Nullable OwnedSession former;

		private @Nullable MemorySession hold;

		private @Nullable MemorySession superseded;

		private boolean refused;

		private String holder = "";

		Opening(MemorySessionStore store, SessionId id, boolean takeover) {
			this.store = store;
			this.id = id;
			this.takeover = takeover;
		}

		@Override
		public boolean succeeds(MemorySessions kept) {
			if (this.acquired != null || this.hold != null) {
				return true;
			}
			this.refused = this.store.isStopped();
			if (this.refused) {
				return true;
			}
			StoredSession stored = kept.make(this.id);
			OwnedSession owner = stored.owner();
			if (owner != null && owner.store() == this.store) {
				this.superseded = owner.hold();
				if (this.superseded != null) {
					this.hold = owner.take();
				}
			}
			else if (owner == null || this.takeover) {
				if (owner != null) {
					owner.fence(this.store.owner());
				}
				this.former = owner;
				this.acquired = this.store.own(stored);
			}
			this.holder = (owner != null) ? owner.owner() : "";
			return this.acquired != null || this.hold != null;
		}

		/** Called without any lock. */
		void tellTheOthers() {
			if (this.former != null) {
				this.former.fenced();
			}
			if (this.superseded != null && this.superseded.isInUse()) {
				logger.warn("MQTT session " + this.id + " was opened by a second client while the first one used it. "
						+ "The first one can no longer store anything. Use one client for each client id and "
						+ "broker");
			}
		}

		@Nullable MemorySession hold() {
			return this.hold;
		}

		OwnedSession acquired() {
			return Objects.requireNonNull(this.acquired);
		}

		boolean isRefused() {
			return this.refused;
		}

		String holder() {
			return this.holder;
		}

	}

}
