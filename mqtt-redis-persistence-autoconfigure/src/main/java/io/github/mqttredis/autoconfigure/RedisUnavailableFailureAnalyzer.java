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

import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.github.mqttredis.redis.RedisUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/**
 * Says what to do where Redis cannot be used at start: start it, name the right address,
 * give it the right password, or trust its certificate.
 */
class RedisUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<RedisUnavailableException> {

	private static final String ADDRESS_ACTION = "Start Redis at that address, or name another one with "
			+ "spring.data.redis.host and spring.data.redis.port, or with spring.data.redis.url. "
			+ "Where it speaks TLS, set spring.data.redis.ssl.bundle.";

	private static final String TLS_ACTION = "Name an SSL bundle with spring.data.redis.ssl.bundle that trusts the "
			+ "certificate of Redis or its issuer. For a Redis that does not speak TLS, set neither that nor "
			+ "spring.data.redis.ssl.enabled.";

	private static final String PASSWORD_ACTION = "Set spring.data.redis.password, and spring.data.redis.username "
			+ "where Redis has an ACL user for this application, or put both into spring.data.redis.url. "
			+ "For a Redis without a password, set none of them.";

	private static final String WITHOUT_ACTION = "To run without stored sessions, set "
			+ "mqtt.persistence.enabled=false: messages in transit are then lost when the process dies.";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RedisUnavailableException cause) {
		Throwable root = NestedExceptionUtils.getMostSpecificCause(cause);
		String reason = (root != cause && root.getMessage() != null
				&& !String.valueOf(cause.getMessage()).contains(root.getMessage()))
						? "%n%nReason: ".formatted() + root.getMessage() : "";
		String action = action(cause) + "%n%n".formatted() + WITHOUT_ACTION;
		return new FailureAnalysis("MQTT sessions cannot be kept in Redis. " + cause.getMessage() + reason, action,
				cause);
	}

	private static String action(Throwable cause) {
		if (anyCause(cause, RedisUnavailableFailureAnalyzer::isAuthentication)) {
			return PASSWORD_ACTION;
		}
		return anyCause(cause, SSLException.class::isInstance) ? TLS_ACTION : ADDRESS_ACTION;
	}

	private static boolean anyCause(Throwable cause, Predicate<Throwable> condition) {
		return Stream.<Throwable>iterate(cause, (ex) -> ex != null, Throwable::getCause).anyMatch(condition);
	}

	/**
	 * The answers that Redis gives where AUTH is missing or wrong, or not expected.
	 */
	private static boolean isAuthentication(Throwable ex) {
		String message = String.valueOf(ex.getMessage()).toUpperCase(Locale.ROOT);
		return message.contains("NOAUTH") || message.contains("WRONGPASS") || message.contains("ERR AUTH")
				|| message.contains("INVALID PASSWORD") || message.contains("INVALID USERNAME-PASSWORD")
				|| message.contains("WITHOUT ANY PASSWORD CONFIGURED");
	}

}
