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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Further JVMs like this one.
 */
final class Java {

	/** The heap of what has no other one. */
	static final String HEAP = "512m";

	private static final int NATIVE_ACCESS_WARNS = 24;

	private Java() {
	}

	static List<String> command(String heap, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options(heap));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(arguments));
		return command;
	}

	/**
	 * Return the options of a JVM under test: a heap that stays as it is, and native code
	 * without a warning.
	 * @param heap its size
	 * @return the options
	 */
	static List<String> options(String heap) {
		List<String> options = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap));
		if (Runtime.version().feature() >= NATIVE_ACCESS_WARNS) {
			options.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
		}
		return options;
	}

}
