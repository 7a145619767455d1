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
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.github.mqttredis.integration.ComponentChecker.CleanSessionException;
import io.github.mqttredis.integration.ComponentChecker.Finding;
import io.github.mqttredis.paho.UnsupportedLibraryException;
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
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Says what is wrong and what to do if the application does not start because of us.
 */
class StartFailureAnalyzer implements FailureAnalyzer, Ordered {

	private static final String PARAGRAPH = "%n%n".formatted();

	private static final String WITHOUT_SESSIONS = "To run without stored sessions, set mqtt.persistence.enabled=false:"
			+ " messages in transit are then lost when the process dies.";

	private static final String VERSION = "mqtt.client.version";

	private static final String PAHO_3 = "org.eclipse.paho:org.eclipse.paho.client.mqttv3";

	private static final String PAHO_5 = "org.eclipse.paho:org.eclipse.paho.mqttv5.client";

	private static final Pattern CLIENT_MANAGER = Pattern
		.compile("org\\.springframework\\.integration\\.mqtt\\.core\\.(Mqttv[35])?ClientManager");

	/** Those of the quick start. */
	private static final List<ConfigurationPropertyName> OURS = Stream
		.of("mqtt.persistence", "mqtt.client", "spring.data.redis", "management.endpoint.health")
		.map(ConfigurationPropertyName::of)
		.toList();

	/** What may hold a secret. */
	private static final Pattern SECRET = Pattern.compile("password|username|key|salt|ur[il]");

	/** What store and endpoint need, for {@code ACL SETUSER}: scripts need it as well. */
	static final String COMMANDS = "+ping +info +evalsha +eval +get +set +del +exists +pttl +pexpire +persist +time"
			+ " +hset +hget +hdel +hlen +hkeys +hmget +hstrlen +hscan +xadd +xdel +xlen +xrange +xtrim +xinfo"
			+ " +zadd +zrange +zrangebyscore +zscan +zscore +zrem";

	/** The answers to a command, and to a script that calls one. */
	private static final Pattern UNKNOWN = Pattern.compile("(?i)\\bunknown (redis )?command\\b");

	/** The answers if AUTH is missing or wrong, or not expected. */
	private static final Pattern AUTHENTICATION = Pattern.compile("(?i)NOAUTH|WRONGPASS|ERR AUTH|INVALID PASSWORD"
			+ "|INVALID USERNAME-PASSWORD|WITHOUT ANY PASSWORD CONFIGURED");

	private final Environment environment;

	private final boolean url;

	private final boolean unixSocket;

	private final ListableBeanFactory beans;

	StartFailureAnalyzer(BeanFactory beans, Environment environment) {
		this.beans = (ListableBeanFactory) beans;
		this.environment = environment;
		this.url = StringUtils.hasText(environment.getProperty(SessionRedis.URL));
		this.unixSocket = StringUtils.hasText(environment.getProperty(SessionRedis.UNIX_SOCKET));
	}

