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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

/**
 * Gives a client that stores before it sends to each {@link Mqttv3ClientManager} bean of
 * the application, and lets it connect after the inbound adapters have started. A manager
 * whose persistence the application set, or that is excluded, is left alone.
 *
 * @since 0.1.0
 */
public final class Mqttv3ApplicationClientManagers extends ApplicationClientManagers<Mqttv3ClientManager> {

	private final PahoV3PersistenceFactory persistences;

	/**
	 * Create the provider of clients.
	 * @param beanFactory where the managers are
	 * @param persistences where each client gets its persistence from
	 * @param phase when to make the clients: after the session store, before what uses
	 * MQTT
	 */
	public Mqttv3ApplicationClientManagers(ListableBeanFactory beanFactory, PahoV3PersistenceFactory persistences,
			int phase) {
		super(beanFactory, Mqttv3ClientManager.class, phase);
		this.persistences = persistences;
	}

	@Override
	@Nullable Object createClient(Mqttv3ClientManager manager) {
		return Mqttv3ClientManagerPostProcessor.PERSISTENCE.isOurs(manager)
				? PersistentMqttv3ClientManager.createClient(manager, this.persistences) : null;
	}

}
