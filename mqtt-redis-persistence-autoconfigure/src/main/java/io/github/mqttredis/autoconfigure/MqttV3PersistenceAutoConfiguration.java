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

import io.github.mqttredis.integration.PahoV3PersistenceFactory;
import io.github.mqttredis.paho.PahoMembers;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of what a Paho 3 client needs: a
 * persistence of its own, and connect options from {@code mqtt.client.*}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@ConditionalOnClass(MqttClientPersistence.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
@EnableConfigurationProperties({ MqttPersistenceProperties.class, MqttClientProperties.class })
public final class MqttV3PersistenceAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PahoV3PersistenceFactory pahoV3PersistenceFactory(SessionStore store, MqttPersistenceProperties properties) {
		PahoMembers.of(MqttVersion.V3);
		FormerStore formerStore = properties.formerStore();
		return () -> new SessionMqttClientPersistence(store, properties.brokerId(),
				properties.offlineBuffer().settings(), formerStore);
	}

	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean(MqttClientPersistence.class)
	SessionMqttClientPersistence mqttClientPersistence(PahoV3PersistenceFactory persistences) {
		return persistences.create();
	}

	@Bean
	@ConditionalOnMissingBean(MqttConnectionDetails.class)
	PropertiesMqttConnectionDetails mqttConnectionDetails(MqttClientProperties properties,
			ObjectProvider<SslBundles> sslBundles) {
		return new PropertiesMqttConnectionDetails(properties, sslBundles.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	MqttConnectOptions mqttConnectOptions(MqttClientProperties properties, MqttConnectionDetails details,
			ObjectProvider<MqttConnectOptionsCustomizer> customizers) {
		MqttConnectOptions options = new MqttConnectOptionsFactory(properties, details).create();
		customizers.orderedStream().forEach((customizer) -> customizer.customize(options));
		return options;
	}

}
