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

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Address and credentials of the MQTT broker. A bean of this type replaces the properties
 * {@code mqtt.client.server-uris}, {@code username}, {@code password} and
 * {@code ssl-bundle}.
 *
 * @since 0.1.0
 */
public interface MqttConnectionDetails extends ConnectionDetails {

	/**
	 * Return the URIs of the broker, tried in order, such as
	 * {@code tcp://localhost:1883}. The first one is part of the stored session's name,
	 * unless {@code mqtt.persistence.broker-id} is set. Set it if the address changes
	 * between starts.
	 * @return the URIs, empty if the application sets them elsewhere
	 */
	List<String> getServerUris();

	/**
	 * Return the user name for the broker.
	 * @return the user name, {@code null} if the broker needs none
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * Return the password for the broker.
	 * @return the password, {@code null} if the broker needs none
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * Return the SSL bundle for {@code ssl://} and {@code wss://} URIs.
	 * @return the bundle, {@code null} for the defaults of the JVM
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
