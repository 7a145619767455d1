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

import java.util.Objects;

import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.core.DefaultMqttPahoClientFactory;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.inbound.MqttPahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.MqttPahoMessageHandler;

/**
 * Looks at the components for MQTT 3.
 *
 * @since 0.1.0
 */
public final class Mqttv3ComponentInspector extends ComponentInspector {

	private static final PersistenceField MANAGER = new PersistenceField(Mqttv3ClientManager.class,
			MqttClientPersistence.class, SessionMqttClientPersistence.class);

	@Override
	@Nullable ClientView inspect(Object bean, String name, Surroundings surroundings) {
		if (bean instanceof Mqttv3ClientManager manager) {
			return view(manager, name, surroundings, manager(manager, surroundings), true, false);
		}
		if (bean instanceof MqttPahoMessageHandler handler) {
			return component(handler, name, surroundings, true);
		}
		if (bean instanceof MqttPahoMessageDrivenChannelAdapter adapter) {
			return component(adapter, name, surroundings, false);
		}
		return null;
	}

	private static ClientView component(MqttComponent<MqttConnectOptions> component, String name,
			Surroundings surroundings, boolean lazy) {
		Object manager = field(component, "clientManager");
		if (manager == null) {
			return view(component, name, surroundings, factory(component, surroundings), true, lazy);
		}
		Storage storage = (Surroundings.target(manager) instanceof Mqttv3ClientManager known)
				? manager(known, surroundings) : Storage.LEFT;
		return view(component, name, surroundings, (storage == Storage.TOO_EARLY) ? Storage.LEFT : storage, false,
				false);
	}

	private static Storage manager(Mqttv3ClientManager manager, Surroundings surroundings) {
		if (manager instanceof PersistentMqttv3ClientManager) {
			return Storage.STORED;
		}
		if (MANAGER.get(manager) != null) {
			return MANAGER.isForeign(manager) ? Storage.LEFT : Storage.STORED;
		}
		return surroundings.without(surroundings.nameOf(manager), Storage.INLINE_MANAGER, Storage.TOO_EARLY);
	}

	private static Storage factory(MqttComponent<?> component, Surroundings surroundings) {
		MqttPahoClientFactory factory = (MqttPahoClientFactory) Objects
			.requireNonNull(field(component, "clientFactory"));
		Object target = Surroundings.target(factory);
		if (target instanceof DefaultMqttPahoClientFactory known
				&& PersistentClientInterceptor.PERSISTENCE.get(known) != null) {
			return PersistentClientInterceptor.PERSISTENCE.isForeign(known) ? Storage.LEFT : Storage.STORED;
		}
		if (PersistentClientInterceptor.serves(factory)) {
			return Storage.STORED;
		}
		return surroundings.without(surroundings.nameOf(target), Storage.INLINE_FACTORY, Storage.UNSERVED_FACTORY);
	}

	private static ClientView view(MqttComponent<MqttConnectOptions> component, String name, Surroundings surroundings,
			Storage storage, boolean ownClient, boolean lazy) {
		MqttConnectOptions options = component.getConnectionInfo();
		String uri = ServerUris.first((String) field(component, "url"), options);
		return new ClientView(name, surroundings.session(clientId(component), uri, MqttVersion.V3), storage, ownClient,
				options.isCleanSession(), null, lazy);
	}

}
