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

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The results for the eye.
 */
final class Table {

	private Table() {
	}

	static void print(List<Map<String, Object>> rows, PrintStream out) {
		String last = "";
		for (Map<String, Object> row : rows) {
			String what = row.entrySet()
				.stream()
				.filter((entry) -> !(entry.getValue() instanceof Map)
						&& !List.of("store", "driver", "transport").contains(entry.getKey()))
				.map((entry) -> entry.getKey().equals("scenario") ? entry.getValue().toString()
						: entry.getKey() + " " + entry.getValue())
				.collect(Collectors.joining(", "));
			if (!what.equals(last)) {
				out.printf("%n%s%n", what);
				last = what;
			}
			out.printf("  %-14s %-8s %-5s", row.get("store"), row.get("driver"), row.get("transport"));
			row.forEach((name, value) -> {
				if (value instanceof Map<?, ?> figure) {
					out.printf("  %s %s (%s-%s)", name, number(figure.get("median")), number(figure.get("min")),
							number(figure.get("max")));
				}
			});
			out.println();
		}
	}

	private static String number(@Nullable Object value) {
		double number = (value instanceof Number known) ? known.doubleValue() : Double.NaN;
		return (number >= 100) ? "%,.0f".formatted(number) : "%.2f".formatted(number);
	}

}
