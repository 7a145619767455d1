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
import org.springframework.util.ObjectUtils;

/**
 * A client factory whose every client has a persistence of its own and stores before it
 * sends.
 *
 * @since 0.1.0
 */
public class PersistentMqttPahoClientFactory implements MqttPahoClientFactory {

	/** What Spring Integration gives to Paho if only the connect options hold URIs. */
	static final String PLACEHOLDER = "tcp://NO_URL_PROVIDED";

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
		return new PersistentMqttClient(firstUri(url, this.options), clientId, this.persistences.create());
	}

	@Override
	public IMqttAsyncClient getAsyncClientInstance(@Nullable String url, String clientId) throws MqttException {
		return new OutboundMqttAsyncClient(firstUri(url, this.options), clientId, this.persistences.create());
	}

	@Override
	public MqttConnectOptions getConnectionOptions() {
		return this.options;
	}

	/**
	 * Return the URI that comes first where Paho connects to. It is a part of the
	 * session's identity, so a placeholder must not take its place. Paho does not look at
	 * the URL that a component was given if the options have URIs.
	 */
	static String firstUri(@Nullable String url, MqttConnectOptions options) {
		String[] configured = options.getServerURIs();
		if (!ObjectUtils.isEmpty(configured)) {
			return configured[0];
		}
		return (url != null) ? url : PLACEHOLDER;
	}

}
