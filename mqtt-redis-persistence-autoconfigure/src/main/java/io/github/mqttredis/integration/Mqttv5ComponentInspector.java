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

import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import io.github.mqttredis.session.MqttVersion;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;

/**
 * Looks at the components for MQTT 5.
 *
 * @since 0.1.0
 */
public final class Mqttv5ComponentInspector extends ComponentInspector {

	private static final PersistenceField MANAGER = field(Mqttv5ClientManager.class);

	private static final PersistenceField HANDLER = field(Mqttv5PahoMessageHandler.class);

	private static final PersistenceField ADAPTER = field(Mqttv5PahoMessageDrivenChannelAdapter.class);

	private static PersistenceField field(Class<?> owner) {
		return new PersistenceField(owner, MqttClientPersistence.class, SessionMqttClientPersistence.class);
	}

	@Override
	@Nullable ClientView inspect(Object bean, String name, Surroundings surroundings) {
		if (bean instanceof Mqttv5ClientManager manager) {
			return view(manager, name, surroundings, manager(manager, surroundings), true);
		}
		if (bean instanceof Mqttv5PahoMessageHandler handler) {
			return component(handler, HANDLER, name, surroundings);
		}
		if (bean instanceof Mqttv5PahoMessageDrivenChannelAdapter adapter) {
			return component(adapter, ADAPTER, name, surroundings);
		}
		return null;
	}

	private static ClientView component(MqttComponent<MqttConnectionOptions> component, PersistenceField persistence,
			String name, Surroundings surroundings) {
		Object manager = field(component, "clientManager");
		if (manager == null) {
			return view(component, name, surroundings, storage(persistence, component, surroundings), true);
		}
		Storage storage = (Surroundings.target(manager) instanceof Mqttv5ClientManager known)
				? manager(known, surroundings) : Storage.LEFT;
		return view(component, name, surroundings, (storage == Storage.TOO_EARLY) ? Storage.LEFT : storage, false);
	}

	private static Storage manager(Mqttv5ClientManager manager, Surroundings surroundings) {
		return (manager instanceof PersistentMqttv5ClientManager) ? Storage.STORED
				: storage(MANAGER, manager, surroundings);
	}

	private static Storage storage(PersistenceField persistence, Object component, Surroundings surroundings) {
		if (persistence.get(component) != null) {
			return persistence.isForeign(component) ? Storage.LEFT : Storage.STORED;
		}
		return surroundings.without(surroundings.nameOf(component), Storage.INLINE_MANAGER, Storage.TOO_EARLY);
	}

	private static ClientView view(MqttComponent<MqttConnectionOptions> component, String name,
			Surroundings surroundings, Storage storage, boolean ownClient) {
		MqttConnectionOptions options = component.getConnectionInfo();
		String uri = String.valueOf(field(component, "url"));
		return new ClientView(name, surroundings.session(clientId(component), uri, MqttVersion.V5), storage, ownClient,
				options.isCleanStart(), options.getSessionExpiryInterval(), false);
	}

}
