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

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.RecordOperations;
import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionStatus;
import io.github.mqttredis.session.SessionUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Sessions in Redis, over a connection of its own that is derived from the application's
 * connection factory.
 * <p>
 * Starts before the MQTT components and stops after them: its leases are given back when
 * it stops. May be used before it is started; that starts it.
 *
 * @since 0.1.0
 */
public final class RedisSessionStore
		implements InspectableStore, SmartLifecycle, DisposableBean, ApplicationContextAware {

	static final Log logger = LogFactory.getLog(RedisSessionStore.class);

	private final RedisConnectionFactory connectionFactory;

	private final StoreSettings settings;

	private final List<SessionListener> listeners;

	/** Whose store this is, for those who wait for its sessions in the same process. */
	private volatile String context = "another session store";

	/**
	 * Guards starting and stopping. Held while Redis is asked, so it is never taken by
	 * the I/O thread, nor by a put or a removal.
	 */
	private final ReentrantLock lifecycle = new ReentrantLock();

	private final OpenSessions sessions = new OpenSessions();

	private final Map<SessionId, SessionActivity> activity = new ConcurrentHashMap<>();

	private volatile @Nullable StoreEngine engine;

	private volatile boolean started;

	private volatile boolean stopped;

	/**
	 * Create a store.
	 * @param connectionFactory the application's connection factory
	 * @param settings how sessions are kept
	 */
	public RedisSessionStore(RedisConnectionFactory connectionFactory, StoreSettings settings) {
		this(connectionFactory, settings, List.of());
	}

	/**
	 * Create a store.
	 * @param connectionFactory the application's connection factory
	 * @param settings how sessions are kept
	 * @param listeners told how sessions change
	 */
	public RedisSessionStore(RedisConnectionFactory connectionFactory, StoreSettings settings,
			List<SessionListener> listeners) {
		this.connectionFactory = connectionFactory;
		this.settings = settings;
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = "application context " + context.getId() + " (" + context.getDisplayName() + ")";
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Connect.
	 * @throws RedisUnavailableException if Redis does not answer
	 */
	@Override
	public void start() {
		this.lifecycle.lock();
		try {
			this.stopped = false;
			connect(engine());
			this.started = true;
		}
		catch (SessionUnavailableException ex) {
			if (RedisLink.isMocked(ex)) {
				// Redis counts as away, which is logged. It stays so.
				this.started = true;
				return;
			}
			stop();
			throw new RedisUnavailableException(String.valueOf(ex.getMessage()), ex);
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	private void connect(StoreEngine engine) throws SessionUnavailableException {
		engine.io().connect();
		OwnConnectionFactory.reportUnknown(this.connectionFactory);
	}

	private StoreEngine engine() {
		StoreEngine current = this.engine;
		if (current == null) {
			current = StoreEngine.create(this.connectionFactory, this.settings, this.listeners, this.sessions::all,
					this.context);
			this.engine = current;
		}
		return current;
	}

	/**
	 * Ship what waits, give the leases back and close the connection. Takes no longer
	 * than a few write time-outs.
	 */
	@Override
	public void stop() {
		this.lifecycle.lock();
		try {
			this.stopped = true;
			this.started = false;
			StoreEngine current = this.engine;
			if (current != null) {
				this.sessions.all().forEach(current::release);
				this.sessions.clear();
				current.close();
				this.engine = null;
			}
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	/**
	 * Stops the store where the application failed to start after it was used: it is not
	 * running yet, and has leases all the same.
	 */
	@Override
	public void destroy() {
		stop();
	}

	@Override
	public boolean isRunning() {
		return this.started;
	}

	@Override
	public Session open(SessionId id, FormerRecords former) throws SessionException {
		return open(id, (opener, activity) -> opener.open(id, former, activity));
	}

	private SessionHandle open(SessionId id, Taking taking) throws SessionException {
		OpenSessions.Opening opening = this.sessions.opening(id);
		try {
			OwnedSession known = this.sessions.usable(id);
			if (known != null) {
				return register(known);
			}
			SessionOpener opener = opener(id);
			OwnedSession session = taking.open(opener,
					this.activity.computeIfAbsent(id, (key) -> new SessionActivity()));
			try {
				return register(session);
			}
			catch (SessionUnavailableException ex) {
				opener.abandon(session);
				throw ex;
			}
		}
		finally {
			opening.end();
		}
	}

	/** Without the lock of its opening, which a client may want that this waits for. */
	private boolean asOwner(SessionId id, RecordOperations.Task task) throws SessionException {
		SessionHandle hold = this.sessions.hold(id);
		if (hold != null) {
			return task.run(hold);
		}
		SessionHandle borrowed = open(id, (opener, activity) -> opener.openUnowned(id, activity));
		borrowed.borrowed();
		try {
			return task.run(borrowed);
		}
		finally {
			release(borrowed);
		}
	}

	@Override
	public void release(Session session) {
		StoreEngine current = this.engine;
		if (current != null) {
			this.sessions.release(session, current::giveBack);
		}
	}

	private SessionOpener opener(SessionId id) throws SessionUnavailableException {
		this.lifecycle.lock();
		try {
			checkNotStopped(id);
			boolean first = this.engine == null;
			StoreEngine current = engine();
			if (first) {
				// A component that opens its session when it is made comes before
				// start().
				connect(current);
			}
			return current.opener();
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	private SessionHandle register(OwnedSession session) throws SessionUnavailableException {
		SessionHandle handle = new SessionHandle(session);
		SessionHandle previous;
		this.lifecycle.lock();
		try {
			checkNotStopped(session.id());
			previous = this.sessions.add(session, handle);
		}
		finally {
			this.lifecycle.unlock();
		}
		if (previous != null && previous.supersede()) {
			logger.warn("MQTT session " + session.id() + " was opened by a second client while the first one used it. "
					+ "The first one can store nothing more; use one client for each client id and broker");
		}
		return handle;
	}

	private void checkNotStopped(SessionId id) throws SessionUnavailableException {
		if (this.stopped) {
			throw new SessionUnavailableException("Could not open MQTT session " + id
					+ ": the session store is stopped. Open clients only while the application context runs");
		}
	}

	@Override
	public List<SessionStatus> sessions() {
		Map<SessionId, SessionStatus> result = new HashMap<>();
		this.sessions.all().forEach((session) -> result.put(session.id(), session.status()));
		StoreEngine current = this.engine;
		if (current != null) {
			current.opener().waiting().forEach((status) -> result.put(status.id(), status));
		}
		return result.values().stream().sorted(Comparator.comparing((status) -> status.id().toString())).toList();
	}

	@Override
	public Map<SessionId, SessionActivity> activity() {
		return Collections.unmodifiableMap(this.activity);
	}

	@Override
	public long countRecords(SessionId id) throws SessionUnavailableException {
		return opener(id).countRecords(id);
	}

	@Override
	public ServerStatus server() {
		StoreEngine current = this.engine;
		return (current != null) ? current.server() : ServerStatus.unavailable("The session store is stopped");
	}

	@Override
	public String kind() {
		return "redis";
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * Over a connection of its own.
	 */
	@Override
	public SessionInspector inspector() {
		return new RedisSessionInspector(this.connectionFactory, this.settings,
				(id) -> this.sessions.usable(id) != null, this::asOwner);
	}

	/** Makes a session this process's own. */
	@FunctionalInterface
	private interface Taking {

		OwnedSession open(SessionOpener opener, SessionActivity activity) throws SessionException;

	}

}
