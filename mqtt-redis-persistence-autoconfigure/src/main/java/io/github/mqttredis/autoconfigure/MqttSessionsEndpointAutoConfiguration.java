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

import io.github.mqttredis.actuate.MqttSessionsEndpoint;
import io.github.mqttredis.actuate.MqttSessionsEndpointWebExtension;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.SessionInspector;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the endpoint that shows the
 * stored MQTT sessions.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(InspectableStore.class)
@ConditionalOnAvailableEndpoint(MqttSessionsEndpoint.class)
@EnableConfigurationProperties(MqttSessionsEndpointProperties.class)
public final class MqttSessionsEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SessionInspector mqttSessionInspector(InspectableStore store) {
		return store.inspector();
	}

	@Bean
	@ConditionalOnMissingBean
	MqttSessionsEndpoint mqttSessionsEndpoint(SessionInspector inspector, MqttSessionsEndpointProperties properties) {
		return new MqttSessionsEndpoint(inspector, properties.showPayloads(), properties.roles());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	MqttSessionsEndpointWebExtension mqttSessionsEndpointWebExtension(MqttSessionsEndpoint endpoint) {
		return new MqttSessionsEndpointWebExtension(endpoint);
	}

}
