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

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches where the application says which client to make: its id, and at least one
 * server URI, or connection details that have one. A condition on properties cannot ask
 * for a list, whose names end with an index.
 */
class OnMqttClientCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String CLIENT_ID = "mqtt.client.client-id";

	private static final String SERVER_URIS = "mqtt.client.server-uris";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Binder binder = Binder.get(context.getEnvironment());
		List<String> serverUris = binder.bind(SERVER_URIS, Bindable.listOf(String.class)).orElse(List.of());
		boolean clientId = StringUtils.hasText(binder.bind(CLIENT_ID, String.class).orElse(""));
		ConditionMessage.Builder message = ConditionMessage.forCondition("MQTT client");
		if (clientId && !serverUris.isEmpty()) {
			return ConditionOutcome.match(message.foundExactly(CLIENT_ID + " and " + SERVER_URIS));
		}
		if (clientId && hasConnectionDetails(context.getBeanFactory())) {
			return ConditionOutcome.match(message.foundExactly(CLIENT_ID + " and MqttConnectionDetails"));
		}
		return ConditionOutcome.noMatch(message
			.because(CLIENT_ID + " is not set, or neither " + SERVER_URIS + " nor MqttConnectionDetails are"));
	}

	private static boolean hasConnectionDetails(@Nullable ConfigurableListableBeanFactory beanFactory) {
		return beanFactory != null && Stream
			.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, MqttConnectionDetails.class, true,
					false))
			.map((name) -> beanFactory.getType(name, false))
			.anyMatch((type) -> type != PropertiesMqttConnectionDetails.class);
	}

}
