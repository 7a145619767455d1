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

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.integration.mqtt.core.MqttPahoClientFactory;

/**
 * Shows MQTT components and client factories to the {@link ComponentChecker}, also those
 * of flows that are registered at run time.
 *
 * @since 0.1.0
 */
public final class ComponentCheckPostProcessor implements DestructionAwareBeanPostProcessor {

	private final ObjectProvider<ComponentChecker> checker;

	/**
	 * Create the post-processor.
	 * @param checker who checks, asked for when there is something to be checked
	 */
	public ComponentCheckPostProcessor(ObjectProvider<ComponentChecker> checker) {
		this.checker = checker;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (isOfMqtt(bean)) {
			this.checker.getObject().found(bean, beanName);
		}
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isOfMqtt(bean)) {
			this.checker.getObject().complete(bean);
		}
		return bean;
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return isOfMqtt(bean);
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		this.checker.getObject().gone(bean);
	}

	private static boolean isOfMqtt(Object bean) {
		return bean instanceof MqttComponent || bean instanceof MqttPahoClientFactory;
	}

}
