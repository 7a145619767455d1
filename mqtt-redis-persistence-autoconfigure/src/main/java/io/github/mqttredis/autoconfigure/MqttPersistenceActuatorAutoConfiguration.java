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

import java.util.Set;

import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator;
import io.github.mqttredis.actuate.MqttPersistenceHealthIndicator.ClientInRole;
import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.actuate.MqttSessionsEndpoint;
import io.github.mqttredis.autoconfigure.MqttPersistenceProperties.Health.OnBrokerOutage;
import io.github.mqttredis.integration.ClientManagerInRole;
import io.github.mqttredis.integration.ComponentChecker;
import io.github.mqttredis.observation.MicrometerMessageObserver;
import io.github.mqttredis.observation.MqttObservationConvention;
import io.github.mqttredis.observation.TraceHeaders;
import io.github.mqttredis.paho.MessageObserver;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.propagation.Propagator;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health, the meters and the
 * endpoint of stored MQTT sessions, and for observations of their clients' messages.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnBooleanProperty(name = MqttPersistenceProperties.ENABLED, matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
public final class MqttPersistenceActuatorAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	@ConditionalOnEnabledHealthIndicator("mqttpersistence")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = { "mqttPersistenceHealthIndicator", "mqttPersistenceHealthContributor" })
		MqttPersistenceHealthIndicator mqttPersistenceHealthContributor(SessionStore store,
				MqttPersistenceProperties properties, ObjectProvider<ComponentChecker> checker,
				ObjectProvider<ClientManagerInRole> inRoles) {
			return new MqttPersistenceHealthIndicator(store, properties.onRedisOutage() == OnOutage.CONTINUE,
					(properties.health().onBrokerOutage() == OnBrokerOutage.OUT_OF_SERVICE) ? Status.OUT_OF_SERVICE
							: MqttPersistenceHealthIndicator.LINK_AWAY,
					() -> checker.stream().flatMap((found) -> found.findings().stream()).map(Object::toString).toList(),
					() -> inRoles.stream()
						.map((member) -> new ClientInRole(member.getClientId(), member.isRunning(), member.isStarted(),
								member.getFailure()))
						.toList());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class MetricsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MqttPersistenceMetrics mqttPersistenceMetrics(ObjectProvider<SessionStore> store,
				MqttPersistenceProperties properties) {
			return new MqttPersistenceMetrics(store::getObject, properties.metrics().clientIdTag());
		}

	}

	/** Observations of messages, off by default. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	@ConditionalOnBooleanProperty("mqtt.persistence.observation.enabled")
	@ConditionalOnBean(ObservationRegistry.class)
	static class ObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean(MessageObserver.class)
		MicrometerMessageObserver mqttMessageObserver(ObservationRegistry registry,
				ObjectProvider<MqttObservationConvention> convention, ObjectProvider<TraceHeaders> headers) {
			return new MicrometerMessageObserver(registry, convention.getIfAvailable(), headers.getIfAvailable());
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(Propagator.class)
		static class TracingConfiguration {

			@Bean
			@ConditionalOnMissingBean
			TraceHeaders mqttTraceHeaders(ObjectProvider<Propagator> propagator) {
				return new TraceHeaders(propagator.getIfUnique(() -> Propagator.NOOP));
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
	@ConditionalOnBean(InspectableStore.class)
	@ConditionalOnAvailableEndpoint(MqttSessionsEndpoint.class)
	@EnableConfigurationProperties(EndpointProperties.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean
		SessionInspector mqttSessionInspector(InspectableStore store) {
			return store.inspector();
		}

		@Bean
		@ConditionalOnMissingBean
		MqttSessionsEndpoint mqttSessionsEndpoint(SessionInspector inspector, SessionStore store,
				EndpointProperties properties) {
			return new MqttSessionsEndpoint(inspector, store::sessions, properties.showPayloads(), properties.roles());
		}

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
		MqttSessionsEndpoint.WebExtension mqttSessionsEndpointWebExtension(MqttSessionsEndpoint endpoint) {
			return new MqttSessionsEndpoint.WebExtension(endpoint);
		}

	}

	/**
	 * What the endpoint of stored MQTT sessions shows.
	 *
	 * @param showPayloads When to show payloads of stored messages.
	 * @param roles Roles that may see payloads with when-authorized. If empty, all
	 * authenticated users may.
	 */
	@ConfigurationProperties("management.endpoint.mqttsessions")
	record EndpointProperties(@DefaultValue("never") Show showPayloads, @DefaultValue Set<String> roles) {

	}

}
