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

import io.github.mqttredis.paho.v5.SessionMqttClientPersistence;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;
import org.springframework.integration.mqtt.inbound.Mqttv5PahoMessageDrivenChannelAdapter;
import org.springframework.integration.mqtt.outbound.Mqttv5PahoMessageHandler;
import org.springframework.util.ObjectUtils;

/**
 * Gives a persistence to the client managers for MQTT 5 that have none, and clients of
 * ours to the handlers and adapters that would make one of Paho's. A persistence that the
 * user set is left alone, unless it is ours: that one is replaced by one that knows the
 * component's broker.
 * <p>
 * Comes first, so that no proxy hides a component from it.
 *
 * @since 0.1.0
 */
public final class Mqttv5PersistencePostProcessor implements BeanPostProcessor, PriorityOrdered {

	private static final Log logger = LogFactory.getLog(Mqttv5PersistencePostProcessor.class);

	static final PersistenceField MANAGER = field(Mqttv5ClientManager.class);

	private static final PersistenceField HANDLER = field(Mqttv5PahoMessageHandler.class);

	private static final PersistenceField ADAPTER = field(Mqttv5PahoMessageDrivenChannelAdapter.class);

	private static final String CLIENT = "mqttClient";

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
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof Mqttv5ClientManager manager && !(bean instanceof PersistentMqttv5ClientManager)) {
			if (isServed(MANAGER, manager, beanName)) {
				MANAGER.set(manager, this.persistences.getObject().create(firstUri(manager)));
			}
		}
		PersistenceField field = clientOwner(bean);
		if (field != null && isServed(field, component(bean), beanName)) {
			// The client that the component is about to make must not touch the session.
			field.set(bean, null);
		}
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		PersistenceField field = clientOwner(bean);
		if (field != null && field.get(bean) == null && isServed(field, component(bean), beanName)) {
			DirectFieldAccessor fields = new DirectFieldAccessor(bean);
			// A component that uses a client manager has no client yet.
			if (fields.getPropertyValue(CLIENT) instanceof MqttAsyncClient made) {
				fields.setPropertyValue(CLIENT, replace(made, field, bean));
			}
		}
		return bean;
	}

	private static @Nullable PersistenceField clientOwner(Object bean) {
		if (bean instanceof Mqttv5PahoMessageHandler) {
			return HANDLER;
		}
		return (bean instanceof Mqttv5PahoMessageDrivenChannelAdapter) ? ADAPTER : null;
	}

	@SuppressWarnings("unchecked")
	private static MqttComponent<MqttConnectionOptions> component(Object bean) {
		return (MqttComponent<MqttConnectionOptions>) bean;
	}

	private static String firstUri(MqttComponent<MqttConnectionOptions> component) {
		return Objects.requireNonNull(component.getConnectionInfo().getServerURIs())[0];
	}

	private boolean isServed(PersistenceField field, MqttComponent<MqttConnectionOptions> component, String beanName) {
		if (this.excluded.stream().anyMatch((beans) -> beans.contains(beanName))) {
			return false;
		}
		if (field.isForeign(component)) {
			logger.info("The persistence of the MQTT component '" + beanName
					+ "' was set by the application and is kept; its client's session is not stored in Redis");
			return false;
		}
		return !ObjectUtils.isEmpty(component.getConnectionInfo().getServerURIs());
	}

	private static boolean isManualAcks(Object adapter) {
		return Boolean.TRUE.equals(new DirectFieldAccessor(adapter).getPropertyValue("manualAcks"));
	}

	private RenewedMqttAsyncClient replace(MqttAsyncClient made, PersistenceField field, Object bean) {
		PahoV5PersistenceFactory factory = this.persistences.getObject();
		String broker = firstUri(component(bean));
		field.set(bean, factory.create(broker));
		try {
			made.close(true);
			return new RenewedMqttAsyncClient(made, component(bean).getConnectionInfo(), () -> factory.create(broker),
					(MqttCallback) bean, field == ADAPTER && isManualAcks(bean));
		}
		catch (MqttException ex) {
			throw new IllegalStateException("Could not replace the MQTT client '" + made.getClientId() + "'", ex);
		}
	}

}
