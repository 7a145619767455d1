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

package io.github.mqttredis.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The MQTT clients that are made for the application.
 *
 * @param autoStartup Whether the client manager opens its session and connects at start.
 * If not set, it does so unless role is set.
 * @param role Role of Spring Integration's SmartLifecycleRoleController that starts and
 * stops the client manager and its inbound adapters, such as a leader's.
 * @param clientId MQTT client identifier. With server-uris, a client manager is made that
 * connects at start.
 * @param serverUris URIs of the broker, tried in order, such as tcp://localhost:1883. The
 * first one is part of the session's name.
 * @param username User name for the broker.
 * @param password Password for the broker.
 * @param sslBundle Name of the SSL bundle for ssl:// and wss:// URIs.
 * @param keepAlive Longest time without a packet before the client pings the broker.
 * Zero: no pings. In seconds if no unit is given.
 * @param connectionTimeout How long an attempt to connect may take. Zero: forever. In
 * seconds if no unit is given.
 * @param automaticReconnect Whether the client reconnects by itself.
 * @param version Version of MQTT of the client manager. If not set, 3 if Paho 3 is on the
 * class path, otherwise 5.
 * @param sessionExpiry How long the broker keeps the session of an absent MQTT 5 client.
 * In seconds if no unit is given.
 * @param cleanSession Whether every connect discards the session, at the broker and in
 * Redis.
 * @param maxInflight Maximum number of QoS 1 and 2 messages in flight. More are refused
 * with reason code 32202, or wait in the offline buffer. In MQTT 5 the broker sets it.
 * @param will Message that the broker publishes when the client is gone.
 */
