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

import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;

/**
 * Opens the sessions of inbound adapters before the adapters start. An adapter whose
 * client cannot be made hides the reason: it tries to reconnect a client that it does not
 * have, and ends in a {@link NullPointerException} without cause.
 *
 * @since 0.1.0
 */
public final class SessionPreflight implements SmartLifecycle {

	private final ListableBeanFactory beanFactory;

	private final PahoV3PersistenceFactory persistences;

	private final int phase;

	private volatile boolean running;

	/**
	 * Create the check.
	 * @param beanFactory where the adapters are
	 * @param persistences makes what the sessions are opened with
	 * @param phase when to do so: after the session store, before what uses MQTT
	 */
	public SessionPreflight(ListableBeanFactory beanFactory, PahoV3PersistenceFactory persistences, int phase) {
		this.beanFactory = beanFactory;
		this.persistences = persistences;
		this.phase = phase;
	}

	@Override
	public void start() {
		this.beanFactory.getBeansOfType(MqttPahoMessageDrivenChannelAdapter.class, false, false)
			.values()
			.stream()
			.filter((adapter) -> adapter.isAutoStartup() && !adapter.isRunning())
			.forEach(this::check);
		this.running = true;
	}

	private void check(MqttPahoMessageDrivenChannelAdapter adapter) {
		DirectFieldAccessor fields = new DirectFieldAccessor(Surroundings.target(adapter));
		MqttPahoClientFactory factory = (MqttPahoClientFactory) fields.getPropertyValue("clientFactory");
		if (factory == null || fields.getPropertyValue("clientManager") != null
				|| !PersistentClientInterceptor.serves(factory)) {
			return;
		}
		String clientId = String.valueOf(fields.getPropertyValue("clientId"));
		String url = (String) fields.getPropertyValue("url");
		try {
			// As Paho's constructor does it; the lease stays with this process.
			SessionMqttClientPersistence persistence = this.persistences.create();
			persistence.open(clientId, ServerUris.first(url, factory.getConnectionOptions()));
			persistence.close();
		}
		catch (MqttPersistenceException ex) {
			throw new IllegalStateException("The MQTT session of '" + adapter.getBeanName() + "' cannot be opened", ex);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
