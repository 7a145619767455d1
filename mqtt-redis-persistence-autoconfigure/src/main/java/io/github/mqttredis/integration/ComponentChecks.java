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

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import io.github.mqttredis.integration.ComponentFinding.Kind;
import io.github.mqttredis.session.MqttVersion;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * The checks that ask nobody but the component.
 */
final class ComponentChecks {

	private final CheckSettings settings;

	ComponentChecks(CheckSettings settings) {
		this.settings = settings;
	}

	List<ComponentCheck> all() {
		return List.of(ComponentChecks::notStored, this::cleanSession, ComponentChecks::sessionExpiry,
				this::redisExpiry, ComponentChecks::emptyClientId, ComponentChecks::sharedClientId);
	}

	private static @Nullable ComponentFinding notStored(ClientView view, Collection<ClientView> all) {
		if (view.storage().reason().isEmpty()) {
			return null;
		}
		return new ComponentFinding(Kind.NOT_STORED, view.name(),
				"The MQTT session of '" + view.name() + "' is not stored in Redis, because " + view.storage().reason(),
				view.storage().mend() + ". If it shall not be stored, list it in mqtt.persistence.exclude-beans");
	}

	/**
	 * Paho's connect removes the records before it tries to reach the broker.
	 */
	private @Nullable ComponentFinding cleanSession(ClientView view, Collection<ClientView> all) {
		if (!makesStoredSession(view) || !view.cleanSession()
				|| this.settings.cleanSession() == CleanSessionPolicy.ALLOW) {
			return null;
		}
		boolean v3 = view.session().version() == MqttVersion.V3;
		return new ComponentFinding(Kind.CLEAN_SESSION, view.name(),
				"The MQTT client of '" + view.name() + "' throws its stored session away at each connect, because "
						+ (v3 ? "cleanSession" : "cleanStart") + " is true",
				(v3 ? "Call setCleanSession(false) on its MqttConnectOptions"
						: "Call setCleanStart(false) and setSessionExpiryInterval on its MqttConnectionOptions")
						+ ", or where these are made from properties, set mqtt.client.clean-session=false. To have it"
						+ " so, set mqtt.persistence.clean-session=allow");
	}

	/**
	 * Without the interval a session ends with its link (MQTT 5, 3.1.2.11.2).
	 */
	private static @Nullable ComponentFinding sessionExpiry(ClientView view, Collection<ClientView> all) {
		Long expiry = view.sessionExpiry();
		if (!makesStoredSession(view) || view.session().version() != MqttVersion.V5 || view.cleanSession()
				|| expiry != null && expiry > 0) {
			return null;
		}
		return new ComponentFinding(Kind.SESSION_EXPIRY, view.name(),
				"The broker forgets the MQTT session of '" + view.name()
						+ "' when the link is lost, because there is no session expiry interval",
				"Call setSessionExpiryInterval on its MqttConnectionOptions, or where these are made from properties,"
						+ " set mqtt.client.session-expiry above 0s");
	}

	/**
	 * The broker goes on with exchanges of QoS 2 that Redis has forgotten. How long an
	 * MQTT 3 broker keeps a session is not known here.
	 */
	private @Nullable ComponentFinding redisExpiry(ClientView view, Collection<ClientView> all) {
		Duration redis = this.settings.sessionExpiry();
		Long broker = view.sessionExpiry();
		if (redis == null || broker == null || !makesStoredSession(view) || view.cleanSession()
				|| redis.compareTo(Duration.ofSeconds(broker)) >= 0) {
			return null;
		}
		return new ComponentFinding(Kind.REDIS_EXPIRY, view.name(),
				"Redis forgets the MQTT session of '" + view.name() + "' after " + redis.toSeconds()
						+ " s without an owner, and the broker only after " + broker + " s",
				"Raise mqtt.persistence.session-expiry, or lower mqtt.client.session-expiry or the interval that the"
						+ " application sets by setSessionExpiryInterval");
	}

	private static @Nullable ComponentFinding emptyClientId(ClientView view, Collection<ClientView> all) {
		if (!makesStoredSession(view) || StringUtils.hasText(view.session().clientId())) {
			return null;
		}
		return new ComponentFinding(Kind.EMPTY_CLIENT_ID, view.name(),
				"The MQTT client of '" + view.name()
						+ "' has no client id, so that its stored session cannot be found again",
				"Give it a client id that stays the same from start to start");
	}

	private static @Nullable ComponentFinding sharedClientId(ClientView view, Collection<ClientView> all) {
		List<ClientView> sharing = all.stream()
			.filter(ClientView::ownClient)
			.filter((other) -> other.session().clientId().equals(view.session().clientId())
					&& other.session().broker().equals(view.session().broker()))
			.toList();
		if (!view.ownClient() || sharing.size() < 2 || sharing.stream().noneMatch(ClientView::stored)) {
			return null;
		}
		List<String> names = sharing.stream().map(ClientView::name).sorted().toList();
		return new ComponentFinding(Kind.SHARED_CLIENT_ID, String.join(", ", names),
				names.stream().collect(Collectors.joining("' and '", "'", "'")) + " have one MQTT client id, '"
						+ view.session().clientId() + "', at " + view.session().broker()
						+ ", so that the broker disconnects one when another connects, and only one can store",
				"Give each a client id of its own, or let them share a client manager");
	}

	private static boolean makesStoredSession(ClientView view) {
		return view.ownClient() && view.stored();
	}

}
