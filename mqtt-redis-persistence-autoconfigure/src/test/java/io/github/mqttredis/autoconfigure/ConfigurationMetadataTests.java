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

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an editor can tell of every property what it is, its default and its unit.
 */
class ConfigurationMetadataTests {

	/**
	 * What the application must say itself, or may leave out.
	 */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("mqtt.client.auto-startup", "mqtt.client.role",
			"mqtt.client.client-id", "mqtt.client.server-uris", "mqtt.client.version", "mqtt.client.username",
			"mqtt.client.password", "mqtt.client.ssl-bundle", "mqtt.client.will.topic", "mqtt.persistence.broker-id",
			"mqtt.persistence.exclude-beans", "mqtt.persistence.redis.url", "mqtt.persistence.redis.unix-socket",
			"mqtt.persistence.redis.username", "mqtt.persistence.redis.password", "mqtt.persistence.redis.ssl-bundle",
			"management.endpoint.mqttsessions.roles", "mqtt.persistence.session-expiry", "mqtt.persistence.import-from",
			"mqtt.persistence.encryption.active-key", "mqtt.persistence.encryption.key",
			"mqtt.persistence.encryption.keys", "mqtt.persistence.encryption.password",
			"mqtt.persistence.encryption.salt", "mqtt.persistence.offline-buffer.time-to-live-by-topic",
			"mqtt.persistence.undelivered.channel");

	@Test
	void whenThePropertiesAreListedThenTheyAreThoseThatAreBuilt() throws IOException {
		assertThat(properties().map((property) -> property.get("name"))).containsExactlyInAnyOrder(
				"management.endpoint.mqttsessions.access", "management.endpoint.mqttsessions.cache.time-to-live",
				"management.endpoint.mqttsessions.roles", "management.endpoint.mqttsessions.show-payloads",
				"management.health.mqtt-persistence.enabled", "mqtt.client.auto-startup", "mqtt.client.role",
				"mqtt.client.automatic-reconnect", "mqtt.client.clean-session", "mqtt.client.client-id",
				"mqtt.client.connection-timeout", "mqtt.client.keep-alive", "mqtt.client.max-inflight",
				"mqtt.client.password", "mqtt.client.server-uris", "mqtt.client.session-expiry",
				"mqtt.client.ssl-bundle", "mqtt.client.username", "mqtt.client.version", "mqtt.client.will.payload",
				"mqtt.client.will.qos", "mqtt.client.will.retained", "mqtt.client.will.topic",
				"mqtt.persistence.broker-id", "mqtt.persistence.durability", "mqtt.persistence.enabled",
				"mqtt.persistence.inject", "mqtt.persistence.exclude-beans", "mqtt.persistence.clean-session",
				"mqtt.persistence.key-prefix", "mqtt.persistence.lease.acquire-timeout",
				"mqtt.persistence.lease.on-conflict", "mqtt.persistence.lease.ttl", "mqtt.persistence.store",
				"mqtt.persistence.health.on-broker-outage", "mqtt.persistence.metrics.client-id-tag",
				"mqtt.persistence.observation.enabled", "mqtt.persistence.offline-buffer.enabled",
				"mqtt.persistence.offline-buffer.max-messages", "mqtt.persistence.offline-buffer.max-size",
				"mqtt.persistence.offline-buffer.drain.order", "mqtt.persistence.offline-buffer.drain.rate",
				"mqtt.persistence.offline-buffer.drain.size-rate", "mqtt.persistence.offline-buffer.time-to-live",
				"mqtt.persistence.offline-buffer.time-to-live-by-topic", "mqtt.persistence.offline-buffer.when-full",
				"mqtt.persistence.offline-buffer.window", "mqtt.persistence.on-redis-outage",
				"mqtt.persistence.redis.database", "mqtt.persistence.redis.password",
				"mqtt.persistence.redis.ssl-bundle", "mqtt.persistence.redis.unix-socket", "mqtt.persistence.redis.url",
				"mqtt.persistence.redis.username", "mqtt.persistence.undeliverable.attempts",
				"mqtt.persistence.undelivered.channel", "mqtt.persistence.undelivered.events",
				"mqtt.persistence.write-timeout", "mqtt.persistence.session-expiry", "mqtt.persistence.import-from",
				"mqtt.persistence.import-dry-run", "mqtt.persistence.encryption.accept-unencrypted",
				"mqtt.persistence.encryption.active-key", "mqtt.persistence.encryption.key",
				"mqtt.persistence.encryption.keys", "mqtt.persistence.encryption.password",
				"mqtt.persistence.encryption.salt");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void whenAPropertyIsListedThenItIsDescribed(Map<String, Object> property) {
		assertThat((String) property.get("description")).isNotBlank().endsWith(".");
		assertThat((String) property.get("type")).isNotBlank();
	}

	@ParameterizedTest
	@MethodSource("properties")
	void whenAPropertyIsListedThenItsDefaultIsToo(Map<String, Object> property) {
		boolean due = !WITHOUT_DEFAULT.contains(property.get("name"));
		assertThat(property.containsKey("defaultValue")).isEqualTo(due);
	}

	@ParameterizedTest
	@MethodSource("properties")
	void whenAPropertyIsATimeThenItsUnitIsNamed(Map<String, Object> property) {
		if ("java.time.Duration".equals(property.get("type"))) {
			assertThat((String) property.get("description")).containsPattern("In (milli)?seconds if no unit is given");
			assertThat(property.getOrDefault("defaultValue", "0s").toString()).matches("\\d+(ms|s|m|h|d)");
		}
	}

	@Test
	void whenAPropertyHasFewValuesThenAnEditorCanOfferThem() throws Exception {
		Map<String, List<String>> expected = new TreeMap<>(
				Map.of("mqtt.client.version", List.of("3", "5"), "mqtt.client.will.qos", List.of("0", "1", "2")));
		for (Map<String, Object> property : properties().toList()) {
			Class<?> type = ClassUtils.forName(property.get("type").toString().replaceAll("<.*", ""), null);
			if (type.isEnum() && !"management.endpoint.mqttsessions.access".equals(property.get("name"))) {
				expected.put((String) property.get("name"),
						Stream.of(type.getEnumConstants())
							.map((value) -> ((Enum<?>) value).name().toLowerCase(Locale.ROOT).replace('_', '-'))
							.toList());
			}
		}
		assertThat(expected).hasSizeGreaterThan(6);
		assertThat(values()).isEqualTo(expected);
	}

	@SuppressWarnings("unchecked")
	static Map<String, List<String>> values() throws IOException {
		Map<String, List<String>> values = new TreeMap<>();
		for (Map<String, Object> hint : (List<Map<String, Object>>) metadata().get("hints")) {
			values.put((String) hint.get("name"),
					((List<Map<String, Object>>) hint.get("values")).stream()
						.peek((value) -> assertThat((String) value.get("description")).endsWith("."))
						.map((value) -> value.get("value").toString().replaceAll("\\.0$", ""))
						.toList());
		}
		return values;
	}

	@SuppressWarnings("unchecked")
	static Stream<Map<String, Object>> properties() throws IOException {
		return ((List<Map<String, Object>>) metadata().get("properties")).stream();
	}

	private static Map<String, Object> metadata() throws IOException {
		String location = MqttPersistenceProperties.class.getProtectionDomain().getCodeSource().getLocation()
				+ "META-INF/spring-configuration-metadata.json";
		try (InputStream stream = URI.create(location).toURL().openStream()) {
			String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			return JsonParserFactory.getJsonParser().parseMap(json);
		}
	}

}
