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

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that properties that are missing or misspelt are named.
 */
@ExtendWith(OutputCaptureExtension.class)
class MisspeltPropertyTests {

	private static final int LAST_LINES = 7;

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@ParameterizedTest
	@CsvSource({ "durabilty, durability", "offline-buffer.enable, offline-buffer.enabled",
			"writetimeoutt, write-timeout", "lease.conflict, lease.on-conflict", "redis.uri, redis.url",
			"encryption.passwort, encryption.password" })
	void whenANameBelowPersistenceIsUnknownThenTheNearestIsNamedOnce(String name, String meant, CapturedOutput output) {
		MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.persistence." + name + "=x")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("mqtt.persistence." + name + " is unknown and has no effect")
			.contains("Did you mean mqtt.persistence." + meant + "?");
	}

	@ParameterizedTest
	@CsvSource({ "server-uri, server-uris", "client.id, client-id", "user-nam, username" })
	void whenANameBelowClientIsUnknownThenTheNearestIsNamed(String name, String meant, CapturedOutput output) {
		MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.client." + name + "=x")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("mqtt.client." + name + " is unknown and has no effect")
			.contains("Did you mean mqtt.client." + meant + "?");
	}

	@Test
	void whenAllNamesAreKnownThenNothingIsSaid(CapturedOutput output) {
		MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.persistence.encryption.keys.a=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
					"mqtt.persistence.encryption.active-key=a", "mqtt.client.serverUris[0]=tcp://127.0.0.1:1",
					"mqtt.persistence.exclude-beans=a,b", "mqtt.persistence.writeTimeout=3s",
					"mqtt.client.will.topic=t", "mqtt.other=x", "mqtt.client.topics-of-mine=x")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("is unknown");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                                                                     | client-id, server-uris
			mqtt.client.client-id=a                                                | server-uris
			mqtt.client.server-uris=tcp://127.0.0.1:1                              | client-id
			mqtt.client.client-id=a;mqtt.client.server-uri=tcp://127.0.0.1:1       | server-uri is unknown, server-uris
			mqtt.client.client.id=a;mqtt.client.server-uris=tcp://127.0.0.1:1      | client.id is unknown, client-id
			mqtt.client.client-id=a;mqtt.client.server-uris=tcp://127.0.0.1:1;mqtt.client.version=4 | version
			mqtt.client.client-id=a;mqtt.client.server-uris=tcp://127.0.0.1:1;mqtt.client.version=5 | version
			""")
	void whenNoClientManagerIsMadeThenThePropertiesAreNamedLast(String properties, String named,
			CapturedOutput output) {
		assertThatThrownBy(() -> run(NeedsV3.class, properties.split(";")));
		String end = last(output);
		assertThat(Stream.of(named.split(", "))).allSatisfy((name) -> assertThat(end).contains("mqtt.client." + name));
		assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("Consider defining a bean", "\tat ");
	}

	@Test
	void whenMqtt5IsNeededAndTheVersionIsNotSaidThenThePropertyIsNamed(CapturedOutput output) {
		assertThatThrownBy(
				() -> run(NeedsV5.class, "mqtt.client.client-id=a", "mqtt.client.server-uris=tcp://127.0.0.1:1"));
		assertThat(last(output)).contains("mqtt.client.version=5");
	}

	@ParameterizedTest
	@ValueSource(classes = { NeedsV3.class, NeedsAny.class })
	void whenItIsSwitchedOffAndTheBrokerIsMissingThenThatIsNamed(Class<?> application, CapturedOutput output) {
		assertThatThrownBy(() -> run(application, "mqtt.persistence.enabled=false", "mqtt.client.client-id=a"));
		assertThat(last(output)).contains("mqtt.client.server-uris");
	}

	private static String last(CapturedOutput output) {
		var lines = output.toString().strip().lines().toList();
		return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
	}

	private static void run(Class<?> application, String... properties) {
		new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(REDIS.properties())
			.properties(properties)
			.run()
			.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class NeedsV3 {

		@Bean
		String user(Mqttv3ClientManager manager) {
			return manager.getClientId();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class NeedsV5 {

		@Bean
		String user(Mqttv5ClientManager manager) {
			return manager.getClientId();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class NeedsAny {

		@Bean
		String user(ClientManager<?, ?> manager) {
			return manager.toString();
		}

	}

}
