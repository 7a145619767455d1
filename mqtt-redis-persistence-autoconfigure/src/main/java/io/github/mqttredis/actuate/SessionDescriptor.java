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

package io.github.mqttredis.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.mqttredis.session.InspectedSession;
import org.jspecify.annotations.Nullable;

/**
 * A stored MQTT session.
 *
 * @param id the id by which the endpoint finds it; it stands in a URL as it is
 * @param clientId the MQTT client identifier
 * @param broker the broker
 * @param version the version of MQTT, {@code v3} or {@code v5}
 * @param state {@code owned}, or {@code orphaned} if no process owns it
 * @param owner who owns it
 * @param leaseRemaining how long the owner's lease still runs unless it is renewed, in
 * milliseconds
 * @param lastSeen when an owner was last seen
 * @param records the number of records
 * @param quarantined the number of records in quarantine
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SessionDescriptor(String id, String clientId, String broker, String version, String state,
		@Nullable String owner, @Nullable Long leaseRemaining, @Nullable String lastSeen, long records,
		long quarantined) {

	static SessionDescriptor of(InspectedSession session) {
		boolean owned = session.owner() != null;
		return new SessionDescriptor(session.name(), session.id().clientId(), session.id().broker(),
				session.id().version().suffix(), owned ? "owned" : "orphaned", session.owner(),
				owned ? session.remaining().toMillis() : null,
				(session.lastSeen() != null) ? session.lastSeen().toString() : null, session.records(),
				session.quarantined());
	}

}
