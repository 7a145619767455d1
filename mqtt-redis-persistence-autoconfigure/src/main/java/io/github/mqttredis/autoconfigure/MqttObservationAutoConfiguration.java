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

import io.github.mqttredis.observation.MicrometerMessageObserver;
import io.github.mqttredis.observation.MqttObservationConvention;
import io.github.mqttredis.paho.MessageObserver;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of observations of messages, for the
 * clients whose sessions are stored. Off by default.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = MqttClientAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBooleanProperty("mqtt.persistence.observation.enabled")
@ConditionalOnBean(ObservationRegistry.class)
public final class MqttObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(MessageObserver.class)
	MicrometerMessageObserver mqttMessageObserver(ObservationRegistry registry,
			ObjectProvider<MqttObservationConvention> convention) {
		return new MicrometerMessageObserver(registry, convention.getIfAvailable());
	}

}
