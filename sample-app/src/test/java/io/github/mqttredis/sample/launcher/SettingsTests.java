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

package io.github.mqttredis.sample.launcher;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsTests {

	@Test
	void whenNothingIsSetThenTheLauncherBringsItsOwnServers() {
		Settings settings = settings(Map.of(), Map.of());
		assertThat(settings.redisIsConfigured()).isFalse();
		assertThat(settings.brokerIsConfigured()).isFalse();
		assertThat(settings.port()).isEqualTo(8080);
		assertThat(settings.clientId()).isEqualTo("sample-gateway");
	}

	@Test
	void whenServersAreSetOnTheCommandLineThenTheyAreUsed() {
		Settings settings = settings(Map.of("spring.data.redis.host", "box", "mqtt.client.server-uris",
				"tcp://one:1883,tcp://two:1883", "mqtt.client.username", "me", "mqtt.client.password", "secret"),
				Map.of());
		assertThat(settings.redisIsConfigured()).isTrue();
		assertThat(settings.brokerIsConfigured()).isTrue();
		assertThat(settings.broker().uri()).isEqualTo("tcp://one:1883");
		assertThat(settings.broker().uris()).hasSize(2);
		assertThat(settings.broker().connectOptions().getUserName()).isEqualTo("me");
	}

	@Test
	void whenServersAreSetInTheEnvironmentThenTheyAreUsed() {
		Settings settings = settings(Map.of(), Map.of("SPRING_DATA_REDIS_URL", "redis://box:6379",
				"MQTT_CLIENT_SERVERURIS", "tcp://one:1883", "SERVER_PORT", "9090"));
		assertThat(settings.redisIsConfigured()).isTrue();
		assertThat(settings.broker().uri()).isEqualTo("tcp://one:1883");
		assertThat(settings.port()).isEqualTo(9090);
	}

	@Test
	void whenTheGatewaysPortIsSetThenItWins() {
		assertThat(settings(Map.of("gateway.port", "9091", "server.port", "9090"), Map.of()).port()).isEqualTo(9091);
	}

	private static Settings settings(Map<String, Object> arguments, Map<String, Object> variables) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().forEach((source) -> environment.getPropertySources().remove(source.getName()));
		environment.getPropertySources().addFirst(new MapPropertySource("arguments", arguments));
		environment.getPropertySources()
			.addLast(new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					variables));
		ConfigurationPropertySources.attach(environment);
		return new Settings(environment);
	}

}
