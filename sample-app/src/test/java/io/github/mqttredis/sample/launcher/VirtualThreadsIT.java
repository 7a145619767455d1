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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample with virtual threads, killed under load.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class VirtualThreadsIT {

	@EnabledForJreRange(min = JRE.JAVA_21)
	@Test
	void whenTheGatewayRunsOnVirtualThreadsThenNothingIsLost(@TempDir Path directory) throws Exception {
		Path log = directory.resolve("gateway.log");
		LauncherProcess launcher = LauncherProcess.start(directory, "--crash-demo", "--kills=2",
				"--spring.threads.virtual.enabled=true", "--logging.file.name=" + log,
				"--logging.level.org.springframework.web.servlet.DispatcherServlet=debug");
		assertThat(launcher.exitCode()).as(launcher.output()).isZero();
		assertThat(launcher.output()).contains("lost 0, duplicates 0");
		assertThat(Files.readAllLines(log))
			.as("the name of a virtual thread of Tomcat, of which the log may show the end")
			.anyMatch((line) -> line.contains("omcat-handler-") && line.contains("POST \"/readings"))
			.noneMatch((line) -> line.contains("-exec-"));
	}

}
