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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * What to do if Redis cannot be used, with the properties by which this application says
 * where the Redis of its sessions is.
 */
final class RedisActions {

	/**
	 * What the store and the endpoint need, in the words of {@code ACL SETUSER}. A user
	 * also needs every command that a script calls.
	 */
	static final String COMMANDS = "+ping +info +evalsha +eval +get +set +del +exists +pttl +pexpire +persist +time"
			+ " +hset +hget +hdel +hlen +hkeys +hmget +hstrlen +hscan +zadd +zrange +zrangebyscore +zscan +zscore +zrem";

	/** The answers to a command, and to a script that calls one. */
	private static final Pattern UNKNOWN = Pattern.compile("(?i)\\bunknown (redis )?command\\b");

	/** The answers if AUTH is missing or wrong, or not expected. */
	private static final Pattern AUTHENTICATION = Pattern.compile("(?i)NOAUTH|WRONGPASS|ERR AUTH|INVALID PASSWORD"
			+ "|INVALID USERNAME-PASSWORD|WITHOUT ANY PASSWORD CONFIGURED");

	private static final String OWN = "mqtt.persistence.redis.";

	private static final String APPLICATION = "spring.data.redis.";

	private final boolean url;

	private final boolean unixSocket;

	private final Environment environment;

	RedisActions(Environment environment) {
		this.environment = environment;
		this.url = StringUtils.hasText(environment.getProperty(SessionRedis.URL));
		this.unixSocket = StringUtils.hasText(environment.getProperty(SessionRedis.UNIX_SOCKET));
	}

	/**
	 * Say what to do if Redis answers, and does not do what it is asked.
	 * @param causes the failure and its causes
	 * @return that, {@code null} if it is something else
	 */
	@Nullable String refused(List<Throwable> causes) {
		if (said(causes, Pattern.compile("NOPERM"))) {
			return "Give the Redis user of this application (" + username()
					+ ") these permissions, with the value of mqtt.persistence.key-prefix if it is not"
					+ " mqtt:persistence:%n%n".formatted() + "    ACL SETUSER <user> ~mqtt:persistence:* " + COMMANDS
					+ "%n%nFor a database other than 0 also: +select%n%nOn a Redis Cluster also:".formatted()
					+ " +cluster|slots +cluster|nodes +cluster|shards +cluster|myid +client|setname";
		}
		if (said(causes, UNKNOWN)) {
			return "Give the command its name back: remove its line (rename-command) from redis.conf, and start Redis"
					+ " anew. If that Redis is to stay as it is, keep the sessions in another one, with "
					+ SessionRedis.URL + ". They need these commands:%n%n    ".formatted()
					+ COMMANDS.replace("+", "").toUpperCase(Locale.ROOT);
		}
		return null;
	}

	/**
	 * Say what to do if Redis cannot be reached, or does not let us in.
	 * @param causes the failure and its causes
	 * @return what to do
	 */
	String notReached(List<Throwable> causes) {
		return Stream
			.concat(MqttPropertiesCheckAutoConfiguration.unknown(this.environment).stream(), Stream.of(action(causes)))
			.collect(Collectors.joining(System.lineSeparator()));
	}

	private String action(List<Throwable> causes) {
		if (said(causes, AUTHENTICATION)) {
			return password();
		}
		if (said(causes, Pattern.compile("(?i)DB index|invalid DB"))) {
			return "Set " + prefix()
					+ "database to a database that Redis has: 0 to 15, unless redis.conf says otherwise.";
		}
		return causes.stream().anyMatch(SSLException.class::isInstance) ? ssl() : address();
	}

	/**
	 * Say which properties make the application's connection factory.
	 * @param cause a failure
	 * @return that, {@code null} if it is not one of the connection factory
	 */
	@Nullable FailureAnalysis factory(Throwable cause) {
		if (!(cause instanceof BeanCreationException failure)
				|| !"redisConnectionFactory".equals(failure.getBeanName())) {
			return null;
		}
		String reason = String.valueOf(NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
		return new FailureAnalysis("The application's connection factory of Redis cannot be made. Reason: " + reason,
				"Correct what is set of these: "
						+ String.join(", ", MqttPropertiesCheckAutoConfiguration.ofRedis(this.environment)) + ".",
				cause);
	}

	/**
	 * Say that the UNIX socket is not there.
	 * @return that, {@code null} if it is, or Redis is reached otherwise
	 */
	@Nullable String missingSocket() {
		String path = this.environment.getProperty(SessionRedis.UNIX_SOCKET, "");
		return (this.unixSocket && !Files.exists(Path.of(path)))
				? "There is no UNIX socket at " + path + " (" + SessionRedis.UNIX_SOCKET + ")." : null;
	}

	private static boolean said(List<Throwable> causes, Pattern words) {
		return causes.stream().anyMatch((cause) -> words.matcher(String.valueOf(cause.getMessage())).find());
	}

	private String prefix() {
		return (this.url || this.unixSocket) ? OWN : APPLICATION;
	}

	private String username() {
		return prefix() + "username";
	}

	private String address() {
		if (this.unixSocket) {
			return "Start Redis with that socket (unixsocket and unixsocketperm in redis.conf, so that the user of this "
					+ "application may read and write it), or name another one with " + SessionRedis.UNIX_SOCKET + ".";
		}
		String other = this.url ? SessionRedis.URL
				: "spring.data.redis.host and spring.data.redis.port, or with spring.data.redis.url";
		return "Start Redis at that address, or name another one with " + other + ". If it speaks TLS, set "
				+ sslBundle() + ".";
	}

	private String ssl() {
		return "Name an SSL bundle with " + sslBundle()
				+ " that trusts the certificate of Redis or its issuer, and that "
				+ "holds a key and a certificate if Redis asks for them (tls-auth-clients). The certificate of Redis has "
				+ "to name the host of its address. For a Redis that does not speak TLS, set neither that nor another property that asks for it.";
	}

	private String sslBundle() {
		return this.url ? OWN + "ssl-bundle" : APPLICATION + "ssl.bundle";
	}

	private String password() {
		String inUrl = this.unixSocket ? "" : ", or put both into " + prefix() + "url";
		return "Set " + prefix() + "password, and " + username() + " if Redis has an ACL user for this application"
				+ inUrl + ". For a Redis without a password, set none of them.";
	}

}
