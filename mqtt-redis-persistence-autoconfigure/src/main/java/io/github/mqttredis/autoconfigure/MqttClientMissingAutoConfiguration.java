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

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that ends the start where the
 * application asks for an MQTT client, or for stored sessions, and has neither version of
 * Paho. Without it, it would start and store nothing.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnClass(MqttComponent.class)
@ConditionalOnMissingClass({ "org.eclipse.paho.client.mqttv3.MqttClientPersistence",
		"org.eclipse.paho.mqttv5.client.MqttClientPersistence" })
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@Conditional(MqttClientMissingAutoConfiguration.OnMqttAskedForCondition.class)
public final class MqttClientMissingAutoConfiguration implements BeanFactoryPostProcessor {

	private static final String ACTION = String.join(System.lineSeparator(), "Add one of these dependencies, or both:",
			"", "    org.eclipse.paho:org.eclipse.paho.client.mqttv3   (MQTT 3.1.1)",
			"    org.eclipse.paho:org.eclipse.paho.mqttv5.client   (MQTT 5)", "",
			"mqtt-redis-persistence-starter brings the first, unless it is excluded. If this application is not to"
					+ " speak MQTT, set mqtt.persistence.enabled=false.");

	/**
	 * Comes before all other beans, which may fail for the same reason and not say so.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		throw new StartFailureException(
				"MQTT sessions cannot be stored: neither Paho 3 nor Paho 5 is on the class path", ACTION);
	}

	/**
	 * Matches if the application says that it wants MQTT: it sets a property of
	 * {@code mqtt.client}, or {@code mqtt.persistence.enabled} itself.
	 */
	static class OnMqttAskedForCondition extends SpringBootCondition {

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

}
