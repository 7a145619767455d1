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

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.mqttredis.paho.PahoMembers;
import io.github.mqttredis.paho.UnsupportedLibraryException;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.mqtt.core.AbstractMqttClientManager;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The non-public members of Spring Integration that we need. All are looked for at start,
 * and all missing members are reported together.
 *
 * @param type what declares it
 * @param member its name
 * @param parameters how many parameters a method has
 */
record IntegrationMembers(String type, String member, int parameters) {

	private static final String PACKAGE = "org.springframework.integration.mqtt.";

	private static final String MANAGER = "core.AbstractMqttClientManager";

	private static final String SET_CLIENT = "setClient";

	private static final List<IntegrationMembers> ALL = Stream
		.concat(Stream.of(new IntegrationMembers(MANAGER, SET_CLIENT, 1)), Stream
			.of(fields(MANAGER, "lock", "url", "clientId"),
					fields("inbound.AbstractMqttMessageDrivenChannelAdapter", "clientManager", "manualAcks", "url",
							"clientId"),
					fields("outbound.AbstractMqttMessageHandler", "clientManager", "converter", "url", "clientId"))
			.flatMap(List::stream))
		.toList();

	private static final List<IntegrationMembers> OF_PAHO_3 = Stream
		.of(fields("core.DefaultMqttPahoClientFactory", "options", "persistence"),
				fields("core.Mqttv3ClientManager", "persistence"),
				fields("inbound.MqttPahoMessageDrivenChannelAdapter", "clientFactory"),
				fields("outbound.MqttPahoMessageHandler", "clientFactory"))
		.flatMap(List::stream)
		.toList();

	private static final List<IntegrationMembers> OF_PAHO_5 = Stream
		.of(fields("core.Mqttv5ClientManager", "persistence"),
				fields("inbound.Mqttv5PahoMessageDrivenChannelAdapter", "mqttClient", "persistence"),
				fields("outbound.Mqttv5PahoMessageHandler", "headerMapper", "mqttClient", "persistence"))
		.flatMap(List::stream)
		.toList();

	private static List<IntegrationMembers> fields(String type, String... names) {
		return Stream.of(names).map((name) -> new IntegrationMembers(type, name, PahoMembers.FIELD)).toList();
	}

	/**
	 * Look for the members.
	 * @throws UnsupportedLibraryException if some are missing
	 */
	static void check() {
		check(Objects.requireNonNull(IntegrationMembers.class.getClassLoader()));
	}

	static void check(ClassLoader loader) {
		List<String> missing = of(loader).filter((member) -> member.find(loader) == null)
			.map(IntegrationMembers::toString)
			.toList();
		if (!missing.isEmpty()) {
			throw new UnsupportedLibraryException("Spring Integration", load(MANAGER, loader), missing);
		}
	}

	/** Return what is needed with the Paho that is there. */
	static Stream<IntegrationMembers> of(ClassLoader loader) {
		return Stream
			.of(ALL, isPresent("client.mqttv3", loader) ? OF_PAHO_3 : List.<IntegrationMembers>of(),
					isPresent("mqttv5.client", loader) ? OF_PAHO_5 : List.<IntegrationMembers>of())
			.flatMap(List::stream);
	}

	private static boolean isPresent(String paho, ClassLoader loader) {
		return ClassUtils.isPresent("org.eclipse.paho." + paho + ".MqttAsyncClient", loader);
	}

	private static @Nullable Class<?> load(String type, ClassLoader loader) {
		try {
			return Class.forName(PACKAGE + type, false, loader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	private @Nullable Object find(ClassLoader loader) {
		return PahoMembers.find(load(this.type, loader), this.member, this.parameters);
	}

	static void setClient(AbstractMqttClientManager<?, ?> manager, Object client) {
		Method method = (Method) Objects
			.requireNonNull(PahoMembers.find(AbstractMqttClientManager.class, SET_CLIENT, 1));
		ReflectionUtils.invokeMethod(method, manager, client);
	}

	@Override
	public String toString() {
		return this.type.substring(this.type.indexOf('.') + 1) + "." + this.member;
	}

}
