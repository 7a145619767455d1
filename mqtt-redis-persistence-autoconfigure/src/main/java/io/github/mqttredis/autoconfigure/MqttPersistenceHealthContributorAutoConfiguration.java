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

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator.ClientInRole;
import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Health.OnBrokerOutage;
import io.github.mqttredis.integration.ClientManagerInRole;
import io.github.mqttredis.integration.ComponentFindings;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.SessionStore;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the health of stored MQTT
 * sessions.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
@ConditionalOnEnabledHealthIndicator("mqttpersistence")
@EnableConfigurationProperties(MqttPersistenceProperties.class)
public final class MqttPersistenceHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "mqttPersistenceHealthIndicator", "mqttPersistenceHealthContributor" })
	MqttPersistenceHealthIndicator mqttPersistenceHealthContributor(SessionStore store,
			MqttPersistenceProperties properties, ObjectProvider<ComponentFindings> findings,
			ObjectProvider<ClientManagerInRole> inRoles) {
		return new MqttPersistenceHealthIndicator(store, properties.onRedisOutage() == OnOutage.CONTINUE,
				(properties.health().onBrokerOutage() == OnBrokerOutage.OUT_OF_SERVICE) ? Status.OUT_OF_SERVICE
						: MqttPersistenceHealthIndicator.LINK_AWAY,
				() -> findings.stream().flatMap((found) -> found.all().stream()).map(Object::toString).toList(),
				() -> inRoles.stream()
					.map((member) -> new ClientInRole(member.getClientId(), member.isRunning(), member.isStarted(),
							member.getFailure()))
					.toList());
	}

}
