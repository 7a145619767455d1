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

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * What a native image has to keep that is found by name only: the Lua, and the private
 * parts of Paho, Spring Integration and Spring Data for which there is no getter.
 */
class MqttPersistenceRuntimeHints implements RuntimeHintsRegistrar {

	private static final String PAHO_V3 = "org.eclipse.paho.client.mqttv3.";

	private static final String PAHO_V5 = "org.eclipse.paho.mqttv5.client.";

	private static final String INTEGRATION = "org.springframework.integration.mqtt.";

	private static final List<String> TYPES = List.of(PAHO_V3 + "internal.ClientComms",
			PAHO_V3 + "internal.ClientState", PAHO_V3 + "internal.CommsCallback", PAHO_V5 + "MqttAsyncClient",
			PAHO_V5 + "internal.ClientComms", PAHO_V5 + "internal.ClientState", PAHO_V5 + "internal.CommsCallback",
			INTEGRATION + "core.AbstractMqttClientManager", INTEGRATION + "core.DefaultMqttPahoClientFactory",
			INTEGRATION + "core.Mqttv3ClientManager", INTEGRATION + "core.Mqttv5ClientManager",
			INTEGRATION + "inbound.AbstractMqttMessageDrivenChannelAdapter",
			INTEGRATION + "inbound.MqttPahoMessageDrivenChannelAdapter",
			INTEGRATION + "inbound.Mqttv5PahoMessageDrivenChannelAdapter",
			INTEGRATION + "outbound.AbstractMqttMessageHandler", INTEGRATION + "outbound.MqttPahoMessageHandler",
			INTEGRATION + "outbound.Mqttv5PahoMessageHandler");

	private static final String LETTUCE = "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";

	/** Its settings are read through a proxy. */
	private static final String JEDIS = "org.springframework.data.redis.connection.jedis.JedisClientConfiguration";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/github/mqttredis/redis/*.lua");
		// All members, because the accessors of Spring look for getters as well.
		TYPES.forEach((type) -> hints.reflection()
			.registerTypeIfPresent(classLoader, type, MemberCategory.ACCESS_DECLARED_FIELDS,
					MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS));
		registerRecord(hints, MqttPersistenceProperties.class);
		registerRecord(hints, MqttClientProperties.class);
		hints.reflection().registerTypeIfPresent(classLoader, LETTUCE, MemberCategory.ACCESS_DECLARED_FIELDS);
		if (ClassUtils.isPresent(JEDIS, classLoader)) {
			hints.reflection().registerType(TypeReference.of(JEDIS), MemberCategory.INVOKE_PUBLIC_METHODS);
			hints.proxies().registerJdkProxy(TypeReference.of(JEDIS));
		}
	}

	/** The names of settings are those of components, which need their accessors. */
	private static void registerRecord(RuntimeHints hints, Class<?> type) {
		hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
		Stream.of(type.getRecordComponents())
			.map(RecordComponent::getType)
			.filter(Class::isRecord)
			.forEach((component) -> registerRecord(hints, component));
	}

}
