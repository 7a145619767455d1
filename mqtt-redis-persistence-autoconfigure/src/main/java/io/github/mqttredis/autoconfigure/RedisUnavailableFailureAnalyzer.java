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
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.github.mqttredis.redis.RedisUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/**
 * Says what to do where Redis cannot be used at start: start it, name the right address,
 * give it the right password, or trust its certificate.
 */
class RedisUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<RedisUnavailableException> {

	private static final String WITHOUT_ACTION = "To run without stored sessions, set "
			+ "mqtt.persistence.enabled=false: messages in transit are then lost when the process dies.";

	private final SessionRedisNames names;

	RedisUnavailableFailureAnalyzer(Environment environment) {
		this.names = new SessionRedisNames(environment);
	}

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

	private String action(RedisUnavailableException failure) {
		if (causes(failure).anyMatch(RedisUnavailableFailureAnalyzer::isAuthentication)) {
			return this.names.passwordAction();
		}
		return causes(failure).anyMatch(SSLException.class::isInstance) ? this.names.sslAction()
				: this.names.addressAction();
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, (ex) -> ex != null, Throwable::getCause);
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
