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

import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

/**
 * A client manager whose client stores before it sends. Each start makes a new client,
 * with a persistence of its own.
 *
 * @since 0.1.0
 */
public class PersistentMqttv3ClientManager extends Mqttv3ClientManager
		implements DeferredClientManager, BeanFactoryAware {

	private final PahoV3PersistenceFactory persistences;

	private InboundAdapters adapters = InboundAdapters.NONE;

	private boolean autoStartup = true;

	private boolean connectionDeferred;

	/**
	 * Create the manager.
	 * @param options what the client connects with, with at least one server URI
	 * @param clientId the MQTT client identifier
	 * @param persistences where each client gets its persistence from
	 */
	public PersistentMqttv3ClientManager(MqttConnectOptions options, String clientId,
			PahoV3PersistenceFactory persistences) {
		super(options, clientId);
		this.persistences = persistences;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.adapters = InboundAdapters.of(this, beanFactory);
	}

	/**
	 * Set whether the manager starts with the application. The inbound adapters that use
	 * one that does not start with the manager, and stop with it.
	 * @param autoStartup whether it does
	 */
	public void setAutoStartup(boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	@Override
	public void deferConnection() {
		this.connectionDeferred = true;
		if (!this.autoStartup) {
			this.adapters.withhold();
		}
	}

	@Override
	public void start() {
		this.lock.lock();
		try {
			if (getClient() == null) {
				setClient(createClient(this, this.persistences));
			}
			if (this.connectionDeferred) {
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.adapters.start();
		this.lock.lock();
		try {
			// Connects the client that it finds; it would only make one if there were
			// none, because the manager was stopped meanwhile.
			if (getClient() != null) {
				super.start();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void stop() {
		this.adapters.stop();
		super.stop();
	}

	@Override
	public void connect() {
		boolean wanted;
		this.lock.lock();
		try {
			wanted = this.connectionDeferred && isRunning();
			this.connectionDeferred = false;
		}
		finally {
			this.lock.unlock();
		}
		if (wanted) {
			start();
		}
	}

	static PersistentMqttAsyncClient createClient(Mqttv3ClientManager manager, PahoV3PersistenceFactory persistences) {
		try {
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(manager.getUrl(), manager.getClientId(),
					persistences.create());
			client.setManualAcks(manager.isManualAcks());
			client.setCallback(manager);
			return client;
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not create the MQTT client '" + manager.getClientId() + "'", ex);
		}
	}

}
