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

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Variant;

/**
 * The figures that a user compares: a row for each store, a column for each figure and
 * size. The rest is in the results alone: what only {@link Targets} needs, other sizes of
 * messages, and UNIX sockets.
 *
 * @param results what was measured
 */
record Tables(Results results) {

	static final String RATES = "Messages per second";

	private static final List<Sheet> SHEETS = List.of(
			new Sheet(RATES, new Figure("publish", "msgPerSec", "published"),
					new Figure("receive", "msgPerSec", "received")),
			new Sheet("Latency and cost", new Figure("latency", "atMsgPerSec", "at rate"),
					new Figure("latency", "p50Micros", "half within µs"),
					new Figure("latency", "p99Micros", "99 of 100 within µs"),
					new Figure("redis-cpu", "redisCpuMicrosPerMsg", "Redis' µs"),
					new Figure("operations", "microsPerOp", "µs"),
					new Figure("operations", "allocatedBytesPerOp", "bytes")),
			new Sheet("Restore, until connected, in milliseconds", new Figure("restore", "totalMillis", "")),
			new Sheet("Many clients, in messages per second", new Figure("clients", "msgPerSec", "")));

	String markdown() {
		StringBuilder text = new StringBuilder();
		for (Sheet sheet : SHEETS) {
			Map<String, Map<String, String>> cells = cells(sheet);
			if (!cells.isEmpty()) {
				text.append("### ").append(sheet.title()).append("\n\n").append(table(cells)).append('\n');
			}
		}
		return text.toString();
	}

	private Map<String, Map<String, String>> cells(Sheet sheet) {
		Map<String, Map<String, String>> cells = new LinkedHashMap<>();
		for (Figure figure : sheet.figures()) {
			this.results.of(figure.scenario())
				.stream()
				.filter((row) -> row.containsKey(figure.name()) && isUsual(row))
				.forEach((row) -> cells.computeIfAbsent(store(row), (store) -> new LinkedHashMap<>())
					.put(figure.title().isEmpty() ? size(row) : figure.title() + "<br>" + size(row),
							cell(row, figure.name())));
		}
		return cells;
	}

	private static boolean isUsual(Map<String, Object> row) {
		if (Variant.UNIX.equals(row.get("transport"))) {
			return false;
		}
		return switch (Results.text(row, "scenario")) {
			case "publish" -> is(row, "payload", Round.PAYLOAD) && is(row, "inflight", Round.INFLIGHT);
			case "operations" -> Results.text(row, "operation").equals("put");
			default -> true;
		};
	}

	private static boolean is(Map<String, Object> row, String name, int value) {
		return Results.text(row, name).equals(Integer.toString(value));
	}

	private static String table(Map<String, Map<String, String>> cells) {
		Set<String> columns = new LinkedHashSet<>();
		cells.values().forEach((row) -> columns.addAll(row.keySet()));
		StringBuilder table = new StringBuilder();
		line(table, "store", List.copyOf(columns));
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
		String driver = Results.text(row, "driver");
		return driver.equals(Variant.NONE) ? store : store + ", " + driver;
	}

	private static String size(Map<String, Object> row) {
		return switch (Results.text(row, "scenario")) {
			case "operations" -> Results.text(row, "operation");
			case "restore" -> number(row, "size") + " records";
			case "clients" -> number(row, "size") + (number(row, "size").equals("1") ? " client" : " clients");
			default -> "QoS " + Results.text(row, "qos")
					+ (number(row, "publishers").equals("1") ? "" : "<br>" + number(row, "publishers") + " publishers");
		};
	}

	private static String number(Map<String, Object> row, String name) {
		return Target.number(Double.parseDouble(Results.text(row, name)));
	}

	private static String cell(Map<String, Object> row, String figure) {
		String median = Target.number(Results.figure(row, figure, "median"));
		String min = Target.number(Results.figure(row, figure, "min"));
		String max = Target.number(Results.figure(row, figure, "max"));
		return min.equals(max) ? median : median + "<br><sub>" + min + "–" + max + "</sub>";
	}

	private record Sheet(String title, List<Figure> figures) {

		Sheet(String title, Figure... figures) {
			this(title, List.of(figures));
		}

	}

	/**
	 * A figure of a scenario, and what it is called at the head of its column.
	 *
	 * @param scenario what was measured
	 * @param name its name in the results
	 * @param title its name on the page
	 */
	private record Figure(String scenario, String name, String title) {

	}

}
