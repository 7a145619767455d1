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

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.mqttredis.integration.ComponentChecker.Storage;
import io.github.mqttredis.integration.ComponentChecker.View;
import io.github.mqttredis.integration.Mqttv5EndpointPostProcessor.ManagedMqttAsyncClient;
import io.github.mqttredis.paho.v3.ConnectOptions;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.util.function.ThrowingSupplier;

/**
 * The differences between the components for MQTT 3 and for MQTT 5. There is one bean for
 * each version of Paho on the class path. Classes that serve both versions use these
 * beans, and no type of Paho.
 *
 * @since 0.1.0
 */
public abstract class PahoVersion {

	private final Function<String, Object> persistences;

	private final Class<?> manager;

	/** Handlers and adapters. */
	private final List<Class<?>> endpoints;

	PahoVersion(Function<String, Object> persistences, Class<?> manager, Class<?>... endpoints) {
		this.persistences = persistences;
		this.manager = manager;
		this.endpoints = List.of(endpoints);
	}

	boolean isManager(Object bean) {
		return this.manager.isInstance(bean);
	}

	Object createPersistence(String serverUri) {
		return this.persistences.apply(serverUri);
	}

	/** Make a client as a manager does. */
	abstract Object createClient(AbstractMqttClientManager<?, ?> manager);

	/** Return the client as whoever asks sees it; {@code later} asks the manager anew. */
	@Nullable Object clientFor(AbstractMqttClientManager<?, ?> manager, @Nullable Object client,
			Supplier<@Nullable Object> later) {
		return client;
	}

	/** Whether the session is stored of an endpoint that has no client manager. */
	Storage storage(Object endpoint, ComponentChecker checker) {
		return persistenceStorage(endpoint, checker);
	}

	abstract View view(Object component, String name, ComponentChecker checker, Storage storage, boolean ownClient);

	/** Open sessions for those who would hide that it fails. */
	void openSessions(ListableBeanFactory beanFactory) {
	}

	/** Look at a bean, which may be no component of this version. */
	@Nullable View inspect(Object bean, String name, ComponentChecker checker) {
		if (isManager(bean)) {
			return view(bean, name, checker, persistenceStorage(bean, checker), true);
		}
		if (this.endpoints.stream().noneMatch((endpoint) -> endpoint.isInstance(bean))) {
			return null;
		}
		Object manager = ComponentFields.manager(bean);
		if (manager == null) {
			return view(bean, name, checker, storage(bean, checker), true);
		}
		Storage storage = isManager(manager) ? persistenceStorage(manager, checker) : Storage.LEFT;
		return view(bean, name, checker, (storage == Storage.TOO_EARLY) ? Storage.LEFT : storage, false);
	}

	private static Storage persistenceStorage(Object component, ComponentChecker checker) {
		if (ComponentFields.persistence(component) != null) {
			return ComponentFields.hasOurPersistence(component) ? Storage.STORED : Storage.LEFT;
		}
		return checker.without(component, Storage.INLINE_MANAGER, Storage.TOO_EARLY);
	}

	/** Make a client. What Paho throws does not say of which. */
	static <C> C create(String clientId, ThrowingSupplier<C> client) {
		return client.get((message,
				cause) -> new IllegalStateException("Could not create the MQTT client '" + clientId + "'", cause));
	}

	private static String clientId(Object component) {
		return String.valueOf(ComponentFields.field(component, "clientId"));
	}

	/** MQTT 3. */
	public static final class Paho3 extends PahoVersion {

		private final PahoV3PersistenceFactory persistences;

		Paho3(PahoV3PersistenceFactory persistences) {
			super((serverUri) -> persistences.create(), Mqttv3ClientManager.class, MqttPahoMessageHandler.class,
					MqttPahoMessageDrivenChannelAdapter.class);
			this.persistences = persistences;
		}

		@Override
		Object createClient(AbstractMqttClientManager<?, ?> manager) {
			return create(manager.getClientId(), () -> {
				// Spring Integration would report it as what never happens, or not at
				// all.
				ConnectOptions.check(manager.getClientId(), ((Mqttv3ClientManager) manager).getConnectionInfo());
				PersistentMqttAsyncClient client = new PersistentMqttAsyncClient(manager.getUrl(),
						manager.getClientId(), this.persistences.create());
				client.setManualAcks(manager.isManualAcks());
				client.setCallback((Mqttv3ClientManager) manager);
				return client;
			});
		}

