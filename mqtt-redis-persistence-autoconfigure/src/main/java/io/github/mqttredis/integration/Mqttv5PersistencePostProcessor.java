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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.util.ObjectUtils;

/**
 * Gives a persistence to Spring Integration's components for MQTT 5 that have none,
 * before they make their client. One that the user set is left alone, unless it is ours:
 * that one is replaced by one that knows the component's broker.
 *
 * @since 0.1.0
 */
public final class Mqttv5PersistencePostProcessor implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(Mqttv5PersistencePostProcessor.class);

	static final PersistenceField MANAGER = field(Mqttv5ClientManager.class);

	private static final PersistenceField HANDLER = field(Mqttv5PahoMessageHandler.class);

	private static final PersistenceField ADAPTER = field(Mqttv5PahoMessageDrivenChannelAdapter.class);

	private final ObjectProvider<PahoV5PersistenceFactory> persistences;

	private final ObjectProvider<ExcludedBeans> excluded;

	/**
	 * Create the post-processor.
	 * @param persistences where each component gets its persistence from
	 * @param excluded the beans that are left alone
	 */
	public Mqttv5PersistencePostProcessor(ObjectProvider<PahoV5PersistenceFactory> persistences,
			ObjectProvider<ExcludedBeans> excluded) {
		this.persistences = persistences;
		this.excluded = excluded;
	}

	private static PersistenceField field(Class<?> owner) {
		return new PersistenceField(owner, MqttClientPersistence.class, SessionMqttClientPersistence.class);
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof Mqttv5ClientManager manager && !(bean instanceof PersistentMqttv5ClientManager)) {
			inject(MANAGER, manager, beanName);
		}
		else if (bean instanceof Mqttv5PahoMessageHandler handler) {
			inject(HANDLER, handler, beanName);
		}
		else if (bean instanceof Mqttv5PahoMessageDrivenChannelAdapter adapter) {
			inject(ADAPTER, adapter, beanName);
		}
		return bean;
	}

	private void inject(PersistenceField field, MqttComponent<MqttConnectionOptions> component, String beanName) {
		if (this.excluded.stream().anyMatch((beans) -> beans.contains(beanName))) {
			return;
		}
		if (field.isForeign(component)) {
			logger.info("The persistence of the MQTT component '" + beanName
					+ "' was set by the application and is kept; its client's session is not stored in Redis");
			return;
		}
		String[] serverUris = component.getConnectionInfo().getServerURIs();
		if (!ObjectUtils.isEmpty(serverUris)) {
			field.set(component, this.persistences.getObject().create(serverUris[0]));
		}
	}

}
