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

import io.github.mqttredis.paho.UnsupportedPahoException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the version of Paho that is to be used.
 */
class UnsupportedPahoFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedPahoException> {

	private static final String ACTION = "Use version 1.2.5 of Paho, which mqtt-redis-persistence-starter brings. Where another"
			+ " one comes from is shown by mvn dependency:tree -Dincludes=org.eclipse.paho, or by gradle dependencyInsight"
			+ " --dependency paho. Or set mqtt.persistence.enabled=false.";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedPahoException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), ACTION, cause);
	}

}