	/** Before Spring Boot's own, which would have the application define a bean. */
	@Override
	public int getOrder() {
		return -1;
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		return causes(failure).flatMap((cause) -> Stream.ofNullable(explain(cause)))
			.findFirst()
			.or(() -> causes(failure).map(this::factory).flatMap(Stream::ofNullable).findFirst())
			.orElse(null);
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, (ex) -> ex != null, Throwable::getCause);
	}

	private @Nullable FailureAnalysis explain(Throwable cause) {
		if (cause instanceof StartFailureException failure) {
			return analysis(cause, failure.action(), failure.entry);
		}
		if (cause instanceof NoSuchBeanDefinitionException failure) {
			return missingClientManager(failure);
		}
		if (cause instanceof NoClassDefFoundError) {
			return missingLibrary(cause);
		}
		if (cause instanceof BindException failure) {
			return wrongValue(failure);
		}
		if (cause instanceof CleanSessionException failure) {
			return analysisOf(TroubleshootingEntry.CLEAN_SESSION, all(failure.findings(), Finding::problem),
					all(failure.findings(), Finding::mend) + PARAGRAPH
							+ "To start anyway and lose the stored sessions, set mqtt.persistence.clean-session=warn.",
					cause);
		}
		if (cause instanceof RedisUnavailableException || cause instanceof SessionUnavailableException) {
			return redis(cause);
		}
		if (cause instanceof SessionInUseException failure) {
			return analysis(cause, otherOwner(failure), TroubleshootingEntry.SESSION_IN_USE);
		}
		if (cause instanceof SessionKeyException) {
			return analysis(cause, "Nothing was changed in Redis. Set mqtt.persistence.encryption.key (or "
					+ "password and salt, or keys and active-key) to the values that the session was stored "
					+ "with. After a change of keys, keep the old key in mqtt.persistence.encryption.keys until "
					+ "each client has started once.", TroubleshootingEntry.WRONG_KEY);
		}
		if (cause instanceof SessionImportException) {
			return analysis(cause,
					"Stop the process that still uses the directory, and let the user of this"
							+ " application read, write and delete files there." + PARAGRAPH
							+ "To see what would be moved in, set mqtt.persistence.import-dry-run=true: the start then "
							+ "lists it, changes nothing, and ends. To start without moving anything in, remove "
							+ "mqtt.persistence.import-from: the remaining messages then stay in their files, unsent.",
					TroubleshootingEntry.NOT_MOVED_IN);
		}
		if (cause instanceof UnsupportedLibraryException) {
			return analysis(cause,
					"Use Paho 1.2.5, which mqtt-redis-persistence-starter brings, and the Spring Integration that "
							+ "Spring Boot brings. To see where another version comes from, run mvn dependency:tree "
							+ "-Dincludes=org.eclipse.paho,org.springframework.integration, or gradle "
							+ "dependencyInsight --dependency mqtt. Or set mqtt.persistence.enabled=false.",
					TroubleshootingEntry.LIBRARY_NOT_SUPPORTED);
		}
		return null;
	}

	private static FailureAnalysis analysis(Throwable cause, String action, TroubleshootingEntry entry) {
		return analysisOf(entry, String.valueOf(cause.getMessage()), action, cause);
	}

	private static FailureAnalysis analysisOf(TroubleshootingEntry entry, String description, String action,
			Throwable cause) {
		return new FailureAnalysis(description, entry.appendTo(action), cause);
	}

	private static String all(List<Finding> findings, Function<Finding, String> text) {
		return findings.stream()
			.map(text)
			.distinct()
			.map((sentence) -> sentence + ".")
			.collect(Collectors.joining(PARAGRAPH));
	}

	/** The last line names the property, and what it takes. */
	private static @Nullable FailureAnalysis wrongValue(BindException failure) {
		ConfigurationPropertyName name = failure.getName();
		if (OURS.stream().noneMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name))) {
			return null;
		}
		String reason = String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
		String sentence = reason.replaceAll("\\s*\\R\\s*", " ").strip().replaceFirst("(?<!\\.)$", ".");
		Class<?> type = failure.getTarget().getType().resolve(Object.class);
		if (type.isRecord()) {
			// Said by its check, which names the property.
			return analysisOf(TroubleshootingEntry.WRONG_VALUE, sentence,
					"Correct it, or remove it to use the default.", failure);
		}
		ConfigurationProperty property = failure.getProperty();
		String read = (property == null || SECRET.matcher(name.toString()).find()) ? ""
				: " \"" + property.getValue() + "\"";
		String origin = (property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return analysisOf(TroubleshootingEntry.WRONG_VALUE,
				"The value" + read + " of " + name + " cannot be read" + origin + ": " + sentence,
				"Set " + name + " to " + valuesOf(ClassUtils.resolvePrimitiveIfNecessary(type))
						+ ", or remove it to use the default.",
				failure);
	}

	private static String valuesOf(Class<?> type) {
		if (type.isEnum()) {
			return Arrays.stream(type.getEnumConstants())
				.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.collect(Collectors.joining(" or "));
		}
		if (type == Duration.class) {
			return "a time such as 500ms, 10s, 5m, 12h or 1d";
		}
		if (type == Boolean.class) {
			return "true or false";
		}
		return (type == Integer.class) ? "a whole number" : "what it takes";
	}

	private static String otherOwner(SessionInUseException failure) {
		String wait = failure.remaining().isZero() ? ""
				: "If the owner is dead, start again in " + (failure.remaining().toMillis() + 999) / 1000
						+ " seconds, or raise mqtt.persistence.lease.acquire-timeout above that." + PARAGRAPH;
		return wait + "If " + failure.owner() + " is still running but should not be, stop it." + PARAGRAPH
				+ "If both should run, give this application its own client id (mqtt.client.client-id, or the "
				+ "client id of the component): a broker accepts only one client for each client id.";
	}

	/** Redis may refuse at any time; that it is away matters at the start only. */
	private @Nullable FailureAnalysis redis(Throwable cause) {
		String description = "MQTT sessions cannot be kept in Redis. " + cause.getMessage();
		List<Throwable> causes = causes(cause).toList();
		String refused = refused(causes);
		if (refused != null) {
			return analysisOf(TroubleshootingEntry.REDIS_NOT_USABLE, description, refused, cause);
		}
		if (!(cause instanceof RedisUnavailableException)) {
			return null;
		}
		String socket = this.environment.getProperty(SessionRedis.UNIX_SOCKET, "");
		String reason = NestedExceptionUtils.getMostSpecificCause(cause).getMessage();
		TroubleshootingEntry entry = TroubleshootingEntry.REDIS_NOT_USABLE;
		if (this.unixSocket && !Files.exists(Path.of(socket))) {
			description = "MQTT sessions cannot be kept in Redis. There is no UNIX socket at " + socket + " ("
					+ SessionRedis.UNIX_SOCKET + ").";
			entry = TroubleshootingEntry.UNIX_SOCKET_MISSING;
		}
		else if (reason != null && !description.contains(reason)) {
			description += PARAGRAPH + "Reason: " + reason;
		}
		String action = lines(MqttPropertiesCheckAutoConfiguration.unknown(this.environment),
				List.of(notReached(causes)));
		return analysisOf(entry, description, action + PARAGRAPH + WITHOUT_SESSIONS, cause);
	}

	/** If Redis answers, and does not do what it is asked. */
	private @Nullable String refused(List<Throwable> causes) {
		if (said(causes, Pattern.compile("NOPERM"))) {
			return "Give the Redis user of this application (" + prefix() + "username"
					+ ") these permissions, with the value of mqtt.persistence.key-prefix if it is not"
					+ " mqtt:persistence:%n%n".formatted() + "    ACL SETUSER <user> ~mqtt:persistence:* " + COMMANDS
					+ "%n%nFor a database other than 0 also: +select%n%nOn a Redis Cluster also:".formatted()
					+ " +cluster|slots +cluster|nodes +cluster|shards +cluster|myid +client|setname";
		}
		if (said(causes, UNKNOWN)) {
			return "Give the command its name back: remove its rename-command line from redis.conf, and restart "
					+ "Redis. Or store the sessions in another Redis, with " + SessionRedis.URL
					+ ". The sessions need these commands:%n%n    ".formatted()
					+ COMMANDS.replace("+", "").toUpperCase(Locale.ROOT);
		}
		return null;
	}

	/** If Redis cannot be reached, or does not let us in. */
	private String notReached(List<Throwable> causes) {
		String ours = prefix();
		if (said(causes, AUTHENTICATION)) {
			return "Set " + ours + "password, and " + ours + "username if Redis has an ACL user for this application"
					+ (this.unixSocket ? "" : ", or put both into " + ours + "url")
					+ ". If Redis has no password, set none of them.";
		}
		if (said(causes, Pattern.compile("(?i)DB index|invalid DB"))) {
			return "Set " + ours + "database to a database that Redis has: 0 to 15, unless redis.conf says otherwise.";
		}
		String sslBundle = ours + (this.url ? "ssl-bundle" : "ssl.bundle");
		if (causes.stream().anyMatch(SSLException.class::isInstance)) {
			return "Set " + sslBundle + " to an SSL bundle that trusts the certificate of Redis or its issuer. "
					+ "If Redis asks for a client certificate (tls-auth-clients), the bundle needs a key and a "
					+ "certificate, too. The certificate of Redis must name the host of its address. If Redis "
					+ "does not use TLS, remove this property and every other one that enables TLS.";
		}
		if (this.unixSocket) {
			return "Start Redis with that socket (unixsocket and unixsocketperm in redis.conf, so that the user "
					+ "of this application may read and write it), or set another one with " + SessionRedis.UNIX_SOCKET
					+ ".";
		}
		String other = this.url ? SessionRedis.URL
				: "spring.data.redis.host and spring.data.redis.port, or with spring.data.redis.url";
		return "Start Redis at that address, or set another one with " + other + ". If it uses TLS, set " + sslBundle
				+ ".";
	}

	/** If the application's connection factory cannot be made. */
	private @Nullable FailureAnalysis factory(Throwable cause) {
		if (!(cause instanceof BeanCreationException failure)
				|| !"redisConnectionFactory".equals(failure.getBeanName())) {
			return null;
		}
		String reason = String.valueOf(NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
		return analysisOf(TroubleshootingEntry.CONNECTION_FACTORY,
				"The application's connection factory of Redis cannot be made. Reason: " + reason,
				"Correct these properties: " + MqttPropertiesCheckAutoConfiguration.ofRedis(this.environment) + ".",
				cause);
	}

	private static boolean said(List<Throwable> causes, Pattern words) {
		return causes.stream().anyMatch((cause) -> words.matcher(String.valueOf(cause.getMessage())).find());
	}

	private String prefix() {
		return (this.url || this.unixSocket) ? "mqtt.persistence.redis." : "spring.data.redis.";
	}

	/** Say which Paho is missing, if that is what could not be loaded. */
	private static @Nullable FailureAnalysis missingLibrary(Throwable cause) {
		String missing = String.valueOf(cause.getMessage()).replace('/', '.');
		boolean five = missing.startsWith("org.eclipse.paho.mqttv5.");
		if (!five && !missing.startsWith("org.eclipse.paho.client.mqttv3.")) {
			return null;
		}
		int version = five ? 5 : 3;
		int other = five ? 3 : 5;
		return analysisOf(TroubleshootingEntry.PAHO_MISSING,
				"The application uses MQTT " + version + ", and Paho " + version + " is not on the class path: "
						+ missing + " is missing.",
				"Add " + (five ? PAHO_5 : PAHO_3) + ", or set " + VERSION + "=" + other
						+ " and use the classes for MQTT " + other + ".",
				cause);
	}

	/** Say which property is missing or wrong if a client manager is needed. */
	private @Nullable FailureAnalysis missingClientManager(NoSuchBeanDefinitionException failure) {
		// By name, because Spring Integration need not be there.
		String type = (failure.getBeanType() != null) ? failure.getBeanType().getName() : "";
		if (!CLIENT_MANAGER.matcher(type).matches()) {
			return null;
		}
		String needed = ClassUtils.getShortName(type);
		Map<String, String> actions = new LinkedHashMap<>();
		lookForClient(actions);
		lookForVersion(needed, actions);
		lookForStore(actions);
		if (actions.isEmpty()) {
			return null;
		}
		return analysisOf(TroubleshootingEntry.CLIENT_MANAGER_MISSING,
				"The application needs a " + needed + ", and there is none: " + String.join("; ", actions.keySet())
						+ ".",
				lines(actions.values(), MqttPropertiesCheckAutoConfiguration.unknown(this.environment)), failure);
	}

	private void lookForClient(Map<String, String> actions) {
		Binder binder = Binder.get(this.environment);
		if (!StringUtils.hasText(binder.bind("mqtt.client.client-id", String.class).orElse(""))) {
			actions.put("mqtt.client.client-id is not set",
					"Set mqtt.client.client-id to an id that no other client of the broker has.");
		}
		if (binder.bind("mqtt.client.server-uris", Bindable.listOf(String.class)).orElse(List.of()).isEmpty()) {
			actions.put("mqtt.client.server-uris is not set",
					"Set mqtt.client.server-uris to where the broker is, such as tcp://localhost:1883.");
		}
	}

	private void lookForVersion(String needed, Map<String, String> actions) {
		boolean five = "5".equals(this.environment.getProperty(VERSION, "").trim());
		if (five && needed.contains("v3")) {
			actions.put(VERSION + " is 5, which makes a Mqttv5ClientManager",
					"Set " + VERSION + "=3, or use Mqttv5ClientManager with the handlers and adapters for MQTT 5.");
		}
		else if (!five && needed.contains("v5")) {
			actions.put(VERSION + " is not 5", "Set " + VERSION + "=5.");
		}
		if ((five || needed.contains("v5")) && !isPresent("org.eclipse.paho.mqttv5.client.MqttAsyncClient")) {
			actions.put("Paho 5 is not on the class path", "Add " + PAHO_5 + ", or set " + VERSION + "=3.");
		}
		if (!five && needed.contains("v3") && !isPresent("org.eclipse.paho.client.mqttv3.MqttAsyncClient")) {
			actions.put("Paho 3 is not on the class path", "Add " + PAHO_3 + ", or set " + VERSION + "=5.");
		}
	}

	private void lookForStore(Map<String, String> actions) {
		if (this.beans.getBeanNamesForType(SessionStore.class, true, false).length > 0
				|| !MqttPersistenceProperties.isStored(this.environment)) {
			return;
		}
		String type = this.environment.getProperty("spring.data.redis.client-type");
		String missing = isPresent("org.springframework.data.redis.connection.RedisConnectionFactory")
				? "there is no RedisConnectionFactory"
						+ ((type != null) ? " (spring.data.redis.client-type is " + type + ")" : "")
				: "Spring Data Redis is not on the class path";
		actions.put("there is no Redis for its session, because " + missing,
				"Add org.springframework.boot:spring-boot-starter-data-redis"
						+ ((type != null) ? ", check spring.data.redis.client-type" : "") + ", set " + SessionRedis.URL
						+ ", or, to do without Redis, set mqtt.persistence.store=memory.");
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, StartFailureAnalyzer.class.getClassLoader());
	}

	private static String lines(Collection<String> first, Collection<String> then) {
		return Stream.concat(first.stream(), then.stream()).collect(Collectors.joining(System.lineSeparator()));
	}

	/**
	 * The entries of {@code docs/troubleshooting-start.md}, which failure analyses name.
	 * An entry's anchor is its name in lower case, with hyphens.
	 */
	enum TroubleshootingEntry {

		CLEAN_SESSION, CLIENT_MANAGER_MISSING, CONNECTION_FACTORY, DRY_RUN, GROUP_WITH_VALUE, LIBRARY_NOT_SUPPORTED,
		NO_PAHO, NOT_MOVED_IN, PAHO_MISSING, REDIS_NOT_USABLE, SESSION_IN_USE, UNIX_SOCKET_MISSING,
		UNIX_SOCKET_NOT_USABLE, WHICH_REDIS, WRONG_KEY, WRONG_VALUE;

		/**
		 * Return an action that also names this entry. What is to be copied, such as a
		 * command, ends without a full stop and stays alone on its line.
		 */
		String appendTo(String action) {
			return action + (action.endsWith(".") ? " " : PARAGRAPH) + "See docs/troubleshooting-start.md#"
					+ name().toLowerCase(Locale.ROOT).replace('_', '-') + ".";
		}

	}

	/** Somebody has to change something. Spring Boot shows both texts. */
	static final class StartFailureException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String action;

		private final TroubleshootingEntry entry;

		StartFailureException(TroubleshootingEntry entry, String description, String action) {
			super(description);
			this.entry = entry;
			this.action = action;
		}

		String action() {
			return this.action;
		}

	}

}
