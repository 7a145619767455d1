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

package io.github.mqttredis.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Variant;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rows of {@code results.json}.
 *
 * @param rows the rows
 */
record Results(List<Map<String, Object>> rows) {

	static Results read(Path file) throws IOException {
		return new Results(JsonMapper.shared().readValue(Files.readString(file), new TypeReference<>() {
		}));
	}

	List<Map<String, Object>> of(String scenario) {
		return this.rows.stream().filter(with("scenario", scenario)).toList();
	}

	/**
	 * Return a rate of publishing with messages of the usual size.
	 * @param store the store
	 * @param driver the Redis client
	 * @param qos quality of service
	 * @param publishers threads that publish
	 * @return messages per second, if it was measured
	 */
	OptionalDouble publish(String store, String driver, int qos, int publishers) {
		return median(of("publish"), "msgPerSec",
				of(store, driver).and(with("qos", qos))
					.and(with("publishers", publishers))
					.and(with("payload", Round.PAYLOAD))
					.and(with("inflight", Round.INFLIGHT)));
	}

	OptionalDouble sized(String scenario, String store, String driver, int size, String figure) {
		return median(of(scenario), figure, of(store, driver).and(with("size", size)));
	}

	OptionalDouble operation(String operation, String store, String driver, String figure) {
		return median(of("operations"), figure, of(store, driver).and(with("operation", operation)));
	}

	private static OptionalDouble median(List<Map<String, Object>> rows, String figure,
			Predicate<Map<String, Object>> which) {
		return rows.stream()
			.filter(which)
			.filter((row) -> row.containsKey(figure))
			.mapToDouble((row) -> figure(row, figure, "median"))
			.findFirst();
	}

	static String text(Map<String, Object> row, String name) {
		Object value = row.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No " + name + " in " + row);
		}
		return value.toString();
	}

	static double figure(Map<String, Object> row, String figure, String part) {
		if (row.get(figure) instanceof Map<?, ?> parts && parts.get(part) instanceof Number number) {
			return number.doubleValue();
		}
		throw new IllegalArgumentException("No " + part + " of " + figure + " in " + row);
	}

	private static Predicate<Map<String, Object>> of(String store, String driver) {
		return with("store", store).and(with("driver", driver))
			.and((row) -> !Variant.UNIX.equals(row.get("transport")));
	}

	private static Predicate<Map<String, Object>> with(String name, Object value) {
		return (row) -> value.equals(row.get(name));
	}

}
