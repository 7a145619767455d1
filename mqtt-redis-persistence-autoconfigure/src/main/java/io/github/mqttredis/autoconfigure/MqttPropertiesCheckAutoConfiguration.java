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
import java.util.stream.StreamSupport;

import io.github.mqttredis.autoconfigure.StartFailureAnalyzer.StartFailureException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that looks at the properties before
 * anything is made of them: a wrong value ends the start, and one that nobody reads is
 * warned of, with the one that was meant. Without it, a wrong value of
 * {@code mqtt.persistence.store} or {@code mqtt.persistence.enabled} would let the
 * application start and store nothing.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@Conditional(MqttRedisPersistenceAutoConfiguration.OnAnyPahoCondition.class)
public final class MqttPropertiesCheckAutoConfiguration implements BeanFactoryPostProcessor, EnvironmentAware {

	private static final Log logger = LogFactory.getLog(MqttPropertiesCheckAutoConfiguration.class);

	private static final String PERSISTENCE = "mqtt.persistence";

	private static final String CLIENT = "mqtt.client";

	private static final String REDIS = "spring.data.redis";

	/** Those of the application's Redis that users of the quick start set. */
	private static final List<String> REDIS_NAMES = Stream
		.of("host", "port", "url", "username", "password", "database", "timeout", "client-type", "ssl.bundle",
				"ssl.enabled")
		.map((name) -> REDIS + "." + name)
		.toList();

	/** What decides which beans are made, so that empty is neither yes nor no. */
	private static final List<String> NOT_EMPTY = List.of(PERSISTENCE + ".enabled", PERSISTENCE + ".store",
			PERSISTENCE + ".inject", CLIENT + ".version");

	/** What sessions in memory do not have. */
	private static final List<String> OF_REDIS = Stream
		.of("redis", "encryption", "key-prefix", "durability", "write-timeout", "on-redis-outage")
		.map((name) -> PERSISTENCE + "." + name + ".")
		.toList();

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Environment properties = this.environment;
		if (properties == null) {
			return;
		}
		// Values are known when the application runs.
		if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			check(properties);
		}
		unknown(properties).forEach(logger::warn);
		List<String> idle = idle(properties);
		if (!idle.isEmpty()) {
			logger.warn("Without effect, because mqtt.persistence.store=memory: " + String.join(", ", idle));
		}
	}

	/**
	 * Look for properties that only sessions in Redis have.
	 */
	private static List<String> idle(Environment environment) {
		if (!"memory".equalsIgnoreCase(environment.getProperty(PERSISTENCE + ".store"))) {
			return List.of();
		}
		return names(PERSISTENCE, MqttPersistenceProperties.class).stream()
			.filter((name) -> OF_REDIS.stream().anyMatch((own) -> (name + ".").startsWith(own)))
			.filter((name) -> isSet(environment, ConfigurationPropertyName.of(name)))
			.toList();
	}

	/**
	 * Return the properties of the application's Redis that are set.
	 * @param environment all properties
	 * @return their names, all if none is set
	 */
	static List<String> ofRedis(Environment environment) {
		List<String> set = REDIS_NAMES.stream()
			.filter((name) -> isSet(environment, ConfigurationPropertyName.of(name)))
			.toList();
		return set.isEmpty() ? REDIS_NAMES : set;
	}

	private static boolean isSet(Environment environment, ConfigurationPropertyName name) {
		return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
			.anyMatch((source) -> source.getConfigurationProperty(name) != null
					|| source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT);
	}

	private static void check(Environment environment) {
		for (String name : NOT_EMPTY) {
			String value = environment.getProperty(name);
			if (value != null && value.isBlank()) {
				throw new StartFailureException(name + " is empty.", "Set " + name + ", or remove it for its default.");
			}
		}
		checkGroup(environment, PERSISTENCE, MqttPersistenceProperties.class);
		checkGroup(environment, CLIENT, MqttClientProperties.class);
		Binder binder = Binder.get(environment);
		binder.bindOrCreate(PERSISTENCE, MqttPersistenceProperties.class);
		binder.bindOrCreate(CLIENT, MqttClientProperties.class);
	}

	/**
	 * A value of a group is not read if a property of the group is set, too.
	 */
	private static void checkGroup(Environment environment, String group, Class<?> type) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(group);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.getConfigurationProperty(name) != null) {
				throw new StartFailureException(group + " has no value of its own, and is set to one.",
						"Set one of these: " + String.join(", ", names(group, type)) + ".");
			}
		}
		for (RecordComponent component : type.getRecordComponents()) {
			if (component.getType().isRecord()) {
				checkGroup(environment, group + "." + DataObjectPropertyName.toDashedForm(component.getName()),
						component.getType());
			}
		}
	}

	/**
	 * Look for properties that nobody reads. Below {@code mqtt.client}, and elsewhere, an
	 * application may have some of its own, so only those that look like one of ours are
	 * found there.
	 * @param environment all properties
	 * @return a sentence for each
	 */
	static List<String> unknown(Environment environment) {
		return Stream
			.of(unbound(environment, PERSISTENCE, MqttPersistenceProperties.class),
					unbound(environment, CLIENT, MqttClientProperties.class), similar(environment))
			.flatMap((sentences) -> sentences)
			.toList();
	}

	private static Stream<String> unbound(Environment environment, String prefix, Class<?> type) {
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
			// A wrong value, which ends the start.
			logger.debug("Could not look for unknown properties below " + prefix, ex);
		}
		return Stream.empty();
	}

	/**
	 * Properties elsewhere whose whole name is one or two letters away from a known one.
	 */
	private static Stream<String> similar(Environment environment) {
		List<String> known = new ArrayList<>(names(PERSISTENCE, MqttPersistenceProperties.class));
		known.addAll(names(CLIENT, MqttClientProperties.class));
		known.addAll(REDIS_NAMES);
		UnboundElementsSourceFilter filter = new UnboundElementsSourceFilter();
		return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
			.filter((source) -> filter.apply(source) && source instanceof IterableConfigurationPropertySource)
			.flatMap((source) -> ((IterableConfigurationPropertySource) source).stream()
				.filter((name) -> isElsewhere(name) && !known.contains(name.toString()))
				.flatMap((name) -> known.stream()
					.filter((meant) -> isNear(name.toString(), meant))
					.limit(1)
					.flatMap((meant) -> Stream.ofNullable(source.getConfigurationProperty(name))
						.map((property) -> sentence(property, meant)))));
	}

	private static boolean isElsewhere(ConfigurationPropertyName name) {
		return !ConfigurationPropertyName.of(PERSISTENCE).isAncestorOf(name)
				&& !ConfigurationPropertyName.of(CLIENT).isAncestorOf(name);
	}

	private static boolean isNear(String name, String known) {
		return Math.abs(name.length() - known.length()) <= 2 && distance(name, known) <= 2;
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
