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

import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

/**
 * A client manager whose client stores before it sends. Each start makes a new client,
 * with a persistence of its own.
 *
 * @since 0.1.0
 */
public class PersistentMqttv5ClientManager extends Mqttv5ClientManager
		implements DeferredClientManager, BeanFactoryAware {

	private final PahoV5PersistenceFactory persistences;

	private final Outbound outbound;

	private final ManagerLifecycle lifecycle = new ManagerLifecycle(this.lock);

	/**
	 * Create the manager.
	 * @param options what the client connects with, with at least one server URI
	 * @param clientId the MQTT client identifier
	 * @param persistences where each client gets its persistence from
	 */
	public PersistentMqttv5ClientManager(MqttConnectionOptions options, String clientId,
			PahoV5PersistenceFactory persistences) {
		super(options, clientId);
		this.persistences = persistences;
		try {
			this.outbound = new Outbound(options.getServerURIs()[0], clientId);
		}
		catch (MqttException ex) {
			throw new IllegalArgumentException("No MQTT client can be made for '" + clientId + "'", ex);
		}
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * An outbound handler asks only once, when it starts, fails if there is no client,
	 * and keeps the one that it got. So it gets one that stands for the client that there
	 * is at each time.
	 */
	@Override
	public @Nullable IMqttAsyncClient getClient() {
		return ManagedMqttAsyncClient.isHandlerCalling(this) ? this.outbound : super.getClient();
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.lifecycle.serve(this, beanFactory);
	}

	/**
	 * Set whether the manager starts with the application. The inbound adapters that use
	 * one that does not start with the manager, and stop with it.
	 * @param autoStartup whether it does
	 */
	public void setAutoStartup(boolean autoStartup) {
		this.lifecycle.setAutoStartup(autoStartup);
	}

	@Override
	public boolean isAutoStartup() {
		return this.lifecycle.isAutoStartup();
	}

	@Override
	public boolean defers(Object manager) {
		return manager == this;
	}

	@Override
	public void deferConnection() {
		this.lifecycle.deferConnection();
	}

	@Override
	public void start() {
		this.lifecycle.start(this, () -> setClient(createClient(this, this.persistences)), super::start);
	}

	@Override
	public void stop() {
		this.lifecycle.stopAdapters();
		super.stop();
	}

	@Override
	public void connect() {
		this.lifecycle.connect(this);
	}

	/**
	 * Make the client of a manager that the application defines.
	 * @param manager the manager
	 * @param persistences where the client gets its persistence from
	 * @return the client, {@code null} if the manager must be left alone
	 */
	public static @Nullable Object clientOf(Mqttv5ClientManager manager, PahoV5PersistenceFactory persistences) {
		return Mqttv5PersistencePostProcessor.MANAGER.isOurs(manager) ? createClient(manager, persistences) : null;
	}

	static PersistentMqttAsyncClient createClient(Mqttv5ClientManager manager, PahoV5PersistenceFactory persistences) {
		return createClient(manager.getUrl(), manager.getClientId(), persistences.create(manager.getUrl()), manager,
				manager.isManualAcks());
	}

	static PersistentMqttAsyncClient createClient(String serverUri, String clientId,
			SessionMqttClientPersistence persistence, MqttCallback callback, boolean manualAcks) {
		try {
			PersistentMqttAsyncClient client = new ManagedMqttAsyncClient(serverUri, clientId, persistence);
			client.setManualAcks(manualAcks);
			client.setCallback(callback);
			return client;
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not create the MQTT client '" + clientId + "'", ex);
		}
	}

	/**
	 * Stands for the manager's client with those who publish.
	 */
	private final class Outbound extends StandInMqttAsyncClient {

		Outbound(String serverUri, String clientId) throws MqttException {
			super(serverUri, clientId);
		}

		@Override
		@Nullable PersistentMqttAsyncClient present() {
			return (PersistentMqttAsyncClient) PersistentMqttv5ClientManager.super.getClient();
		}

		@Override
		PersistentMqttAsyncClient required() throws MqttException {
			PersistentMqttAsyncClient present = present();
			if (present == null) {
				throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED,
						new IllegalStateException("The client manager is not started"));
			}
			return present;
		}

		@Override
		public boolean isConnected() {
			PersistentMqttAsyncClient present = present();
			return present != null && (present.isConnected() || present.isBufferingOffline());
		}

	}

}
