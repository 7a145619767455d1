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

package io.github.mqttredis.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How tests start JVMs of their own, on their class path: small, and soon started.
 */
public final class ChildJvm {

	private ChildJvm() {
	}

	/**
	 * Return the command of a JVM.
	 * @param memory its heap, such as {@code -Xmx96m}
	 * @param arguments further options, the name of the main class, and its arguments
	 * @return the command, which may be added to
	 */
	public static List<String> command(String memory, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), memory,
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
		command.addAll(List.of(arguments));
		return command;
	}

}
