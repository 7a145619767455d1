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
 * @param task what to do
 * @param store where the gateway of the crash demo keeps its session
 * @param kills how often the crash demo kills the gateway
 * @param seed the seed of what the demos leave to chance
 * @param messages how many messages the demo of a long outage publishes
 * @param minutes how long the soak breaks things, not counting the recoveries
 * @since 0.1.0
 */
public record LauncherOptions(Task task, Store store, int kills, long seed, int messages, int minutes) {

	private static final String CRASH_DEMO = "crash-demo";

	private static final String STORE = "store";

	private static final String KILLS = "kills";

	private static final String SEED = "seed";

	private static final String LONG_OUTAGE = "long-outage";

	private static final String MESSAGES = "messages";

	private static final String SOAK = "soak";

	private static final String MINUTES = "minutes";

	/** The launcher remembers every message. */
	private static final int MOST_MINUTES = 240;

	/** With fewer of them, all are delivered before the application can be killed. */
	private static final int FEWEST_MESSAGES = 1000;

	private static final Set<String> OWN = Set.of(CRASH_DEMO, STORE, KILLS, SEED, LONG_OUTAGE, MESSAGES, SOAK, MINUTES,
			"gateway.port", "page.port");

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
		int messages = Math.toIntExact(number(arguments, MESSAGES, 200_000));
		if (messages < FEWEST_MESSAGES) {
			throw new LauncherException("--messages must be at least " + FEWEST_MESSAGES);
		}
		long minutes = number(arguments, MINUTES, 3);
		if (minutes < 1 || minutes > MOST_MINUTES) {
			throw new LauncherException("--minutes must be from 1 to " + MOST_MINUTES + ", not " + minutes);
		}
		LauncherOptions options = new LauncherOptions(task(arguments), Store.of(value(arguments, STORE, "redis")),
				kills, number(arguments, SEED, System.nanoTime()), messages, (int) minutes);
		if (options.task() == Task.LONG_OUTAGE && options.store() == Store.MEMORY) {
			throw new LauncherException("--long-outage needs --store=redis: Paho's own memory keeps no such queue");
		}
		if (options.task() == Task.SOAK && options.store() == Store.MEMORY) {
			throw new LauncherException("--soak needs --store=redis: Paho's own memory survives no kill");
		}
		return options;
	}

	private static Task task(ApplicationArguments arguments) {
		if (arguments.containsOption(SOAK)) {
			return Task.SOAK;
		}
		if (arguments.containsOption(LONG_OUTAGE)) {
			return Task.LONG_OUTAGE;
		}
		return arguments.containsOption(CRASH_DEMO) ? Task.CRASH_DEMO : Task.SHOW;
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
	 * What the launcher does.
	 */
	public enum Task {

		/**
		 * Show the gateway at work.
		 */
		SHOW,

		/**
		 * Kill it under load.
		 */
		CRASH_DEMO,

		/**
		 * Kill an application that publishes while the broker is away.
		 */
		LONG_OUTAGE,

		/**
		 * Break the gateway, Redis, the broker and the links, several at a time.
		 */
		SOAK

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
