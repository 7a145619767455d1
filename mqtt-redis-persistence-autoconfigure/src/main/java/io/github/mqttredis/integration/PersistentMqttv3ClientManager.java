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
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

/**
 * A client manager whose client stores before it sends. Each start makes a new client,
 * with a persistence of its own.
 *
 * @since 0.1.0
 */
public class PersistentMqttv3ClientManager extends Mqttv3ClientManager
		implements BeanFactoryAware, SmartInitializingSingleton {

	private final PahoV3PersistenceFactory persistences;

	private final ManagerLifecycle lifecycle = new ManagerLifecycle(this.lock);

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
		this.lifecycle.setBeanFactory(beanFactory);
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
	public void afterSingletonsInstantiated() {
		this.lifecycle.withholdAdapters(this);
	}

	@Override
	public void start() {
		this.lifecycle.start(this, () -> setClient(createClient()), super::start);
	}

	@Override
	public void stop() {
		this.lifecycle.stopAdapters(this);
		super.stop();
	}

	PersistentMqttAsyncClient createClient() {
		return createClient(this, this.persistences);
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
