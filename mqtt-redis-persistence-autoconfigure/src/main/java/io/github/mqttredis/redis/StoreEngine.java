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
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.mqttredis.session.ServerStatus;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionUnavailableException;

import org.springframework.data.redis.connection.RedisConnectionFactory;

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

	static StoreEngine create(RedisConnectionFactory factory, StoreSettings settings, List<SessionListener> listeners,
			Supplier<List<OwnedSession>> sessions, String context) {
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
		Owner owner = Owner.ofThisProcess();
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
