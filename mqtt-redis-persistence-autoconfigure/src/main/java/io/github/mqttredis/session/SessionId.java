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

package io.github.mqttredis.session;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Identifies a stored session: client id, broker, and version of MQTT.
 *
 * @param clientId the MQTT client identifier
 * @param broker the broker: its URI without user info and query, or a name that stays the
 * same if addresses change
 * @param version the version of MQTT
 * @since 0.1.0
 */
public record SessionId(String clientId, String broker, MqttVersion version) {

	private static final Pattern USER_INFO = Pattern.compile("^([a-zA-Z0-9+.-]+://)[^/?#]*@");

	private static final Pattern QUERY = Pattern.compile("[?#].*$", Pattern.DOTALL);

	private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

	public SessionId {
		Objects.requireNonNull(clientId, "clientId");
		Objects.requireNonNull(broker, "broker");
		Objects.requireNonNull(version, "version");
	}

	/**
	 * Return the id of a session at the broker of the given URI. User info and query do
	 * not count: they change, and they hold secrets.
	 * @param clientId the MQTT client identifier
	 * @param serverUri the first URI that the client was given
	 * @param version the version of MQTT
	 * @return the id
	 */
	public static SessionId ofUri(String clientId, String serverUri, MqttVersion version) {
		String broker = QUERY.matcher(serverUri).replaceFirst("");
		return new SessionId(clientId, USER_INFO.matcher(broker).replaceFirst("$1"), version);
	}

	/**
	 * Return the session for a line of a log or a message: a client id with line breaks
	 * makes no lines of its own.
	 */
	@Override
	public String toString() {
		return CONTROL.matcher(this.clientId + "@" + this.broker)
			.replaceAll((found) -> String.format("%%%02X", (int) found.group().charAt(0))) + " ("
				+ this.version.suffix() + ")";
	}

}
