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

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.integration.ComponentFindings.CleanSessionException;
import io.github.mqttredis.integration.ComponentFindings.Finding;
import io.github.mqttredis.paho.UnsupportedPahoException;
import io.github.mqttredis.redis.RedisUnavailableException;
import io.github.mqttredis.session.SessionImportException;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.session.SessionUnavailableException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

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

}
