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
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.mqttredis.benchmarks.Scenario;
import io.github.mqttredis.benchmarks.StoreKind;
import io.github.mqttredis.benchmarks.Variant;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param quick whether a look is enough
 * @param cross whether {@code publish} combines all sizes with each other
 * @param artemis whether Artemis is used although mosquitto is installed
 * @param scenarios what is measured
 * @param variants what it is measured of
 * @param rounds how often, or {@code null} for the usual number
 * @param millis how long a timed round is measured, or {@code null} for the usual time
 * @param output where the results go
 */
record Options(boolean quick, boolean cross, boolean artemis, Set<Scenario> scenarios, List<Variant> variants,
		@Nullable Integer rounds, @Nullable Integer millis, Path output) {

	static final String HELP = """
			Usage: benchmarks/run [options]

			Starts its own Redis and broker (mosquitto if it is installed, else Artemis), measures all stores in turns,
			prints a table and writes benchmarks/target/results.json. Takes about an hour; --quick takes a few minutes.

			  --quick             fewer sizes, short rounds, no UNIX socket: for a look, not for a comparison
			  --scenarios=a,b     publish, receive, latency, restore, clients, many-sessions, far-redis, long-outage, redis-cpu,
			                      operations; all by default
			  --jmh               the same as --scenarios=operations
			  --stores=a,b        memory, file, direct, before-return, before-send,
			                      before-return-encrypted (publish and operations only), or one with driver and transport,
			                      such as direct-jedis-tcp; all by default
			  --rounds=N          measured rounds of each store; their median counts
			  --millis=N          how long a timed round is measured
			  --cross             publish: every size with every other (several hours)
			  --artemis           Artemis, although mosquitto is installed
			  --output=file       where the results go
			  --help              this text

			benchmarks/report writes tables and chart of docs/ from the results.
			""";

	private static final Set<String> NAMES = Set.of("--quick", "--cross", "--artemis", "--jmh", "--scenarios",
			"--stores", "--rounds", "--millis", "--output");

	static Options parse(List<String> arguments) {
		Map<String, String> given = new HashMap<>();
		for (String argument : arguments) {
			String name = argument.split("=", 2)[0];
			if (!NAMES.contains(name)) {
				throw new IllegalArgumentException("No such option: " + argument);
			}
			given.put(name, argument.substring(Math.min(argument.length(), name.length() + 1)));
		}
		boolean quick = given.containsKey("--quick");
		return new Options(quick, given.containsKey("--cross"), given.containsKey("--artemis"), scenarios(given),
				variants(given.get("--stores"), quick), positive(given, "--rounds"), positive(given, "--millis"),
				Path.of(given.getOrDefault("--output", "benchmarks/target/results.json")));
	}

	private static Set<Scenario> scenarios(Map<String, String> given) {
		String value = given.containsKey("--jmh") ? Scenario.OPERATIONS.label() : given.get("--scenarios");
		if (value == null) {
			return EnumSet.complementOf(EnumSet.of(Scenario.SUBSCRIBE));
		}
		Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
		Arrays.stream(value.split(",")).map(Scenario::parse).forEach(scenarios::add);
		return scenarios;
	}

	private static @Nullable Integer positive(Map<String, String> given, String name) {
		String value = given.get(name);
		if (value == null) {
			return null;
		}
		if (!value.matches("[1-9][0-9]{0,6}")) {
			throw new IllegalArgumentException(name + " must be a number of at least 1");
		}
		return Integer.valueOf(value);
	}

	private static List<Variant> variants(@Nullable String value, boolean quick) {
		List<String> stores = (value != null) ? List.of(value.split(",")) : List.of();
		for (String store : stores) {
			if (Variant.all().stream().noneMatch((variant) -> matches(variant, store))) {
				throw new IllegalArgumentException("No such store: " + store + "; there are "
						+ Arrays.stream(StoreKind.values()).map(StoreKind::label).toList());
			}
		}
		return Variant.all()
			.stream()
			.filter((variant) -> stores.isEmpty() ? !quick || !variant.transport().equals(Variant.UNIX)
					: stores.stream().anyMatch((store) -> matches(variant, store)))
			.toList();
	}

	private static boolean matches(Variant variant, String store) {
		return variant.label().equals(store) || variant.store().label().equals(store);
	}

}
