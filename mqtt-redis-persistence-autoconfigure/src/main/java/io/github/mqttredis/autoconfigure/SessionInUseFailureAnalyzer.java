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

import io.github.mqttredis.session.SessionInUseException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do where another process owns the session of one of our clients.
 */
class SessionInUseFailureAnalyzer extends AbstractFailureAnalyzer<SessionInUseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SessionInUseException cause) {
		String wait = cause.remaining().isZero() ? ""
				: "If the owner is dead, start again in " + (cause.remaining().toMillis() + 999) / 1000
						+ " seconds, or raise mqtt.persistence.lease.acquire-timeout above that.%n%n".formatted();
		String action = wait + "If " + cause.owner() + " still runs and shall not, stop it.%n%n".formatted()
				+ "If both shall run, give this application a client id of its own (mqtt.client.client-id, or where"
				+ " the component is defined): a broker lets in only one client of an id.";
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
	}

}
