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

import io.github.mqttredis.session.SessionStore;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.MqttComponent;

/**
 * Makes every MQTT component a dependent of the session store, so that it starts after
 * the store and stops before the store releases its leases and Redis closes. Their phases
 * alone do not say so: a Redis connection factory sits in the same phase as an outbound
 * handler, and the container stops that phase in no order but that of dependencies. A
 * client manager moreover starts as early as a flow that uses it, and wants to be given
 * its client before; and a flow starts its components itself, so that it depends on the
 * store as well.
 *
 * @since 0.1.0
 */
public final class MqttShutdownOrderPostProcessor implements BeanPostProcessor {

	private final ConfigurableListableBeanFactory beanFactory;

	/**
	 * Create the post-processor.
	 * @param beanFactory where the components and the store are defined
	 */
	public MqttShutdownOrderPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof MqttComponent<?>) {
			dependOnStore(beanName);
			for (String whole : this.beanFactory.getDependenciesForBean(beanName)) {
				// A flow that is registered at run time is no bean yet.
				if (!this.beanFactory.containsBean(whole)
						|| this.beanFactory.isTypeMatch(whole, IntegrationFlow.class)) {
					dependOnStore(whole);
				}
			}
		}
		if (bean instanceof ClientManager<?, ?>) {
			dependOn(ApplicationClientManagers.class, beanName);
		}
		return bean;
	}

	private void dependOnStore(String beanName) {
		dependOn(SessionStore.class, beanName);
		dependOn(SessionPreflight.class, beanName);
	}

	private void dependOn(Class<?> type, String beanName) {
		for (String dependency : this.beanFactory.getBeanNamesForType(type, true, false)) {
			this.beanFactory.registerDependentBean(dependency, beanName);
		}
	}

}
