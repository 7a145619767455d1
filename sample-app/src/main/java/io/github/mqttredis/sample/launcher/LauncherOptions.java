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

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.springframework.boot.ApplicationArguments;

/**
 * What the command line asks of the launcher itself; everything else is the gateway's.
 *
 * @param crashDemo whether to run the crash demo
 * @param store where the gateway of the crash demo keeps its session
 * @param kills how often the crash demo kills the gateway
 * @param seed the seed of what the crash demo leaves to chance
 * @since 0.1.0
 */
public record LauncherOptions(boolean crashDemo, Store store, int kills, long seed) {

	private static final String CRASH_DEMO = "crash-demo";

	private static final String STORE = "store";

	private static final String KILLS = "kills";

	private static final String SEED = "seed";

	private static final Set<String> OWN = Set.of(CRASH_DEMO, STORE, KILLS, SEED, "gateway.port", "page.port");

	/**
	 * Read the options from a command line.
	 * @param arguments the command line
	 * @return the options
	 */
	public static LauncherOptions of(ApplicationArguments arguments) {
		int kills = Math.toIntExact(number(arguments, KILLS, 10));
		if (kills < 1) {
			throw new LauncherException("--kills must be at least 1");
		}
		return new LauncherOptions(arguments.containsOption(CRASH_DEMO), Store.of(value(arguments, STORE, "redis")),
				kills, number(arguments, SEED, System.nanoTime()));
	}

	/**
	 * Return what the gateway shall be told of the command line.
	 * @param arguments the command line
	 * @return the arguments without those of the launcher
	 */
	public static List<String> forGateway(ApplicationArguments arguments) {
		return Arrays.stream(arguments.getSourceArgs()).filter((argument) -> !isOwn(argument)).toList();
	}

	private static boolean isOwn(String argument) {
		return argument.startsWith("--") && OWN.contains(argument.substring(2).split("=", 2)[0]);
	}

	private static String value(ApplicationArguments arguments, String name, String fallback) {
		List<String> values = arguments.getOptionValues(name);
		return (values == null || values.isEmpty()) ? fallback : values.get(values.size() - 1);
	}

	private static long number(ApplicationArguments arguments, String name, long fallback) {
		String value = value(arguments, name, Long.toString(fallback));
		try {
			return Long.parseLong(value);
		}
		catch (NumberFormatException ex) {
			throw new LauncherException("--" + name + " must be a number, not '" + value + "'", ex);
		}
	}

	/**
	 * Where the gateway of the crash demo keeps its session.
	 */
	public enum Store {

		/**
		 * In Redis.
		 */
		REDIS,

		/**
		 * In the memory of the process: the control, which must lose messages.
		 */
		MEMORY;

		static Store of(String name) {
			return Arrays.stream(values())
				.filter((store) -> store.name().equals(name.toUpperCase(Locale.ROOT)))
				.findFirst()
				.orElseThrow(() -> new LauncherException("--store must be redis or memory, not '" + name + "'"));
		}

	}

}
