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

import java.util.stream.Collectors;

import io.github.mqttredis.integration.CleanSessionException;
import io.github.mqttredis.integration.ComponentFinding;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which components would throw their stored sessions away, and what mends each.
 */
class CleanSessionFailureAnalyzer extends AbstractFailureAnalyzer<CleanSessionException> {

	private static final String SEPARATOR = "%n%n".formatted();

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, CleanSessionException cause) {
		String description = cause.findings()
			.stream()
			.map((finding) -> finding.problem() + ".")
			.collect(Collectors.joining(SEPARATOR));
		String action = cause.findings()
			.stream()
			.map(ComponentFinding::mend)
			.distinct()
			.map((mend) -> mend + ".")
			.collect(Collectors.joining(SEPARATOR));
		return new FailureAnalysis(description, action + SEPARATOR
				+ "mqtt.persistence.clean-session is 'fail'; with 'warn' the application starts and the sessions are lost.",
				cause);
	}

}
