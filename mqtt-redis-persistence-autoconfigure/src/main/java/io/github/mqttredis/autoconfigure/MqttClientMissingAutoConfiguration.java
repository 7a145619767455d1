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

import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
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
@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
public final class MqttClientMissingAutoConfiguration implements BeanFactoryPostProcessor {

	private static final String ACTION = String.join(System.lineSeparator(), "Add one of these dependencies, or both:",
			"", "    org.eclipse.paho:org.eclipse.paho.client.mqttv3   (MQTT 3.1.1)",
			"    org.eclipse.paho:org.eclipse.paho.mqttv5.client   (MQTT 5)", "",
			"mqtt-redis-persistence-starter brings the first, unless it is excluded. If this application is not to"
					+ " speak MQTT, set mqtt.persistence.enabled=false.");

	/**
	 * Comes before all other beans, which may fail for the same reason and not say so.
	 * The application asks for MQTT by any property of {@code mqtt.client}, or by
	 * {@code mqtt.persistence.enabled} itself.
	 */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Environment environment = beanFactory.getBean(Environment.class);
		if (environment.containsProperty(MqttPersistenceProperties.ENABLED)
				|| Binder.get(environment).bind("mqtt.client", Bindable.mapOf(String.class, Object.class)).isBound()) {
			throw new StartFailureException(
					"MQTT sessions cannot be stored: neither Paho 3 nor Paho 5 is on the class path", ACTION);
		}
	}

}
