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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;
import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.TroubleshootingEntry;
import io.github.mqttredis.filestore.PahoFileStore;
import io.github.mqttredis.session.SessionException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that checks the properties before
 * any bean uses them. A wrong value ends the start. An unknown property is logged as a
 * warning, with the name that was probably meant. Without this check, an application with
 * a wrong value of {@code mqtt.persistence.store} or {@code mqtt.persistence.enabled}, or
 * without Paho, would start and store nothing.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ImportRuntimeHints(MqttRedisPersistenceAutoConfiguration.MqttPersistenceRuntimeHints.class)
public final class MqttPropertiesCheckAutoConfiguration implements BeanFactoryPostProcessor {

	private static final Log logger = LogFactory.getLog(MqttPropertiesCheckAutoConfiguration.class);

	private static final String PERSISTENCE = "mqtt.persistence";

	private static final String CLIENT = "mqtt.client";

	/** Those of the application's Redis that users of the quick start set. */
	private static final List<Setting> OF_APPLICATION = Stream
		.of("host", "port", "url", "username", "password", "database", "timeout", "client-type", "ssl.bundle",
				"ssl.enabled")
		.map((name) -> new Setting(ConfigurationPropertyName.of("spring.data.redis." + name), String.class))
		.toList();

	/** What decides which beans are made, so that empty is neither yes nor no. */
	private static final List<String> NOT_EMPTY = List.of(PERSISTENCE + ".enabled", PERSISTENCE + ".store",
			PERSISTENCE + ".inject", CLIENT + ".version");

	/** What sessions in memory do not have. */
	private static final Set<String> OF_REDIS = Set.of("redis", "encryption", "key-prefix", "durability",
			"write-timeout", "on-redis-outage");

	private static final String WITHOUT_PAHO = String.join(System.lineSeparator(),
			"Add one of these dependencies, or both:", "",
			"    org.eclipse.paho:org.eclipse.paho.client.mqttv3   (MQTT 3.1.1)",
			"    org.eclipse.paho:org.eclipse.paho.mqttv5.client   (MQTT 5)", "",
			"mqtt-redis-persistence-starter brings the first, unless it is excluded. If this application does "
					+ "not use MQTT, set mqtt.persistence.enabled=false.");

