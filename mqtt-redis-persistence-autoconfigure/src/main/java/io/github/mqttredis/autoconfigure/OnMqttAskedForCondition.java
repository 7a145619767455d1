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

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where the application says that it wants MQTT: it sets a property of
 * {@code mqtt.client}, or {@code mqtt.persistence.enabled} itself.
 */
class OnMqttAskedForCondition extends SpringBootCondition {

	private static final String ENABLED = "mqtt.persistence.enabled";

	private static final ConfigurationPropertyName CLIENT = ConfigurationPropertyName.of("mqtt.client");

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT");
		if (context.getEnvironment().containsProperty(ENABLED)) {
			return ConditionOutcome.match(message.foundExactly(ENABLED));
		}
		for (var source : ConfigurationPropertySources.get(context.getEnvironment())) {
			if (source.containsDescendantOf(CLIENT) == ConfigurationPropertyState.PRESENT) {
				return ConditionOutcome.match(message.foundExactly(CLIENT + ".*"));
			}
		}
		return ConditionOutcome.noMatch(message.didNotFind("property").items(ENABLED, CLIENT + ".*"));
	}

}
