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

	private final List<String> reasons = new ArrayList<>();

	private final List<String> actions = new ArrayList<>();

	private MissingClientManager(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Say why there is none.
	 * @param cause the failure
	 * @param type what is needed
	 * @param environment the application's properties
	 * @return why, {@code null} if something else is needed, or the reason is not known
	 */
	static @Nullable FailureAnalysis analyze(Throwable cause, @Nullable Class<?> type, Environment environment) {
		// By name, because Spring Integration need not be there.
		String name = (type != null) ? type.getName() : "";
		return List.of(CORE + "ClientManager", CORE + "Mqttv3ClientManager", CORE + "Mqttv5ClientManager")
			.contains(name) ? new MissingClientManager(environment).analyze(cause, ClassUtils.getShortName(name))
					: null;
	}

	private @Nullable FailureAnalysis analyze(Throwable cause, String needed) {
		lookForClient();
		lookForVersion(needed);
		if (this.reasons.isEmpty()) {
			return null;
		}
		this.actions.addAll(UnknownProperties.find(this.environment));
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
		if (!version.isEmpty() && !five && !"3".equals(version)) {
			found(VERSION + " is " + version, "Set " + VERSION + " to 3 or 5.");
		}
		else if (five && needed.contains("v3")) {
			found(VERSION + " is 5, which makes a Mqttv5ClientManager",
					"Set " + VERSION + "=3, or use Mqttv5ClientManager with the handlers and adapters for MQTT 5.");
		}
		else if (!five && needed.contains("v5")) {
			found(VERSION + " is not 5", "Set " + VERSION + "=5.");
		}
		if ((five || needed.contains("v5")) && !isPresent("org.eclipse.paho.mqttv5.client.MqttAsyncClient")) {
			found("Paho 5 is not on the class path", "Add org.eclipse.paho:org.eclipse.paho.mqttv5.client.");
		}
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, getClass().getClassLoader());
	}

}
