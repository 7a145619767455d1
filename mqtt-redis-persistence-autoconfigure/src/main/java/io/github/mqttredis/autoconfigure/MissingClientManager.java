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

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Why there is no client manager that the application needs: which property is missing,
 * misspelt or has another value.
 */
final class MissingClientManager {

	private static final String CORE = "org.springframework.integration.mqtt.core.";

	private static final String VERSION = "mqtt.client.version";

	private final Environment environment;

	private final boolean stored;

	private final List<String> reasons = new ArrayList<>();

	private final List<String> actions = new ArrayList<>();

	private MissingClientManager(Environment environment, boolean stored) {
		this.environment = environment;
		this.stored = stored;
	}

	/**
	 * Say why there is none.
	 * @param cause the failure
	 * @param type what is needed
	 * @param environment the application's properties
	 * @param stored whether there is a store for sessions
	 * @return why, {@code null} if something else is needed, or the reason is not known
	 */
	static @Nullable FailureAnalysis analyze(Throwable cause, @Nullable Class<?> type, Environment environment,
			boolean stored) {
		// By name, because Spring Integration need not be there.
		String name = (type != null) ? type.getName() : "";
		return List.of(CORE + "ClientManager", CORE + "Mqttv3ClientManager", CORE + "Mqttv5ClientManager")
			.contains(name)
					? new MissingClientManager(environment, stored).analyze(cause, ClassUtils.getShortName(name))
					: null;
	}

	/**
	 * Say which Paho is missing.
	 * @param cause what could not be loaded
	 * @return what to add, {@code null} if something else is missing
	 */
	static @Nullable FailureAnalysis missingLibrary(Throwable cause) {
		String missing = String.valueOf(cause.getMessage()).replace('/', '.');
		boolean five = missing.startsWith("org.eclipse.paho.mqttv5.");
		if (!five && !missing.startsWith("org.eclipse.paho.client.mqttv3.")) {
			return null;
		}
		int version = five ? 5 : 3;
		int other = five ? 3 : 5;
		return new FailureAnalysis(
				"The application uses MQTT " + version + ", and Paho " + version + " is not on the class path: "
						+ missing + " is missing.",
				"Add org.eclipse.paho:" + (five ? "org.eclipse.paho.mqttv5.client" : "org.eclipse.paho.client.mqttv3")
						+ ", or set " + VERSION + "=" + other + " and use the classes for MQTT " + other + ".",
				cause);
	}

	private @Nullable FailureAnalysis analyze(Throwable cause, String needed) {
		lookForClient();
		lookForVersion(needed);
		lookForStore();
		if (this.reasons.isEmpty()) {
			return null;
		}
		this.actions.addAll(MqttPropertiesCheckAutoConfiguration.unknown(this.environment));
		return new FailureAnalysis(
				"The application needs a " + needed + ", and there is none: " + String.join("; ", this.reasons) + ".",
				String.join(System.lineSeparator(), this.actions), cause);
	}

	private void found(String reason, String action) {
		this.reasons.add(reason);
		this.actions.add(action);
	}

	private void lookForClient() {
		Binder binder = Binder.get(this.environment);
		if (!StringUtils.hasText(binder.bind("mqtt.client.client-id", String.class).orElse(""))) {
			found("mqtt.client.client-id is not set",
					"Set mqtt.client.client-id to an id that no other client of the broker has.");
		}
		if (binder.bind("mqtt.client.server-uris", Bindable.listOf(String.class)).orElse(List.of()).isEmpty()) {
			found("mqtt.client.server-uris is not set",
					"Set mqtt.client.server-uris to where the broker is, such as tcp://localhost:1883.");
		}
	}

	private void lookForVersion(String needed) {
		String version = this.environment.getProperty(VERSION, "").trim();
		boolean five = "5".equals(version);
		if (five && needed.contains("v3")) {
			found(VERSION + " is 5, which makes a Mqttv5ClientManager",
					"Set " + VERSION + "=3, or use Mqttv5ClientManager with the handlers and adapters for MQTT 5.");
		}
		else if (!five && needed.contains("v5")) {
			found(VERSION + " is not 5", "Set " + VERSION + "=5.");
		}
		if ((five || needed.contains("v5")) && !isPresent("org.eclipse.paho.mqttv5.client.MqttAsyncClient")) {
			found("Paho 5 is not on the class path",
					"Add org.eclipse.paho:org.eclipse.paho.mqttv5.client, or set " + VERSION + "=3.");
		}
		if (!five && needed.contains("v3") && !isPresent("org.eclipse.paho.client.mqttv3.MqttAsyncClient")) {
			found("Paho 3 is not on the class path",
					"Add org.eclipse.paho:org.eclipse.paho.client.mqttv3, or set " + VERSION + "=5.");
		}
	}

	private void lookForStore() {
		if (this.stored || !MqttPersistenceProperties.isStored(this.environment)) {
			return;
		}
		String type = this.environment.getProperty("spring.data.redis.client-type");
		found("there is no Redis for its session, because "
				+ (isPresent("org.springframework.data.redis.connection.RedisConnectionFactory")
						? "there is no RedisConnectionFactory"
								+ ((type != null) ? " (spring.data.redis.client-type is " + type + ")" : "")
						: "Spring Data Redis is not on the class path"),
				"Add org.springframework.boot:spring-boot-starter-data-redis"
						+ ((type != null) ? ", check spring.data.redis.client-type" : "") + ", set " + SessionRedis.URL
						+ ", or, to do without Redis, set mqtt.persistence.store=memory.");
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, getClass().getClassLoader());
	}

}
