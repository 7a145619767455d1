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

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/**
 * What to do about a value that cannot be read: the last line names the property, and
 * what it takes.
 */
final class WrongValue {

	/** Those of the quick start. */
	private static final List<ConfigurationPropertyName> OURS = Stream
		.of("mqtt.persistence", "mqtt.client", "spring.data.redis", "management.endpoint.health")
		.map(ConfigurationPropertyName::of)
		.toList();

	/** What may hold a secret. */
	private static final Pattern SECRET = Pattern.compile("password|username|key|salt|ur[il]");

	private WrongValue() {
	}

	/**
	 * Say what to do.
	 * @param failure the failure
	 * @return that, {@code null} if the property is not one that we know
	 */
	static @Nullable FailureAnalysis analyze(BindException failure) {
		ConfigurationPropertyName name = failure.getName();
		if (OURS.stream().noneMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name))) {
			return null;
		}
		Class<?> type = failure.getTarget().getType().resolve(Object.class);
		String reason = String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
		ConfigurationProperty property = failure.getProperty();
		if (type.isRecord()) {
			// Said by its check, which names the property.
			return new FailureAnalysis(withDot(reason), "Correct it, or remove it for its default.", failure);
		}
		String read = (property == null || SECRET.matcher(name.toString()).find()) ? ""
				: " \"" + property.getValue() + "\"";
		String origin = (property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return new FailureAnalysis(
				"The value" + read + " of " + name + " cannot be read" + origin + ": " + withDot(reason),
				action(name, type), failure);
	}

	private static String withDot(String sentence) {
		String line = sentence.replaceAll("\\s*\\R\\s*", " ").strip();
		return line.endsWith(".") ? line : line + ".";
	}

	private static String action(ConfigurationPropertyName name, Class<?> type) {
		return "Set " + name + " to " + what(type) + ", or remove it for its default.";
	}

	private static String what(Class<?> type) {
		if (type.isEnum()) {
			return Arrays.stream(type.getEnumConstants())
				.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.collect(Collectors.joining(" or "));
		}
		if (type == Duration.class) {
			return "a time such as 500ms, 10s, 5m, 12h or 1d";
		}
		if (Set.of(boolean.class, Boolean.class).contains(type)) {
			return "true or false";
		}
		return Set.of(int.class, Integer.class).contains(type) ? "a whole number" : "what it takes";
	}

}
