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

package io.github.mqttredis.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.springframework.boot.SpringBootVersion;

/**
 * On what was measured: without it figures say nothing.
 */
final class Environment {

	private Environment() {
	}

	static Map<String, String> describe(Servers servers, Options options) throws IOException {
		Map<String, String> environment = new LinkedHashMap<>();
		environment.put("processor", processor() + ", " + Runtime.getRuntime().availableProcessors()
				+ " of its processors, shared by all programs of the run");
		environment.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
				+ System.getProperty("os.arch"));
		environment.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
		environment.put("Redis", servers.redisVersion() + ", keeps nothing on disk");
		environment.put("broker", servers.brokerVersion());
		environment.put("Spring Boot", SpringBootVersion.getVersion());
		environment.put("run", (options.quick() ? "quick, " : "") + LocalDate.now(ZoneOffset.UTC));
		return environment;
	}

	private static String processor() throws IOException {
		Path info = Path.of("/proc/cpuinfo");
		if (!Files.isReadable(info)) {
			return "unknown processor";
		}
		try (Stream<String> lines = Files.lines(info)) {
			return lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse("unknown processor");
		}
	}

}
