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
import java.util.ArrayList;
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

	/**
	 * Look for the members.
	 * @throws UnsupportedLibraryException if some are missing
	 */
	static void check() {
		check(Objects.requireNonNull(IntegrationMembers.class.getClassLoader()));
	}

	static void check(ClassLoader loader) {
		List<String> missing = of(loader).stream()
			.filter((member) -> member.find(loader) == null)
			.map(IntegrationMembers::toString)
			.toList();
		if (!missing.isEmpty()) {
			throw new UnsupportedLibraryException("Spring Integration", load(MANAGER, loader), missing);
		}
	}

	/** Return what is needed with the Paho that is there. */
	static List<IntegrationMembers> of(ClassLoader loader) {
		List<IntegrationMembers> all = new ArrayList<>();
		all.add(new IntegrationMembers(MANAGER, SET_CLIENT, 1));
		addFields(all, MANAGER, "lock", "url", "clientId");
		addFields(all, "inbound.AbstractMqttMessageDrivenChannelAdapter", "clientManager", "manualAcks", "url",
				"clientId");
		addFields(all, "outbound.AbstractMqttMessageHandler", "clientManager", "converter", "url", "clientId");
		if (isPresent("client.mqttv3", loader)) {
			addFields(all, "core.DefaultMqttPahoClientFactory", "options", "persistence");
			addFields(all, "core.Mqttv3ClientManager", "persistence");
			addFields(all, "inbound.MqttPahoMessageDrivenChannelAdapter", "clientFactory");
			addFields(all, "outbound.MqttPahoMessageHandler", "clientFactory");
		}
		if (isPresent("mqttv5.client", loader)) {
			addFields(all, "core.Mqttv5ClientManager", "persistence");
			addFields(all, "inbound.Mqttv5PahoMessageDrivenChannelAdapter", "mqttClient", "persistence");
			addFields(all, "outbound.Mqttv5PahoMessageHandler", "headerMapper", "mqttClient", "persistence");
		}
		return all;
	}

	private static void addFields(List<IntegrationMembers> all, String type, String... names) {
		Stream.of(names).forEach((name) -> all.add(new IntegrationMembers(type, name, PahoMembers.FIELD)));
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
