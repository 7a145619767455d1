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

import java.nio.charset.StandardCharsets;

import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * Turns {@link MqttClientProperties} into Paho 3's connect options.
 */
final class MqttConnectOptionsFactory {

	private final MqttClientProperties properties;

	private final @Nullable SslBundles sslBundles;

	MqttConnectOptionsFactory(MqttClientProperties properties, @Nullable SslBundles sslBundles) {
		this.properties = properties;
		this.sslBundles = sslBundles;
	}

	MqttConnectOptions create() {
		MqttConnectOptions options = new MqttConnectOptions();
		MqttClientProperties properties = this.properties;
		if (!properties.serverUris().isEmpty()) {
			options.setServerURIs(properties.serverUris().toArray(String[]::new));
		}
		if (StringUtils.hasText(properties.username())) {
			options.setUserName(properties.username());
		}
		if (properties.password() != null) {
			options.setPassword(properties.password().toCharArray());
		}
		options.setKeepAliveInterval((int) properties.keepAlive().toSeconds());
		options.setConnectionTimeout((int) properties.connectionTimeout().toSeconds());
		options.setAutomaticReconnect(properties.automaticReconnect());
		options.setCleanSession(properties.cleanSession());
		options.setMaxInflight(properties.maxInflight());
		applyWill(options, properties.will());
		applySsl(options, properties.sslBundle());
		return options;
	}

	private void applyWill(MqttConnectOptions options, MqttClientProperties.@Nullable Will will) {
		if (will != null) {
			options.setWill(will.topic(), will.payload().getBytes(StandardCharsets.UTF_8), will.qos(), will.retained());
		}
	}

	private void applySsl(MqttConnectOptions options, @Nullable String bundle) {
		if (StringUtils.hasText(bundle)) {
			options.setSocketFactory(SslBundleSocketFactory.of(this.sslBundles, bundle));
		}
	}

}
