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

import io.github.mqttredis.integration.ComponentFinding.Kind;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The checks that look into the store. They neither own a session nor fail: what the
 * store does not answer is not reported.
 */
final class StoredSessionChecks {

	private static final Log logger = LogFactory.getLog(StoredSessionChecks.class);

	private final SessionStore store;

	StoredSessionChecks(SessionStore store) {
		this.store = store;
	}

	@Nullable ComponentFinding waitingRecords(ClientView view, Collection<ClientView> all) {
		if (!view.stored() || !view.waitsForMessage()) {
			return null;
		}
		long records = countRecords(view.session());
		if (records == 0) {
			return null;
		}
		return new ComponentFinding(Kind.RECORDS_WAIT, view.name(),
				records + " records of '" + view.name() + "' wait for the first message: only then does an "
						+ "MqttPahoMessageHandler without a client manager connect",
				"Use a client manager, which connects at start");
	}

	private long countRecords(SessionId id) {
		try {
			return this.store.countRecords(id);
		}
		catch (SessionUnavailableException ex) {
			logger.debug("Could not look at MQTT session " + id, ex);
			return 0;
		}
	}

}
