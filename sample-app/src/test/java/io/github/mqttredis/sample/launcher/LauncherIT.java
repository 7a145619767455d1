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

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the launcher as a user does: in a JVM of its own, with real servers.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LauncherIT {

	private static final Duration TIMEOUT = Duration.ofMinutes(2);

	@TempDir
	Path directory;

	@Test
	void whenTheGatewayIsKilledThenNothingIsLost() throws Exception {
		Process launcher = launch("--crash-demo", "--kills=2", "--gateway.port=" + Ports.free());
		assertThat(exitCode(launcher)).as(output()).isZero();
		assertThat(output()).contains("lost 0, duplicates 0");
		assertNothingIsLeft();
	}

	@Test
	void whenTheSessionIsInMemoryThenMessagesAreLost() throws Exception {
		Process launcher = launch("--crash-demo", "--store=memory", "--kills=2", "--gateway.port=" + Ports.free());
		assertThat(exitCode(launcher)).as(output()).isEqualTo(1);
		assertThat(output()).containsPattern("lost [1-9][0-9]*, duplicates 0");
		assertNothingIsLeft();
	}

	@Test
	void whenTheLauncherIsAskedToStopThenNothingIsLeft() throws Exception {
		Process launcher = launchAndAwaitLines();
		List<ProcessHandle> children = launcher.descendants().toList();
		assertThat(children).hasSizeGreaterThanOrEqualTo(2);
		launcher.toHandle().destroy();
		exitCode(launcher);
		assertThat(children).noneMatch(ProcessHandle::isAlive);
		assertNothingIsLeft();
	}

	@Test
	void whenTheLauncherIsKilledThenItsProcessesEndToo() throws Exception {
		Process launcher = launchAndAwaitLines();
		List<ProcessHandle> children = launcher.descendants().toList();
		launcher.toHandle().destroyForcibly();
		assertThat(Await.until(() -> children.stream().noneMatch(ProcessHandle::isAlive), TIMEOUT)).isTrue();
	}

	@Test
	void whenThePortIsTakenThenTheMessageSaysSo() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Process launcher = launch("--gateway.port=" + taken.getLocalPort());
			assertThat(exitCode(launcher)).isEqualTo(1);
			assertThat(output()).contains("Port " + taken.getLocalPort() + " is taken");
		}
		assertNothingIsLeft();
	}

	private Process launchAndAwaitLines() throws IOException {
		Process launcher = launch("--gateway.port=" + Ports.free());
		assertThat(Await.until(() -> output().matches("(?s).*published [1-9]\\d* +in flight \\d+ +delivered [1-9].*"),
				TIMEOUT))
			.as(this::output)
			.isTrue();
		assertThat(output()).contains("/actuator/health");
		return launcher;
	}

	private Process launch(String... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx512m", "-Djava.io.tmpdir=" + Files.createDirectories(temporary())));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
		builder.environment().keySet().removeIf((name) -> name.startsWith("SPRING_") || name.startsWith("MQTT_"));
		return builder.start();
	}

	private static int exitCode(Process process) throws InterruptedException {
		if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
			process.toHandle().destroy();
			throw new AssertionError("The launcher did not end");
		}
		return process.exitValue();
	}

	private void assertNothingIsLeft() throws IOException {
		try (var files = Files.list(temporary())) {
			assertThat(files.filter((file) -> !file.getFileName().toString().startsWith("hsperfdata"))).isEmpty();
		}
	}

	private Path temporary() {
		return this.directory.resolve("tmp");
	}

	private Path log() {
		return this.directory.resolve("launcher.log");
	}

	private String output() {
		try {
			return Files.readString(log());
		}
		catch (IOException ex) {
			return "";
		}
	}

}
