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

package io.github.mqttredis.containers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.mqttredis.autoconfigure.MqttConnectionDetails;
import io.github.mqttredis.session.SessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Docker;
import io.github.mqttredis.testing.Load;
import org.eclipse.paho.client.mqttv3.IMqttAsyncClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.mqtt.core.ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application under development: Spring Boot has Docker Compose start what the
 * sample's {@code compose.yaml} names, and the application is told where that is.
 */
@EnabledIf(value = "isPossible",
		disabledReason = "Docker Compose does not run here, or port 6379 or 1883 of this machine is taken")
class DockerComposeTests {

	private static final String FILE = Path.of("..", "sample-app", "compose.yaml").toAbsolutePath().toString();

	private static final String PROJECT = "mqtt-persistence-tests";

	@TempDir
	private Path output;

	static boolean isPossible() throws Exception {
		return Docker.isRunning() && run(ProcessBuilder.Redirect.DISCARD, "version") == 0
				&& Stream.of(6379, 1883).allMatch(DockerComposeTests::isFree);
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static int run(ProcessBuilder.Redirect output, String... arguments) throws Exception {
		List<String> command = Stream.concat(Stream.of("docker", "compose"), Stream.of(arguments)).toList();
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start().waitFor();
	}

	@AfterEach
	void stopServers() throws Exception {
		Path log = this.output.resolve("down");
		assertThat(run(ProcessBuilder.Redirect.to(log.toFile()), "--file", FILE, "--project-name", PROJECT, "down",
				"--volumes"))
			.as("%s", log)
			.isZero();
	}

	@Test
	void whenComposeRunsTheSamplesServersThenTheApplicationUsesThem() throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Gateway.class)
			.web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.run("--spring.docker.compose.enabled=true", "--spring.docker.compose.skip.in-tests=false",
					"--spring.docker.compose.file=" + FILE,
					"--spring.docker.compose.arguments=--project-name," + PROJECT,
					"--spring.docker.compose.lifecycle-management=start-only",
					"--spring.docker.compose.readiness.timeout=" + Load.seconds(60), "--mqtt.client.client-id=gateway",
					"--mqtt.persistence.write-timeout=" + Load.seconds(2))) {
			assertThat(context.getBean(MqttConnectionDetails.class).getServerUris())
				.containsExactly("tcp://127.0.0.1:1883");
			ClientManager<?, ?> mqtt = context.getBean(ClientManager.class);
			Await.until("the gateway is connected", mqtt::isConnected);
			((IMqttAsyncClient) mqtt.getClient()).publish("test/compose", "reading".getBytes(), 2, false)
				.waitForCompletion(Await.MILLIS);
			assertThat(context.getBean(SessionStore.class).sessions()).singleElement()
				.extracting((session) -> session.state().name())
				.isEqualTo("OWNER");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
