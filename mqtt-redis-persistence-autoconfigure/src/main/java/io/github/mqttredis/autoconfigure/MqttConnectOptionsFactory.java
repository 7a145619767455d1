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

import org.springframework.boot.ssl.SslBundle;
import org.springframework.util.StringUtils;

/**
 * Turns {@link MqttClientProperties} and {@link MqttConnectionDetails} into Paho 3's
 * connect options.
 */
final class MqttConnectOptionsFactory {

	private final MqttClientProperties properties;

	private final MqttConnectionDetails details;

	MqttConnectOptionsFactory(MqttClientProperties properties, MqttConnectionDetails details) {
		this.properties = properties;
		this.details = details;
	}

	MqttConnectOptions create() {
		MqttConnectOptions options = new MqttConnectOptions();
		MqttClientProperties properties = this.properties;
		applyDetails(options);
		options.setKeepAliveInterval((int) properties.keepAlive().toSeconds());
		options.setConnectionTimeout((int) properties.connectionTimeout().toSeconds());
		options.setAutomaticReconnect(properties.automaticReconnect());
		options.setCleanSession(properties.cleanSession());
		options.setMaxInflight(properties.maxInflight());
		applyWill(options, properties.will());
		return options;
	}

	private void applyDetails(MqttConnectOptions options) {
		if (!this.details.getServerUris().isEmpty()) {
			options.setServerURIs(this.details.getServerUris().toArray(String[]::new));
		}
		if (StringUtils.hasText(this.details.getUsername())) {
			options.setUserName(this.details.getUsername());
		}
		String password = this.details.getPassword();
		if (password != null) {
			options.setPassword(password.toCharArray());
		}
		SslBundle bundle = this.details.getSslBundle();
		if (bundle != null) {
			options.setSocketFactory(new SslBundleSocketFactory(bundle));
		}
	}

	private void applyWill(MqttConnectOptions options, MqttClientProperties.@Nullable Will will) {
		if (will != null) {
			options.setWill(will.topic(), will.payload().getBytes(StandardCharsets.UTF_8), will.qos(), will.retained());
		}
	}

}