@ConfigurationProperties("mqtt.client")
record MqttClientProperties(@Nullable Boolean autoStartup, @Nullable String role, @Nullable String clientId,
		@DefaultValue List<String> serverUris, @Nullable String username, @Nullable String password,
		@Nullable String sslBundle, @DefaultValue("60s") @DurationUnit(ChronoUnit.SECONDS) Duration keepAlive,
		@DefaultValue("30s") @DurationUnit(ChronoUnit.SECONDS) Duration connectionTimeout,
		@DefaultValue("true") boolean automaticReconnect, @Nullable Integer version,
		@DefaultValue("1d") @DurationUnit(ChronoUnit.SECONDS) Duration sessionExpiry,
		@DefaultValue("false") boolean cleanSession, @DefaultValue("1000") int maxInflight, @Nullable Will will) {

	private static final int LARGEST_PACKET_ID = 65535;

	/** Does not expire (MQTT 5, 3.1.2.11.2). */
	private static final long LONGEST_EXPIRY = 0xffffffffL;

	static final int LARGEST_PORT = 65535;

	/** Behind user info, which may be there; an address of IPv6 is in brackets. */
	private static final Pattern HOST_AND_PORT = Pattern.compile("(?:.*@)?(?:\\[[^]]+]|[^:@\\[\\]]+)(?::(\\d{1,5})?)?");

	MqttClientProperties {
		serverUris = serverUris.stream().map(MqttClientProperties::inPahosWords).toList();
		Assert.isTrue(clientId == null || !clientId.contains("${"),
				() -> "mqtt.client.client-id has a placeholder without a value: " + clientId);
		Assert.isTrue(role == null || StringUtils.hasText(role), "mqtt.client.role must not be empty");
		Assert.isTrue(password == null || StringUtils.hasText(username),
				"mqtt.client.username must be set if mqtt.client.password is set (MQTT 3.1.1, 3.1.2.9)");
		checkSeconds("mqtt.client.keep-alive", keepAlive, LARGEST_PACKET_ID);
		checkSeconds("mqtt.client.session-expiry", sessionExpiry, LONGEST_EXPIRY);
		Assert.isTrue(version == null || version == 3 || version == 5, "mqtt.client.version must be 3 or 5");
		checkSeconds("mqtt.client.connection-timeout", connectionTimeout, Integer.MAX_VALUE / 1000);
		Assert.isTrue(maxInflight >= 1 && maxInflight <= LARGEST_PACKET_ID,
				"mqtt.client.max-inflight must be between 1 and " + LARGEST_PACKET_ID);
		serverUris.forEach((uri) -> checkServerUri(uri, StringUtils.hasText(sslBundle)));
	}

	boolean isStartedWithApplication() {
		return (this.autoStartup != null) ? this.autoStartup : this.role == null;
	}

	/** Leaves out what may be secret. */
	@Override
	public String toString() {
		return "MqttClientProperties[clientId=" + this.clientId + "]";
	}

	private static void checkSeconds(String property, Duration value, long max) {
		String read = ", and was read as " + DurationStyle.SIMPLE.print(value, ChronoUnit.MILLIS);
		Assert.isTrue(value.equals(value.truncatedTo(ChronoUnit.SECONDS)),
				() -> property + " must be whole seconds" + read);
		Assert.isTrue(!value.isNegative() && value.toSeconds() <= max,
				() -> property + " must be between 0s and " + max + "s" + read);
	}

	/** Paho has schemes of its own, and {@code mqtt} is what everybody else writes. */
	private static String inPahosWords(String serverUri) {
		return serverUri.replaceFirst("^(?i)mqtt://", "tcp://").replaceFirst("^(?i)mqtts://", "ssl://");
	}

	/** The messages leave out the URI, because it may hold a password. */
	private static void checkServerUri(String serverUri, boolean ssl) {
		URI uri = parse(serverUri, "mqtt.client.server-uris must be URIs such as tcp://localhost:1883");
		String scheme = (uri.getScheme() != null) ? uri.getScheme().toLowerCase(Locale.ROOT) : "";
		Assert.isTrue(Set.of("tcp", "ws", "ssl", "wss").contains(scheme) && uri.getRawAuthority() != null,
				"mqtt.client.server-uris must start with mqtt://, mqtts://, tcp://, ssl://, ws:// or wss://, followed by a host");
		Assert.isTrue(isHostAndPort(uri.getRawAuthority()),
				"mqtt.client.server-uris must name one host, and a port between 1 and 65535 if it is not the usual one");
		Assert.isTrue(scheme.startsWith("ws") || !StringUtils.hasText(uri.getPath()),
				"mqtt.client.server-uris must end with the port: only ws:// and wss:// have a path");
		Assert.isTrue(!ssl || Set.of("ssl", "wss").contains(scheme),
				"mqtt.client.ssl-bundle needs mqtt.client.server-uris that start with mqtts://, ssl:// or wss://");
	}

	/**
	 * As Paho reads it, which is content with less than {@link URI}: a host may hold an
	 * underscore. If it cannot read it, it connects to this machine.
	 */
	private static boolean isHostAndPort(@Nullable String authority) {
		Matcher matcher = HOST_AND_PORT.matcher((authority != null) ? authority : "");
		if (!matcher.matches()) {
			return false;
		}
		String port = matcher.group(1);
		return port == null || (Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= LARGEST_PORT);
	}

	static URI parse(String uri, String rule) {
		try {
			return new URI(uri);
		}
		catch (URISyntaxException ex) {
			// The exception has the URI in its message, so it is no cause.
			throw new IllegalArgumentException(rule + ": " + ex.getReason() + " at character " + ex.getIndex());
		}
	}

	/**
	 * What the broker publishes when the client is gone without a goodbye.
	 *
	 * @param topic Topic of the will.
	 * @param payload Text of the will, sent as UTF-8.
	 * @param qos QoS of the will.
	 * @param retained Whether the broker keeps the will for later subscribers.
	 */
	record Will(@Nullable String topic, @DefaultValue("") String payload, @DefaultValue("0") int qos,
			@DefaultValue("false") boolean retained) {

		Will {
			Assert.isTrue(StringUtils.hasText(topic),
					"mqtt.client.will.topic must be set if another mqtt.client.will property is set");
			Assert.isTrue(!topic.contains("#") && !topic.contains("+"),
					"mqtt.client.will.topic must not contain wildcards");
			Assert.isTrue(qos >= 0 && qos <= 2, "mqtt.client.will.qos must be 0, 1 or 2");
		}

	}

}
