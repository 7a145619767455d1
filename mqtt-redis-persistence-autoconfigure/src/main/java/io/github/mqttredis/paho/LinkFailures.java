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

package io.github.mqttredis.paho;

import java.io.EOFException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * Says in words why a client is not connected.
 */
final class LinkFailures {

	private static final String CREDENTIALS = " (mqtt.client.username, mqtt.client.password)";

	/** Of a CONNACK of MQTT 3 (3.2.2.3), and of MQTT 5 (2.4). */
	private static final Map<Integer, String> REASONS = Map.ofEntries(
			Map.entry(1, "the broker does not speak this version of MQTT (mqtt.client.version)"),
			Map.entry(2, "the broker refuses the client id (mqtt.client.client-id)"),
			Map.entry(3, "the broker is not available"),
			Map.entry(4, "the broker does not accept the user name or the password" + CREDENTIALS),
			Map.entry(5, "the broker does not authorize the client" + CREDENTIALS), Map.entry(0x81, "malformed packet"),
			Map.entry(0x82, "protocol error"),
			Map.entry(0x84, "the broker does not speak this version of MQTT (mqtt.client.version)"),
			Map.entry(0x85, "the broker refuses the client id (mqtt.client.client-id)"),
			Map.entry(0x86, "the broker does not accept the user name or the password" + CREDENTIALS),
			Map.entry(0x87, "the broker does not authorize the client" + CREDENTIALS),
			Map.entry(0x88, "the broker is not available"), Map.entry(0x89, "the broker is busy"),
			Map.entry(0x8a, "the broker has banned the client"), Map.entry(0x8b, "the broker shuts down"),
			Map.entry(0x8d, "the broker heard nothing within the keep-alive interval"),
			Map.entry(0x8e, "another client with the same client id has connected (mqtt.client.client-id)"),
			Map.entry(0x93, "the client sent more messages at a time than the broker accepts"),
			Map.entry(0x95, "a packet is larger than the broker accepts"),
			Map.entry(0x97, "the broker's quota is exceeded"),
			Map.entry(0x98, "an administrator of the broker ended the link"),
			Map.entry(0x9c, "the broker asks to use another server"),
			Map.entry(0x9d, "the broker has moved to another server"),
			Map.entry(0x9f, "the broker limits the rate of connections"));

	private LinkFailures() {
	}

	/**
	 * Say what a broker said.
	 * @param reasonCode the reason code of its CONNACK or DISCONNECT
	 * @return the reason in words, with the code
	 */
	static String of(int reasonCode) {
		return REASONS.getOrDefault(reasonCode, "the broker ended the link") + ", reason code "
				+ ((reasonCode < 0x80) ? String.valueOf(reasonCode) : "0x" + Integer.toHexString(reasonCode));
	}

	/**
	 * Say what an attempt to connect, or a link, ended with.
	 * @param failure what was thrown
	 * @return the reason in words
	 */
	static String of(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null && !(cause instanceof UnknownHostException)
				&& !cause.getClass().getName().startsWith("io.github.mqttredis.")) {
			cause = cause.getCause();
		}
		if (cause instanceof UnknownHostException) {
			return "unknown host " + cause.getMessage() + " (mqtt.client.server-uris)";
		}
		if (cause instanceof SocketTimeoutException) {
			return "no connection within the connection time-out (mqtt.client.server-uris, mqtt.client.connection-timeout)";
		}
		if (cause instanceof EOFException) {
			return "the broker ended the link";
		}
		String message = cause.getMessage();
		return (message != null) ? message : cause.getClass().getSimpleName();
	}

}
