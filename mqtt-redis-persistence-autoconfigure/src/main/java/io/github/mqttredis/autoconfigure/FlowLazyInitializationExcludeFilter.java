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

package io.github.mqttredis.autoconfigure;

import java.util.Arrays;
import java.util.stream.Stream;

import io.github.mqttredis.integration.ClientManagerPostProcessor;
import io.github.mqttredis.integration.ComponentChecker;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.integration.annotation.MessageEndpoint;
import org.springframework.integration.core.MessageProducer;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.endpoint.AbstractEndpoint;
import org.springframework.integration.mqtt.core.MqttComponent;
import org.springframework.messaging.MessageHandler;

/**
 * Keeps flows, and what they consist of, from being made only when somebody asks for
 * them: nobody asks for a flow, but the broker sends what it kept as soon as a client
 * connects.
 */
class FlowLazyInitializationExcludeFilter implements LazyInitializationExcludeFilter {

	private static final Class<?>[] EAGER = { IntegrationFlow.class, MqttComponent.class, AbstractEndpoint.class,
			MessageProducer.class, MessageHandler.class, ClientManagerPostProcessor.Connector.class,
			ComponentChecker.class };

	@Override
	public boolean isExcluded(String beanName, BeanDefinition beanDefinition, Class<?> beanType) {
		return Stream.of(EAGER).anyMatch((type) -> type.isAssignableFrom(beanType)) || hasEndpoints(beanType);
	}

	/** Methods of such a class handle messages. */
	private static boolean hasEndpoints(Class<?> beanType) {
		return Arrays.stream(beanType.getMethods())
			.flatMap((method) -> Arrays.stream(method.getAnnotations()))
			.anyMatch((annotation) -> annotation.annotationType()
				.getPackageName()
				.equals(MessageEndpoint.class.getPackageName()));
	}

}
