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

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.ClassPath;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that an application starts, and connects, where only one version of Paho is on
 * the class path, or no Actuator: nothing of what is missing can be loaded.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("thorough")
class ClassPathTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@ParameterizedTest
	@CsvSource({ "org.eclipse.paho.client.mqttv3,V5ManagerFromProperties",
			"org.eclipse.paho.mqttv5,V3ManagerFromProperties", "spring-boot-actuator,V3ManagerFromProperties",
			"spring-boot-testcontainers,V3ManagerFromProperties",
			"spring-boot-docker-compose,V3ManagerFromProperties" })
	void whenALibraryIsMissingThenTheRestIsServed(String missing, String manager) throws Exception {
		try (ArtemisBroker broker = ArtemisBroker.start()) {
			assertThat(startWithout(missing, broker.uri())).asInstanceOf(InstanceOfAssertFactories.LIST)
				.containsExactly(manager, true);
		}
	}

	@Test
	void whenBothPahosAreMissingThenTheAnalysisNamesTheDependencies(CapturedOutput output) {
		assertThatThrownBy(() -> startWithout("org.eclipse.paho", "tcp://127.0.0.1:1"));
		assertThat(output.toString().split("APPLICATION FAILED TO START", 2)[1])
			.contains("neither Paho 3 nor Paho 5 is on the class path", "mqtt.persistence.enabled=false")
			.contains("org.eclipse.paho:org.eclipse.paho.client.mqttv3",
					"org.eclipse.paho:org.eclipse.paho.mqttv5.client")
			.doesNotContain("\tat ");
	}

	private static List<?> startWithout(String missing, String broker) throws Exception {
		return (List<?>) ClassPath.startWithout(List.of(missing), Alone.class,
				Stream
					.concat(Arrays.stream(REDIS.properties()),
							Stream.of("mqtt.client.client-id=alone", "mqtt.client.server-uris=" + broker))
					.map((property) -> "--" + property)
					.toArray(String[]::new));
	}

	/**
	 * An application that has nothing but its properties.
	 */
	@EnableAutoConfiguration
	public static class Alone {

		public static List<Object> start(String[] arguments) {
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Alone.class)
				.web(WebApplicationType.NONE)
				.run(arguments)) {
				ClientManager<?, ?> manager = context.getBean(ClientManager.class);
				return List.of(ClassUtils.getUserClass(manager).getSimpleName(), manager.isConnected());
			}
		}

	}

}