		@Override
		Storage storage(Object endpoint, ComponentChecker checker) {
			MqttPahoClientFactory factory = factory(endpoint);
			if (ComponentFields.target(factory) instanceof DefaultMqttPahoClientFactory target
					&& ComponentFields.persistence(target) != null) {
				return ComponentFields.hasOurPersistence(target) ? Storage.STORED : Storage.LEFT;
			}
			return MqttPahoClientFactoryPostProcessor.serves(factory) ? Storage.STORED
					: checker.without(factory, Storage.INLINE_FACTORY, Storage.UNSERVED_FACTORY);
		}

		@Override
		View view(Object component, String name, ComponentChecker checker, Storage storage, boolean ownClient) {
			MqttConnectOptions options = (MqttConnectOptions) ((MqttComponent<?>) component).getConnectionInfo();
			return new View(name, checker.session(clientId(component), firstUri(component, options), MqttVersion.V3),
					storage, ownClient, options.isCleanSession(), null, options.getMaxInflight(),
					ownClient && component instanceof MqttPahoMessageHandler);
		}

		/** Without a client, an adapter ends in a {@link NullPointerException}. */
		@Override
		void openSessions(ListableBeanFactory beanFactory) {
			beanFactory.getBeansOfType(MqttPahoMessageDrivenChannelAdapter.class, false, false)
				.values()
				.stream()
				.filter((adapter) -> adapter.isAutoStartup() && !adapter.isRunning())
				.filter((adapter) -> ComponentFields.manager(adapter) == null
						&& MqttPahoClientFactoryPostProcessor.serves(factory(adapter)))
				.forEach(this::openSession);
		}

		private void openSession(MqttPahoMessageDrivenChannelAdapter adapter) {
			try {
				// As Paho's constructor does it; the lease stays with this process.
				SessionMqttClientPersistence persistence = this.persistences.create();
				persistence.open(clientId(adapter), firstUri(adapter, factory(adapter).getConnectionOptions()));
				persistence.close();
			}
			catch (MqttPersistenceException ex) {
				throw new IllegalStateException("The MQTT session of '" + adapter.getBeanName() + "' cannot be opened",
						ex);
			}
		}

		private static MqttPahoClientFactory factory(Object endpoint) {
			return (MqttPahoClientFactory) Objects.requireNonNull(ComponentFields.field(endpoint, "clientFactory"));
		}

		private static String firstUri(Object component, MqttConnectOptions options) {
			return MqttPahoClientFactoryPostProcessor.firstUri((String) ComponentFields.field(component, "url"),
					options);
		}

	}

	/** MQTT 5. */
	public static final class Paho5 extends PahoVersion {

		private final PahoV5PersistenceFactory persistences;

		Paho5(PahoV5PersistenceFactory persistences) {
			super(persistences::create, Mqttv5ClientManager.class, Mqttv5PahoMessageHandler.class,
					Mqttv5PahoMessageDrivenChannelAdapter.class);
			this.persistences = persistences;
		}

		@Override
		Object createClient(AbstractMqttClientManager<?, ?> manager) {
			return ManagedMqttAsyncClient.create(manager.getUrl(), manager.getClientId(),
					this.persistences.create(manager.getUrl()), (Mqttv5ClientManager) manager, manager.isManualAcks());
		}

		/**
		 * A handler asks only once, when it starts, fails if there is no client, and
		 * keeps the one that it got. So it gets one that stands for the client that there
		 * is at each time.
		 */
		@Override
		@Nullable Object clientFor(AbstractMqttClientManager<?, ?> manager, @Nullable Object client,
				Supplier<@Nullable Object> later) {
			return ManagedMqttAsyncClient.isHandlerCalling()
					? ManagedMqttAsyncClient.standIn((Mqttv5ClientManager) manager, later) : client;
		}

		@Override
		View view(Object component, String name, ComponentChecker checker, Storage storage, boolean ownClient) {
			MqttConnectionOptions options = (MqttConnectionOptions) ((MqttComponent<?>) component).getConnectionInfo();
			String uri = String.valueOf(ComponentFields.field(component, "url"));
			return new View(name, checker.session(clientId(component), uri, MqttVersion.V5), storage, ownClient,
					options.isCleanStart(), options.getSessionExpiryInterval(), null, false);
		}

	}

}
