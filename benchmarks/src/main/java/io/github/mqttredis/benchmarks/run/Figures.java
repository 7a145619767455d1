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

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Variant;

/**
 * The figures of one store in one kind of round, as they come in.
 */
final class Figures {

	private final Map<String, List<Double>> values = new TreeMap<>();

	private int rounds;

	void add(Map<String, Double> round) {
		this.rounds++;
		round.forEach((name, value) -> this.values.computeIfAbsent(name, (key) -> new ArrayList<>()).add(value));
	}

	double median(String name) {
		List<Double> sorted = new ArrayList<>(this.values.getOrDefault(name, List.of()));
		if (sorted.isEmpty()) {
			throw new IllegalStateException("Not measured: " + name);
		}
		Collections.sort(sorted);
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

	/**
	 * Return a row of the results.
	 * @param round what was measured
	 * @param variant of what
	 * @param names the figures that count
	 * @return the row
	 */
	Map<String, Object> row(Round round, Variant variant, List<String> names) {
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("scenario", round.scenario().label());
		row.put("store", variant.store().label());
		row.put("driver", variant.driver());
		row.put("transport", variant.transport());
		row.put("qos", round.qos());
		row.put("publishers", round.publishers());
		row.put("payload", round.payload());
		row.put("inflight", round.inflight());
		if (round.size() > 0) {
			row.put("size", round.size());
		}
		row.put("rounds", this.rounds);
		for (String name : names) {
			List<Double> measured = this.values.getOrDefault(name, List.of());
			if (!measured.isEmpty()) {
				row.put(name, Map.of("median", rounded(median(name)), "min", rounded(Collections.min(measured)), "max",
						rounded(Collections.max(measured))));
			}
		}
		return row;
	}

	private static double rounded(double value) {
		return Math.round(value * 100) / 100.0;
	}

}
