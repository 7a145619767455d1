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

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.mqttredis.redis.ServerMonitor.OrphanSearch;
import io.github.mqttredis.redis.ServerMonitor.ServerFacts;
import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.RecordOperations;
import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionCounts;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
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
 * Sessions in Redis, over a separate connection that is derived from the application's
 * connection factory.
 * <p>
 * Starts before the MQTT components and stops after them: its leases are released when it
 * stops. Using it before it is started starts it.
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

	private final SessionCounts counts = new SessionCounts(this.sessions::isKnown);

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
	 * Stops the store if the application failed to start after it was used: it is not
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
			OwnedSession session = taking.open(opener, this.counts.of(id));
			try {
				SessionHandle hold = register(session);
				warnIfOnlyInRedis(session);
				return hold;
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

	/** What is not in memory cannot be written back if Redis loses its data. */
	private void warnIfOnlyInRedis(OwnedSession session) {
		if (session.isQueueWholeInMemory() || !"no".equals(server().facts().get("appendonly"))) {
			return;
		}
		logger.warn("MQTT session " + session.id() + ": " + session.status().contents().queue().messages()
				+ " messages wait in Redis, more than mqtt.persistence.offline-buffer.window holds in memory, and Redis"
				+ " keeps nothing on disk: if it stops, they are lost. Set appendonly to yes");
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
					+ "The first one can no longer store anything. Use one client for each client id and broker");
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
		return this.counts.all();
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

	/**
	 * What a store works with from its start to its end.
	 *
	 * @param io the thread that speaks with Redis
	 * @param opener opens sessions
	 * @param monitor looks at Redis
	 * @param owner whom the leases say
	 */
	record StoreEngine(IoLoop io, SessionOpener opener, ServerMonitor monitor, Owner owner) {

		/** How many sessions are noted with one command. */
		private static final int MOST_NOTED = 500;

		static StoreEngine create(RedisConnectionFactory factory, StoreSettings settings,
				List<SessionListener> listeners, Supplier<List<OwnedSession>> sessions, String context) {
			SessionIndex index = new SessionIndex(settings.keyPrefix());
			ServerMonitor monitor = new ServerMonitor(new RedisLink(factory, settings.writeTimeout()),
					settings.writeTimeout(), new ServerFacts(new OrphanSearch(index)));
			IoLoop io = new IoLoop(new RedisLink(factory, settings.writeTimeout()), settings.writeTimeout(),
					new Listeners(listeners), () -> each(sessions, OwnedSession::away), () -> {
						monitor.forget();
						each(sessions, (session) -> session.shipper().confirmSoon());
					});
			io.every(settings.leaseTtl().dividedBy(4), () -> each(sessions, (session) -> session.shipper().renew()));
			ExpiredSessions expired = new ExpiredSessions(io, index, settings);
			io.every(settings.leaseTtl(), () -> {
				noteOwned(sessions.get(), io, index);
				expired.sweep();
			});
			Owner owner = Owner.ofThisProcess(settings.leaseTtl());
			owner.begin(context);
			return new StoreEngine(io, new SessionOpener(io, index, owner, settings), monitor, owner);
		}

		/** What fails for one session is done for the others. */
		private static void each(Supplier<List<OwnedSession>> sessions, Consumer<OwnedSession> task) {
			sessions.get().forEach((session) -> Listeners.run(() -> task.accept(session)));
		}

		/** A session whose lease may have ended is left out: it may have been deleted. */
		private static void noteOwned(List<OwnedSession> sessions, IoLoop io, SessionIndex index) {
			List<SessionKeys> owned = sessions.stream()
				.filter((session) -> !session.isFenced() && !session.shipper().lease().remaining().isZero())
				.map(OwnedSession::keys)
				.toList();
			for (int from = 0; from < owned.size(); from += MOST_NOTED) {
				io.attempt("Writing the set of all MQTT sessions",
						index.add(owned.subList(from, Math.min(owned.size(), from + MOST_NOTED))));
			}
		}

		/**
		 * Return how Redis is. That it does not answer is known without asking it.
		 * @return a look at it
		 */
		ServerStatus server() {
			RedisTrouble away = this.io.away();
			return (away != null) ? ServerStatus.unavailable(String.valueOf(away.getMessage())) : this.monitor.status();
		}

		/**
		 * Give a session's lease back, if Redis holds all of the session.
		 * @param session the session
		 * @return whether the session is not owned any more
		 */
		boolean giveBack(OwnedSession session) {
			if (!isStored(session) && !session.isFenced()) {
				return false;
			}
			release(session);
			return true;
		}

		private static boolean isStored(OwnedSession session) {
			try {
				// Redis may have lost what it held a moment ago.
				session.shipper().confirmNow();
			}
			catch (SessionUnavailableException ex) {
				RedisSessionStore.logger.debug("MQTT session " + session.id() + " is not given back yet", ex);
				return false;
			}
			return session.await(session.log().end(), session.log().progress().failures(), () -> false)
					&& session.status().state() == SessionState.OWNER;
		}

		/**
		 * Ship what waits of a session, and give its lease back.
		 * @param session the session
		 */
		void release(OwnedSession session) {
			session.shipper().soonest();
			session.await(session.log().end(), session.log().progress().failures(), () -> false);
			session.end();
			try {
				session.shipper().release();
			}
			catch (SessionUnavailableException ex) {
				RedisSessionStore.logger
					.warn("The lease of MQTT session " + session.id() + " could not be given back and ends in "
							+ session.shipper().lease().remaining().toMillis() + " ms: " + ex.getMessage());
			}
		}

		void close() {
			this.monitor.close();
			this.io.close();
			this.owner.end();
		}

	}

	/**
	 * The sessions that this process has open, each with the newest client's hold on it.
	 */
	static final class OpenSessions {

		/**
		 * One lock a session, held while it is opened, which may take as long as another
		 * owner's lease, or given back. Taken before the store's lock, never after it.
		 * There for as long as somebody has it or waits for it.
		 */
		private final Map<SessionId, Opening> openings = new ConcurrentHashMap<>();

		private final Map<SessionId, Entry> entries = new ConcurrentHashMap<>();

		/** Return whether a session is open, or is being opened or given back. */
		boolean isKnown(SessionId id) {
			return this.openings.containsKey(id) || this.entries.containsKey(id);
		}

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

		/**
		 * On the listeners' thread, which does not wait for who opens the session again.
		 */
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

			/**
			 * Those who have the lock or wait for it. Changed in the map's compute only.
			 */
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

}
