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

package io.github.mqttredis.integration;

import io.github.mqttredis.paho.v3.PersistentMqttClient;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.IMqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

/**
 * A client factory whose every client has a persistence of its own and stores before it
 * sends.
 *
 * @since 0.1.0
 */
public class PersistentMqttPahoClientFactory implements MqttPahoClientFactory {

	private final MqttConnectOptions options;

	private final PahoV3PersistenceFactory persistences;

	/**
	 * Create the factory.
	 * @param options what the clients connect with
	 * @param persistences where each client gets its persistence from
	 */
	public PersistentMqttPahoClientFactory(MqttConnectOptions options, PahoV3PersistenceFactory persistences) {
		this.options = options;
		this.persistences = persistences;
	}

	@Override
	public IMqttClient getClientInstance(@Nullable String url, String clientId) throws MqttException {
		return new PersistentMqttClient(ServerUris.first(url, this.options), clientId, this.persistences.create());
	}

	@Override
	public IMqttAsyncClient getAsyncClientInstance(@Nullable String url, String clientId) throws MqttException {
		return new OutboundMqttAsyncClient(ServerUris.first(url, this.options), clientId, this.persistences.create());
	}

	@Override
	public MqttConnectOptions getConnectionOptions() {
		return this.options;
	}

}
