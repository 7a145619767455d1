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
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.github.mqttredis.integration.ComponentChecker.CleanSessionException;
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.paho.UnsupportedPahoException;
import io.github.mqttredis.redis.RedisUnavailableException;
import io.github.mqttredis.session.SessionImportException;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Says what is wrong and what to do if the application does not start because of us.
 */
class StartFailureAnalyzer implements FailureAnalyzer, Ordered {

	private static final String PARAGRAPH = "%n%n".formatted();

	private static final String WITHOUT_SESSIONS = "To run without stored sessions, set mqtt.persistence.enabled=false:"
			+ " messages in transit are then lost when the process dies.";

	private final Environment environment;

	private final RedisActions redis;

	private final ListableBeanFactory beans;

	StartFailureAnalyzer(BeanFactory beans, Environment environment) {
		this.beans = (ListableBeanFactory) beans;
		this.environment = environment;
		this.redis = new RedisActions(environment);
	}

	/**
	 * Comes before Spring Boot's own, which would have the application define what is
	 * missing because of a property.
	 */
	@Override
	public int getOrder() {
		return -1;
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		return causes(failure).map(this::explain)
			.flatMap(Stream::ofNullable)
			.findFirst()
			.or(() -> causes(failure).map(this.redis::factory).flatMap(Stream::ofNullable).findFirst())
			.orElse(null);
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, (ex) -> ex != null, Throwable::getCause);
	}

	private @Nullable FailureAnalysis explain(Throwable cause) {
		if (cause instanceof StartFailureException failure) {
			return analysis(cause, failure.action());
		}
		if (cause instanceof NoSuchBeanDefinitionException failure) {
			return MissingClientManager.analyze(cause, failure.getBeanType(), this.environment,
					this.beans.getBeanNamesForType(SessionStore.class, true, false).length > 0);
		}
		if (cause instanceof NoClassDefFoundError) {
			return MissingClientManager.missingLibrary(cause);
		}
		if (cause instanceof BindException failure) {
			return WrongValue.analyze(failure);
		}
		if (cause instanceof CleanSessionException failure) {
			return new FailureAnalysis(all(failure.findings(), Finding::problem), all(failure.findings(), Finding::mend)
					+ PARAGRAPH
					+ "mqtt.persistence.clean-session is 'fail'; with 'warn' the application starts and the sessions are lost.",
					cause);
		}
		if (cause instanceof RedisUnavailableException || cause instanceof SessionUnavailableException) {
			return redis(cause);
		}
		if (cause instanceof SessionInUseException failure) {
			return analysis(cause, otherOwner(failure));
		}
		if (cause instanceof SessionKeyException) {
			return analysis(cause, "Nothing was changed in Redis. Set mqtt.persistence.encryption.key (or password and"
					+ " salt, or keys and active-key) to what the session was stored with. After a change of keys, keep"
					+ " the old one in mqtt.persistence.encryption.keys until each client has been started once.");
		}
		if (cause instanceof SessionImportException) {
			return analysis(cause, "Stop the process that still uses the directory, and let the user of this"
					+ " application read, write and delete files there." + PARAGRAPH
					+ "To see what would be moved in, set mqtt.persistence.import-dry-run=true: the start lists it and"
					+ " ends, and changes nothing. To start without it, remove mqtt.persistence.import-from: what has"
					+ " not been moved in yet then stays in its files, unsent.");
		}
		if (cause instanceof UnsupportedPahoException) {
			return analysis(cause, "Use version 1.2.5 of Paho, which mqtt-redis-persistence-starter brings. mvn"
					+ " dependency:tree -Dincludes=org.eclipse.paho, or gradle dependencyInsight --dependency paho,"
					+ " shows where another one comes from. Or set mqtt.persistence.enabled=false.");
		}
		return null;
	}

	private static FailureAnalysis analysis(Throwable cause, String action) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
	}

	private static String all(List<Finding> findings, Function<Finding, String> text) {
		return findings.stream()
			.map(text)
			.distinct()
			.map((sentence) -> sentence + ".")
			.collect(Collectors.joining(PARAGRAPH));
	}

	private static String otherOwner(SessionInUseException failure) {
		String wait = failure.remaining().isZero() ? ""
				: "If the owner is dead, start again in " + (failure.remaining().toMillis() + 999) / 1000
						+ " seconds, or raise mqtt.persistence.lease.acquire-timeout above that." + PARAGRAPH;
		return wait + "If " + failure.owner() + " still runs and should not, stop it." + PARAGRAPH
				+ "If both are to run, give this application a client id of its own (mqtt.client.client-id, or where"
				+ " the component is defined): a broker lets in only one client of an id.";
	}

	/**
	 * What Redis has refused may come from the start or from opening a session; that it
	 * is not there matters at the start only.
	 */
	private @Nullable FailureAnalysis redis(Throwable cause) {
		String description = "MQTT sessions cannot be kept in Redis. " + cause.getMessage();
		String refused = this.redis.refused(causes(cause).toList());
		if (refused != null) {
			return new FailureAnalysis(description, refused, cause);
		}
		if (!(cause instanceof RedisUnavailableException)) {
			return null;
		}
		Throwable root = NestedExceptionUtils.getMostSpecificCause(cause);
		String socket = this.redis.missingSocket();
		if (socket != null) {
			return new FailureAnalysis("MQTT sessions cannot be kept in Redis. " + socket,
					this.redis.notReached(causes(cause).toList()) + PARAGRAPH + WITHOUT_SESSIONS, cause);
		}
		String reason = String.valueOf(root.getMessage());
		boolean said = root.getMessage() == null || description.contains(reason);
		return new FailureAnalysis(said ? description : description + PARAGRAPH + "Reason: " + reason,
				this.redis.notReached(causes(cause).toList()) + PARAGRAPH + WITHOUT_SESSIONS, cause);
	}

	/**
	 * The application cannot start, and somebody has to change something. Spring Boot
	 * shows both texts.
	 */
	static final class StartFailureException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String action;

		/**
		 * Create the exception.
		 * @param description what is wrong
		 * @param action what to do
		 */
		StartFailureException(String description, String action) {
			super(description);
			this.action = action;
		}

		String action() {
			return this.action;
		}

	}

	/**
	 * What to do if Redis cannot be used, with the properties by which this application
	 * says where the Redis of its sessions is.
	 */
	static final class RedisActions {

		/**
		 * What the store and the endpoint need, in the words of {@code ACL SETUSER}. A
		 * user also needs every command that a script calls.
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
						+ " mqtt:persistence:%n%n".formatted() + "    ACL SETUSER <user> ~mqtt:persistence:* "
						+ COMMANDS
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
				.concat(MqttPropertiesCheckAutoConfiguration.unknown(this.environment).stream(),
						Stream.of(action(causes)))
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
			return new FailureAnalysis(
					"The application's connection factory of Redis cannot be made. Reason: " + reason,
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
						+ "application may read and write it), or name another one with " + SessionRedis.UNIX_SOCKET
						+ ".";
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

}
