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
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the launcher as a user does: in a JVM of its own, with real servers. Its runs wait
 * more than they compute, and share nothing.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
class LauncherIT {

	@TempDir
	Path directory;

	@Test
	void whenTheGatewayIsKilledThenNothingIsLost() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--crash-demo", "--kills=2");
		assertThat(launcher.exitCode()).as(launcher.output()).isZero();
		assertThat(launcher.output()).contains("lost 0, duplicates 0");
		assertNothingIsLeft();
	}

	@Tag("thorough")
	@Test
	@Timeout(value = 20, unit = TimeUnit.MINUTES)
	void whenTheApplicationIsKilledInALongOutageThenAllButTheExpiredArriveOnceInOrder() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--long-outage");
		// Longer than it takes the launcher to say what stands still.
		assertThat(launcher.exitCode(Duration.ofMinutes(19))).as(launcher.output()).isZero();
		assertThat(launcher.output()).contains("lost 0, repeated 0, out of order 0, late 0")
			.containsPattern("\nall +200000 +190\\d\\d\\d +(9\\d\\d\\d|10000) +0 +0 +0\n")
			.containsPattern("expired: sample/outage/8 #20 .*#2[45]\\d\\d\\d.* \\(12[345]\\d\\)");
		assertThat(launcher.output().lines().filter((line) -> line.startsWith("kill -9")))
			.satisfiesExactlyInAnyOrder(filling(), filling(), draining(), draining(), draining());
		assertNothingIsLeft();
	}

	@Tag("thorough")
	@Test
	void whenFaultsComeOnTopOfFaultsThenNothingIsLost() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--soak", "--minutes=1");
		// Longer than it takes the launcher to say what stands still.
		assertThat(launcher.exitCode(Duration.ofMinutes(9))).as(launcher.output()).isZero();
		assertThat(launcher.output()).contains("lost 0, duplicates 0")
			.containsPattern("\nround 2: [1-9]\\d* accepted, all delivered")
			.containsPattern("\naccepted +[1-9]\\d*\n")
			.containsPattern("--soak --minutes=1 --seed=-?\\d+\"");
		assertNothingIsLeft();
	}

	@Test
	void whenTheSoakIsNotToBreakTheServersThenTheMessageSaysSo() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--soak", "--spring.data.redis.host=other");
		assertThat(launcher.exitCode()).isEqualTo(1);
		assertThat(launcher.output())
			.contains("--soak kills Redis, so it must be the launcher's own: leave spring.data.redis.* out");
		assertNothingIsLeft();
	}

	private static ThrowingConsumer<String> filling() {
		return (line) -> assertThat(line).containsPattern("while filling: .* queue [1-9]\\d*\\), 0 delivered");
	}

	private static ThrowingConsumer<String> draining() {
		return (line) -> assertThat(line).containsPattern("while draining: 200000 accepted, in Redis [1-9]");
	}

	@Tag("thorough")
	@Test
	void whenTheSessionIsInMemoryThenMessagesAreLost() throws Exception {
		LauncherProcess launcher = LauncherProcess.start(this.directory, "--crash-demo", "--store=memory", "--kills=2");
		assertThat(launcher.exitCode()).as("the control does what it is for: " + launcher.output()).isZero();
		assertThat(launcher.output()).containsPattern("lost [1-9][0-9]*, duplicates 0")
			.contains("This was the control");
		assertNothingIsLeft();
	}

	@Test
	void whenTheLauncherIsAskedToStopThenNothingIsLeft() throws Exception {
		LauncherProcess launcher = launchAndAwaitLines();
		List<ProcessHandle> children = launcher.process().descendants().toList();
		assertThat(children).hasSizeGreaterThanOrEqualTo(2);
		launcher.process().toHandle().destroy();
		launcher.exitCode();
		assertThat(children).noneMatch(ProcessHandle::isAlive);
		assertNothingIsLeft();
	}

	@Tag("thorough")
	@Test
	void whenTheLauncherIsKilledThenItsProcessesEndToo() throws Exception {
		LauncherProcess launcher = launchAndAwaitLines();
		List<ProcessHandle> children = launcher.process().descendants().toList();
		launcher.process().toHandle().destroyForcibly();
		assertThat(Await.until(() -> children.stream().noneMatch(ProcessHandle::isAlive), LauncherProcess.TIMEOUT))
			.isTrue();
	}

	@Test
	void whenThePortIsTakenThenTheMessageSaysSo() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			LauncherProcess launcher = LauncherProcess.start(this.directory, "--gateway.port=" + taken.getLocalPort());
			assertThat(launcher.exitCode()).isEqualTo(1);
			assertThat(launcher.output()).contains("Port " + taken.getLocalPort() + " is taken");
		}
		assertNothingIsLeft();
	}

	private LauncherProcess launchAndAwaitLines() throws IOException {
		LauncherProcess launcher = LauncherProcess.start(this.directory);
		assertThat(Await.until(
				() -> launcher.output().matches("(?s).*published [1-9]\\d* +in Redis \\d+ +delivered [1-9].*"),
				LauncherProcess.TIMEOUT))
			.as(launcher::output)
			.isTrue();
		assertThat(launcher.output()).contains("/actuator/health").contains("http://localhost:");
		return launcher;
	}

	private void assertNothingIsLeft() throws IOException {
		try (var files = Files.list(temporary())) {
			assertThat(files.filter((file) -> !file.getFileName().toString().startsWith("hsperfdata"))).isEmpty();
		}
	}

	private Path temporary() {
		return this.directory.resolve("tmp");
	}

}
