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

import io.github.mqttredis.session.SessionKeyException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do where a session is encrypted otherwise than the settings say.
 */
class SessionKeyFailureAnalyzer extends AbstractFailureAnalyzer<SessionKeyException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SessionKeyException cause) {
		String action = "Nothing was changed in Redis. Set mqtt.persistence.encryption.key (or password and salt, or"
				+ " keys and active-key) to what the session was stored with. After a change of keys, keep the old one"
				+ " in mqtt.persistence.encryption.keys until each client has been started once.";
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
	}

}
