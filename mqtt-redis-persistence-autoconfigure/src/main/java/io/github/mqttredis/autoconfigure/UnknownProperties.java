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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * Warns of properties below {@code mqtt.persistence} and {@code mqtt.client} that nobody
 * reads, and names those that were meant.
 */
final class UnknownProperties implements BeanFactoryPostProcessor {

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final String PERSISTENCE = "mqtt.persistence";

	private final Environment environment;

	UnknownProperties(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		find(this.environment).forEach(logger::warn);
	}

	/**
	 * Look for properties that nobody reads. Below {@code mqtt.client} an application may
	 * have some of its own, so only those that look like one of ours are found there.
	 * @param environment all properties
	 * @return a sentence for each
	 */
	static List<String> find(Environment environment) {
		return Stream
			.concat(find(environment, PERSISTENCE, MqttPersistenceProperties.class),
					find(environment, "mqtt.client", MqttClientProperties.class))
			.toList();
	}

	private static Stream<String> find(Environment environment, String prefix, Class<?> type) {
		try {
			Binder
				.get(environment,
						new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()))
				.bind(prefix, Bindable.of(type));
		}
		catch (BindException ex) {
			if (ex.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
				return unbound.getUnboundProperties()
					.stream()
					.map((property) -> sentence(property, nearest(property, names(prefix, type))))
					.filter((sentence) -> prefix.equals(PERSISTENCE) || sentence.endsWith("?"));
			}
			// A wrong value, which is reported when the properties are needed.
			logger.debug("Could not look for unknown properties below " + prefix, ex);
		}
		return Stream.empty();
	}

	private static String sentence(ConfigurationProperty property, @Nullable String meant) {
		return property.getName() + " is not known, and has no effect"
				+ ((property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "") + "."
				+ ((meant != null) ? " Did you mean " + meant + "?" : "");
	}

	private static List<String> names(String prefix, Class<?> type) {
		List<String> names = new ArrayList<>();
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
			names.addAll(component.getType().isRecord() ? names(name, component.getType()) : List.of(name));
		}
		return names;
	}

	private static @Nullable String nearest(ConfigurationProperty property, List<String> names) {
		String unknown = property.getName().toString();
		return names.stream()
			.filter((name) -> distance(unknown, name) <= 1 + (unknown.length() - unknown.indexOf('.', 5)) / 3)
			.min(Comparator.comparingInt((name) -> distance(unknown, name)))
			.orElse(null);
	}

	/**
	 * How many letters have to change (Levenshtein); what separates words does not count.
	 */
	private static int distance(String first, String second) {
		String one = first.replaceAll("[.-]", "");
		String other = second.replaceAll("[.-]", "");
		int[] before = new int[other.length() + 1];
		for (int j = 0; j < before.length; j++) {
			before[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int[] now = new int[before.length];
			now[0] = i;
			for (int j = 1; j < now.length; j++) {
				int change = (one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1;
				now[j] = Math.min(Math.min(now[j - 1], before[j]) + 1, before[j - 1] + change);
			}
			before = now;
		}
		return before[other.length()];
	}

}