	/** Comes first: other beans may fail for the same reason and not say so. */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Environment environment = beanFactory.getBean(Environment.class);
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		if (isPahoPresent(classLoader)) {
			checkProperties(environment);
		}
		else if (ClassUtils.isPresent("org.springframework.integration.mqtt.core.MqttComponent", classLoader)) {
			checkPahoIsNotWanted(environment);
		}
	}

	static boolean isPahoPresent(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent("org.eclipse.paho.client.mqttv3.MqttClientPersistence", classLoader)
				|| ClassUtils.isPresent("org.eclipse.paho.mqttv5.client.MqttClientPersistence", classLoader);
	}

	/** Any property of {@code mqtt.client} asks for MQTT, and {@code enabled} itself. */
	private static void checkPahoIsNotWanted(Environment environment) {
		boolean client = Binder.get(environment).bind(CLIENT, Bindable.mapOf(String.class, Object.class)).isBound();
		if (MqttPersistenceProperties.isStored(environment)
				&& (client || environment.containsProperty(MqttPersistenceProperties.ENABLED))) {
			throw new StartFailureException(TroubleshootingEntry.NO_PAHO,
					"MQTT sessions cannot be stored: neither Paho 3 nor Paho 5 is on the class path", WITHOUT_PAHO);
		}
	}

	private static void checkProperties(Environment environment) {
		// Values are known when the application runs.
		boolean running = !Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
		MqttPersistenceProperties persistence = running ? check(environment) : null;
		unknown(environment).forEach(logger::warn);
		if ("memory".equalsIgnoreCase(environment.getProperty(PERSISTENCE + ".store"))) {
			String idle = names(settings(PERSISTENCE, MqttPersistenceProperties.class).filter(
					(setting) -> OF_REDIS.contains(setting.name().getElement(2, ConfigurationPropertyName.Form.DASHED)))
				.filter((setting) -> setting.isSet(environment))
				.toList());
			if (!idle.isEmpty()) {
				logger.warn("These properties have no effect with mqtt.persistence.store=memory: " + idle);
			}
		}
		if (persistence != null && persistence.enabled() && persistence.importDryRun()) {
			listOnly(Objects.requireNonNull(persistence.importFrom()));
		}
	}

	private static MqttPersistenceProperties check(Environment environment) {
		for (String name : NOT_EMPTY) {
			String value = environment.getProperty(name);
			if (value != null && value.isBlank()) {
				throw new StartFailureException(TroubleshootingEntry.WRONG_VALUE, name + " is empty.",
						"Set " + name + ", or remove it to use the default.");
			}
		}
		checkGroup(environment, PERSISTENCE, MqttPersistenceProperties.class);
		checkGroup(environment, CLIENT, MqttClientProperties.class);
		Binder binder = Binder.get(environment);
		binder.bindOrCreate(CLIENT, MqttClientProperties.class);
		return binder.bindOrCreate(PERSISTENCE, MqttPersistenceProperties.class);
	}

	/** A value of a group is not read if a property of the group is set, too. */
	private static void checkGroup(Environment environment, String group, Class<?> type) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(group);
		if (sources(environment).anyMatch((source) -> source.getConfigurationProperty(name) != null)) {
			throw new StartFailureException(TroubleshootingEntry.GROUP_WITH_VALUE,
					group + " is a group of properties and cannot have a value itself.",
					"Set one of these: " + names(settings(group, type).toList()) + ".");
		}
		for (RecordComponent component : type.getRecordComponents()) {
			if (component.getType().isRecord()) {
				checkGroup(environment, group + "." + DataObjectPropertyName.toDashedForm(component.getName()),
						component.getType());
			}
		}
	}

	/**
	 * Ends the start if the application is only to list what would be moved in. A client
	 * that ran without its records would give their packet ids to other messages, and the
	 * broker, which still has these ids in use, takes such a message of QoS 2 for a
	 * repeated one (MQTT 3.1.1 and 5, 4.3.3).
	 */
	private static void listOnly(Path directory) {
		try {
			PahoFileStore.Listing found = new PahoFileStore(directory).list();
			throw new StartFailureException(TroubleshootingEntry.DRY_RUN,
					"Dry run: nothing was changed. " + found.records() + " records in " + found.directories()
							+ " directories below " + directory.toAbsolutePath()
							+ " would be moved into the sessions of their clients",
					"The log lists the records. To start and move them in, remove mqtt.persistence.import-dry-run.");
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Return the properties of the application's Redis that are set, all if none is. */
	static String ofRedis(Environment environment) {
		List<Setting> set = OF_APPLICATION.stream().filter((setting) -> setting.isSet(environment)).toList();
		return names(set.isEmpty() ? OF_APPLICATION : set);
	}

	private static String names(List<Setting> settings) {
		return settings.stream().map(Setting::toString).collect(Collectors.joining(", "));
	}

	/**
	 * Return a sentence for each property that nobody reads. An application may have some
	 * of its own everywhere but below {@code mqtt.persistence}, so elsewhere only those
	 * are named that look like one of ours.
	 */
	static List<String> unknown(Environment environment) {
		List<Setting> known = Stream
			.of(settings(PERSISTENCE, MqttPersistenceProperties.class), settings(CLIENT, MqttClientProperties.class),
					OF_APPLICATION.stream())
			.flatMap((settings) -> settings)
			.toList();
		return sources(environment).filter(new UnboundElementsSourceFilter()::apply)
			.filter(IterableConfigurationPropertySource.class::isInstance)
			.flatMap((source) -> ((IterableConfigurationPropertySource) source).stream()
				.filter((name) -> known.stream().noneMatch((setting) -> setting.takes(name)))
				.map(source::getConfigurationProperty))
			.flatMap(Stream::ofNullable)
			.flatMap((property) -> Stream.ofNullable(unknown(property, known)))
			.toList();
	}

	private static @Nullable String unknown(ConfigurationProperty property, List<Setting> known) {
		ConfigurationPropertyName name = property.getName();
		boolean persistence = ConfigurationPropertyName.of(PERSISTENCE).isAncestorOf(name);
		String text = name.toString();
		// A whole name elsewhere may differ by little, one of ours by a third of its end.
		int most = (persistence || ConfigurationPropertyName.of(CLIENT).isAncestorOf(name))
				? 1 + (text.length() - text.indexOf('.', PERSISTENCE.indexOf('.') + 1)) / 3 : 2;
		String meant = known.stream()
			.map(Setting::toString)
			.filter((setting) -> Math.abs(setting.length() - text.length()) <= most + 2)
			.filter((setting) -> distance(text, setting) <= most)
			.min(Comparator.comparingInt((setting) -> distance(text, setting)))
			.orElse(null);
		if (meant == null && !persistence) {
			return null;
		}
		return name + " is unknown and has no effect"
				+ ((property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "") + "."
				+ ((meant != null) ? " Did you mean " + meant + "?" : "");
	}

	/** How many letters have to change (Levenshtein); separators do not count. */
	private static int distance(String first, String second) {
		String one = first.replaceAll("[.-]", "");
		String other = second.replaceAll("[.-]", "");
		int[] before = new int[other.length() + 1];
		Arrays.setAll(before, (j) -> j);
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

	private static Stream<ConfigurationPropertySource> sources(Environment environment) {
		return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false);
	}

	private static Stream<Setting> settings(String prefix, Class<?> type) {
		return Stream.of(type.getRecordComponents()).flatMap((component) -> {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
			return component.getType().isRecord() ? settings(name, component.getType())
					: Stream.of(new Setting(ConfigurationPropertyName.of(name), component.getType()));
		});
	}

	/** A property, or a list or map of them. */
	private record Setting(ConfigurationPropertyName name, Class<?> type) {

		boolean takes(ConfigurationPropertyName other) {
			return this.name.equals(other)
					|| (Set.of(List.class, Map.class).contains(this.type) && this.name.isAncestorOf(other));
		}

		boolean isSet(Environment environment) {
			return sources(environment).anyMatch((source) -> source.getConfigurationProperty(this.name) != null
					|| source.containsDescendantOf(this.name) == ConfigurationPropertyState.PRESENT);
		}

		@Override
		public String toString() {
			return this.name.toString();
		}

	}

}
