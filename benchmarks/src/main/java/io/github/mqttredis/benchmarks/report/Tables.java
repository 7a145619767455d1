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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.mqttredis.benchmarks.Variant;

/**
 * All figures, a table for each scenario: a row for each store, a column for each size.
 *
 * @param results what was measured
 */
record Tables(Results results) {

	private static final Map<String, String> FIGURES = figures();

	private static Map<String, String> figures() {
		Map<String, String> figures = new LinkedHashMap<>();
		figures.put("msgPerSec", "messages per second");
		figures.put("p50Micros", "microseconds, half of the messages");
		figures.put("p99Micros", "microseconds, 99 of 100 messages");
		figures.put("p999Micros", "microseconds, 999 of 1,000 messages");
		figures.put("atMsgPerSec", "messages per second at which that was measured");
		figures.put("storeMillis", "milliseconds in the store");
		figures.put("totalMillis", "milliseconds until the client was connected");
		figures.put("openMillis", "milliseconds to open all sessions, one after the other");
		figures.put("worstPutMillis", "milliseconds, the longest publish of one session during a lease");
		figures.put("p99AloneMicros", "microseconds, 99 of 100 publishes of a session by itself");
		figures.put("p99BesideMicros",
				"microseconds, 99 of 100 publishes beside a session that publishes all the time");
		figures.put("writeBackMillis", "milliseconds to write back 300 MiB while publishing");
		figures.put("heapBytesPerSession", "bytes of heap for a resting client");
		figures.put("threads", "threads");
		figures.put("redisConnections", "connections to Redis");
		figures.put("redisCpuMicrosPerMsg", "microseconds of Redis' processor time for a message");
		figures.put("microsPerOp", "microseconds for an operation");
		figures.put("allocatedBytesPerOp", "bytes allocated for an operation, by all threads");
		return figures;
	}

	String markdown() {
		StringBuilder text = new StringBuilder();
		Set<String> scenarios = new LinkedHashSet<>();
		this.results.rows().forEach((row) -> scenarios.add(Results.text(row, "scenario")));
		for (String scenario : scenarios) {
			List<Map<String, Object>> rows = this.results.of(scenario);
			text.append("### ").append(scenario).append("\n\n");
			FIGURES.forEach((figure, name) -> {
				if (rows.stream().anyMatch((row) -> row.containsKey(figure))) {
					text.append("In ").append(name).append(":\n\n").append(table(rows, figure)).append('\n');
				}
			});
		}
		return text.toString();
	}

	private static String table(List<Map<String, Object>> rows, String figure) {
		Set<String> columns = new LinkedHashSet<>();
		Map<String, Map<String, String>> cells = new LinkedHashMap<>();
		for (Map<String, Object> row : rows) {
			if (row.containsKey(figure)) {
				columns.add(column(row));
				cells.computeIfAbsent(store(row), (store) -> new LinkedHashMap<>()).put(column(row), cell(row, figure));
			}
		}
		StringBuilder table = new StringBuilder();
		line(table, "store", new ArrayList<>(columns));
		line(table, "---", columns.stream().map((column) -> "---:").toList());
		cells.forEach((store, row) -> line(table, store,
				columns.stream().map((column) -> row.getOrDefault(column, "")).toList()));
		return table.toString();
	}

	private static void line(StringBuilder table, String first, List<String> cells) {
		table.append("| ").append(first).append(" | ").append(String.join(" | ", cells)).append(" |\n");
	}

	private static String store(Map<String, Object> row) {
		String store = Results.text(row, "store");
		return Results.text(row, "driver").equals(Variant.NONE) ? store
				: store + ", " + Results.text(row, "driver") + ", " + Results.text(row, "transport");
	}

	private static String column(Map<String, Object> row) {
		String scenario = Results.text(row, "scenario");
		if (scenario.equals("operations")) {
			return Results.text(row, "operation");
		}
		List<String> parts = new ArrayList<>(List.of("QoS " + Results.text(row, "qos")));
		if (row.containsKey("size")) {
			String size = Target.number(Double.parseDouble(Results.text(row, "size")));
			parts.add(size + switch (scenario) {
				case "restore" -> " records";
				case "clients" -> " clients";
				case "long-outage" -> " messages";
				case "many-sessions", "far-redis" -> " sessions";
				default -> " messages";
			});
		}
		else {
			String publishers = Results.text(row, "publishers");
			parts.add(publishers + (publishers.equals("1") ? " publisher" : " publishers"));
			parts.add(Results.text(row, "payload") + " B");
			parts.add(Results.text(row, "inflight") + " in flight");
		}
		return String.join("<br>", parts);
	}

	private static String cell(Map<String, Object> row, String figure) {
		return Target.number(Results.figure(row, figure, "median")) + "<br><sub>"
				+ Target.number(Results.figure(row, figure, "min")) + " – "
				+ Target.number(Results.figure(row, figure, "max")) + "</sub>";
	}

}
