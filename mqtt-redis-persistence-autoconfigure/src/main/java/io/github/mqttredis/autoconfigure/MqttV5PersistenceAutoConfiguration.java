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

import io.github.mqttredis.integration.PahoV5PersistenceFactory;
import io.github.mqttredis.paho.PahoMembers;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import io.github.mqttredis.session.FormerStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionStore;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

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
import org.springframework.util.Assert;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of what a Paho 5 client needs: a
 * persistence of its own, and connect options from {@code mqtt.client.*}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MqttRedisPersistenceAutoConfiguration.class)
@ConditionalOnClass(MqttClientPersistence.class)
@ConditionalOnBooleanProperty(name = "mqtt.persistence.enabled", matchIfMissing = true)
@ConditionalOnBean(SessionStore.class)
@EnableConfigurationProperties({ MqttPersistenceProperties.class, MqttClientProperties.class })
public final class MqttV5PersistenceAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PahoV5PersistenceFactory pahoV5PersistenceFactory(SessionStore store, MqttPersistenceProperties properties) {
		PahoMembers.of(MqttVersion.V5);
		FormerStore formerStore = properties.formerStore();
		return (serverUri) -> new SessionMqttClientPersistence(store, serverUri, properties.brokerId(),
				properties.offlineBuffer().settings(), formerStore);
	}

	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean(MqttClientPersistence.class)
	SessionMqttClientPersistence mqttv5ClientPersistence(PahoV5PersistenceFactory persistences,
			MqttPersistenceProperties persistence, MqttConnectionDetails details) {
		Assert.state(persistence.brokerId() != null || !details.getServerUris().isEmpty(),
				"Set mqtt.client.server-uris or mqtt.persistence.broker-id: the persistence of an MQTT 5 client is not"
						+ " told its broker, which is a part of the session's name");
		return persistences.create(details.getServerUris().isEmpty() ? "" : details.getServerUris().get(0));
	}

	@Bean
	@ConditionalOnMissingBean(MqttConnectionDetails.class)
	PropertiesMqttConnectionDetails mqttConnectionDetails(MqttClientProperties properties,
			ObjectProvider<SslBundles> sslBundles) {
		return new PropertiesMqttConnectionDetails(properties, sslBundles.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	MqttConnectionOptions mqttConnectionOptions(MqttClientProperties properties, MqttConnectionDetails details,
			ObjectProvider<MqttConnectionOptionsCustomizer> customizers) {
		MqttConnectionOptions options = new MqttConnectionOptionsFactory(properties, details).create();
		customizers.orderedStream().forEach((customizer) -> customizer.customize(options));
		return options;
	}

}
