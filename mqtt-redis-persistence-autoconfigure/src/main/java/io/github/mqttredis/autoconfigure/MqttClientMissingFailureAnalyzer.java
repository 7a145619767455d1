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

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the dependencies of which one is missing.
 */
class MqttClientMissingFailureAnalyzer extends AbstractFailureAnalyzer<MqttClientMissingException> {

	private static final String ACTION = String.join(System.lineSeparator(), "Add one of these dependencies, or both:",
			"", "    org.eclipse.paho:org.eclipse.paho.client.mqttv3   (MQTT 3.1.1)",
			"    org.eclipse.paho:org.eclipse.paho.mqttv5.client   (MQTT 5)", "",
			"mqtt-redis-persistence-starter brings the first, unless it is excluded. If this application shall not"
					+ " speak MQTT, set mqtt.persistence.enabled=false.");

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MqttClientMissingException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), ACTION, cause);
	}

}
