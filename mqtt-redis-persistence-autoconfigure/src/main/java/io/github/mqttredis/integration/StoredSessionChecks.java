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

package io.github.mqttredis.integration;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import io.github.mqttredis.integration.ComponentFinding.Kind;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.StoredSession;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The checks that look into the store. They neither own a session nor fail: what the
 * store does not answer is not reported.
 */
final class StoredSessionChecks {

	private static final Log logger = LogFactory.getLog(StoredSessionChecks.class);

	/**
	 * A UUID or a random value of Spring's, or an id of Paho's
	 * {@code generateClientId()}.
	 */
	private static final Pattern RANDOM = Pattern
		.compile("\\p{XDigit}{8}(-?)(\\p{XDigit}{4}\\1){3}\\p{XDigit}{12}|^paho\\d{6,}$");

	private static final StoredSession UNKNOWN = new StoredSession(0, true);

	private final SessionStore store;

	/** The sessions with a random client id that nobody has owned before. */
	private final Set<SessionId> random = ConcurrentHashMap.newKeySet();

	StoredSessionChecks(SessionStore store) {
		this.store = store;
	}

	/**
	 * Note whether a session with a client id that looks random is new. To be called
	 * before the component's client is made, which opens the session. An id that was seen
	 * before is the same from start to start, whatever it looks like.
	 * @param view what is known of the component
	 */
	void beforeClient(ClientView view) {
		if (view.ownClient() && RANDOM.matcher(view.session().clientId()).find() && !look(view.session()).known()) {
			this.random.add(view.session());
		}
	}

	@Nullable ComponentFinding randomClientId(ClientView view, Collection<ClientView> all) {
		if (!view.ownClient() || !view.stored() || !this.random.contains(view.session())) {
			return null;
		}
		return new ComponentFinding(Kind.RANDOM_CLIENT_ID, view.name(),
				"The MQTT client id of '" + view.name() + "', '" + view.session().clientId()
						+ "', looks random and is new: with another id at the next start, the stored session is not"
						+ " found again",
				"Give it a client id that stays the same from start to start. If this one does, nothing has to be"
						+ " done");
	}

	@Nullable ComponentFinding waitingRecords(ClientView view, Collection<ClientView> all) {
		if (!view.stored() || !view.waitsForMessage()) {
			return null;
		}
		long records = look(view.session()).records();
		if (records == 0) {
			return null;
		}
		return new ComponentFinding(Kind.RECORDS_WAIT, view.name(),
				records + " records of '" + view.name() + "' wait for the first message: only then does an "
						+ "MqttPahoMessageHandler without a client manager connect",
				"Use a client manager, which connects at start");
	}

	private StoredSession look(SessionId id) {
		try {
			return this.store.look(id);
		}
		catch (SessionUnavailableException ex) {
			logger.debug("Could not look at MQTT session " + id, ex);
			return UNKNOWN;
		}
	}

}
