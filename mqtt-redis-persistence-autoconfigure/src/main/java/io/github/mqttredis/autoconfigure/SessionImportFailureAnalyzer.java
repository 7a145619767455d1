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

import io.github.mqttredis.session.SessionImportException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do where the files that a client left cannot be moved into its session.
 */
class SessionImportFailureAnalyzer extends AbstractFailureAnalyzer<SessionImportException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SessionImportException cause) {
		String action = "Stop the process that still uses the directory, and let the user of this application read, "
				+ "write and delete files there.%n%n".formatted()
				+ "To see what would be moved in, set mqtt.persistence.import-dry-run=true: the start lists it and ends, and "
				+ "changes nothing. To start without it, remove "
				+ "mqtt.persistence.import-from: what has not been moved in yet then stays in its files, unsent.";
		return new FailureAnalysis(String.valueOf(cause.getMessage()), action, cause);
	}

}
