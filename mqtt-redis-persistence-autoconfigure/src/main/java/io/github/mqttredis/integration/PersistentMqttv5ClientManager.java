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

import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor.StandInMqttAsyncClient;
import io.github.mqttredis.paho.v5.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.eclipse.paho.mqttv5.client.IMqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.outbound.AbstractMqttMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * A client manager whose client stores before it sends. Each start makes a new client,
 * with a persistence of its own.
 *
 * @since 0.1.0
 */
public class PersistentMqttv5ClientManager extends Mqttv5ClientManager
		implements BeanFactoryAware, SmartInitializingSingleton {

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
		public boolean isConnected() {
			PersistentMqttAsyncClient present = present();
			return present != null && (present.isConnected() || present.isBufferingOffline());
		}

	}

	/**
	 * The client of a client manager. While the broker is away a
	 * {@link Mqttv5PahoMessageHandler} does not ask it to publish, but to connect, and
	 * fails; so it passes for a connected one for such a handler as long as it has an
	 * offline buffer. For everybody else, and in particular for inbound adapters, which
	 * subscribe only if there is a link, it says how it is.
	 */
	private static final class ManagedMqttAsyncClient extends PersistentMqttAsyncClient {

		private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

		ManagedMqttAsyncClient(String serverUri, String clientId, SessionMqttClientPersistence persistence)
				throws MqttException {
			super(serverUri, clientId, persistence);
		}

		@Override
		public boolean isConnected() {
			return super.isConnected() || (isBufferingOffline() && isHandlerCalling(this));
		}

		/**
		 * Return whether a handler calls a method of an object; what that calls itself,
		 * such as a bridge method, does not count.
		 */
		static boolean isHandlerCalling(Object called) {
			return CALLERS
				.walk((frames) -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
					.filter((type) -> type != ManagedMqttAsyncClient.class && !type.isInstance(called))
					.findFirst())
				.filter(AbstractMqttMessageHandler.class::isAssignableFrom)
				.isPresent();
		}

	}

}
