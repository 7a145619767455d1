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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.paho.client.mqttv3.MqttClientPersistence;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;

/**
 * Gives a persistence to {@link Mqttv3ClientManager} beans that have none, before they
 * make their client. A persistence that the user set is left alone.
 *
 * @since 0.1.0
 */
public final class Mqttv3ClientManagerPostProcessor implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(Mqttv3ClientManagerPostProcessor.class);

	static final PersistenceField PERSISTENCE = new PersistenceField(Mqttv3ClientManager.class,
			MqttClientPersistence.class, SessionMqttClientPersistence.class);

	private final ObjectProvider<PahoV3PersistenceFactory> persistences;

	private final ObjectProvider<ExcludedBeans> excluded;

	/**
	 * Create the post-processor.
	 * @param persistences where each manager gets its persistence from
	 * @param excluded the beans that are left alone
	 */
	public Mqttv3ClientManagerPostProcessor(ObjectProvider<PahoV3PersistenceFactory> persistences,
			ObjectProvider<ExcludedBeans> excluded) {
		this.persistences = persistences;
		this.excluded = excluded;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof Mqttv3ClientManager manager && !(bean instanceof PersistentMqttv3ClientManager)) {
			inject(manager, beanName);
		}
		return bean;
	}

	private void inject(Mqttv3ClientManager manager, String beanName) {
		if (this.excluded.stream().anyMatch((beans) -> beans.contains(beanName))) {
			return;
		}
		if (PERSISTENCE.get(manager) == null) {
			manager.setPersistence(this.persistences.getObject().create());
		}
		else if (PERSISTENCE.isForeign(manager)) {
			logger.info("The persistence of the MQTT client manager '" + beanName
					+ "' was set by the application and is kept; its client's session is not stored in Redis");
		}
	}

}
