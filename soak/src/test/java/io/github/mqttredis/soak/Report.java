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

package io.github.mqttredis.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.soak.Results.Line;

/**
 * Writes docs/reliability.md from the results of soaks.
 */
final class Report {

	private Report() {
	}

	/**
	 * Write the page.
	 * @param arguments the page, and files of results
	 * @throws IOException if it cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		List<Line> lines = Stream.of(arguments)
			.skip(1)
			.flatMap((file) -> new Results(Path.of(file)).all().stream())
			.toList();
		Files.writeString(Path.of(arguments[0]), page(lines));
	}

	static String page(List<Line> lines) {
		List<String> page = new ArrayList<>(List.of("# Reliability", "",
				"Written by `soak/report` from what the soak has measured: `./mvnw -Psoak verify -Dsoak.minutes=N"
						+ " -Dsoak.seed=S`.",
				"",
				"An episode is an application with two to four clients, of MQTT 3.1.1 and MQTT 5 both, and twenty to"
						+ " ninety seconds of faults that overlap.",
				"Then all has to work again: each accepted message has arrived, QoS 2 once, and with Mosquitto in order; Redis is empty;"
						+ " no thread, socket or memory is left.",
				"The seed draws application and faults. What the faults permit is in [guarantees](guarantees.md).", "",
				"| | |", "|---|---|"));
		row(page, "time", hours(sum(lines, Line::millis)));
		row(page, "episodes", count(lines.size()));
		row(page, "processes of the application", count(sum(lines, Line::processes)));
		row(page, "faults", count(sum(lines, Report::faults)));
		row(page, "messages published, of these accepted",
				count(sum(lines, Line::messages)) + ", " + count(sum(lines, Line::accepted)));
		row(page, "delivered", count(sum(lines, Line::delivered)));
		row(page, "lost, although the guarantees do not permit it", count(violations(lines, "LOST")));
		row(page, "lost as the guarantees permit it", count(sum(lines, Line::permittedLosses)));
		row(page, "of QoS 2 repeated, although the guarantees do not permit it",
				count(violations(lines, "REPEATED") + violations(lines, "COMMAND_REPEATED")));
		row(page, "of QoS 2 repeated as the guarantees permit it", count(sum(lines, Line::permittedRepeats)));
		row(page, "repeated in all, most of them of QoS 1", count(sum(lines, Line::repeated)));
		row(page, "messages to the application, of these lost",
				count(sum(lines, Line::commands)) + ", " + count(violations(lines, "COMMAND_LOST")));
		row(page, "longest recovery after the last fault of an episode", String.format(Locale.ROOT, "%.1f s",
				lines.stream().mapToLong(Line::recovery).max().orElse(0) / 1000.0));
		row(page, "violations of any kind", count(sum(lines, (line) -> line.violations().size())));
		page.addAll(List.of("", "## Faults", "", "| fault | times |", "|---|---|"));
		Map<String, Long> faults = new TreeMap<>();
		lines.forEach((line) -> line.faults().forEach((kind, times) -> faults.merge(kind, (long) times, Long::sum)));
		faults.forEach((kind, times) -> row(page, kind.replace('-', ' '), count(times)));
		page.addAll(List.of("", "## Seeds", ""));
		lines.stream()
			.collect(Collectors.groupingBy(Line::date, TreeMap::new, Collectors.toList()))
			.forEach((date,
					ofDay) -> page.add(date + ": "
							+ ofDay.stream()
								.map((line) -> Long.toString(line.seed()))
								.distinct()
								.collect(Collectors.joining(", "))
							+ "\n"));
		List<Line> failed = lines.stream().filter((line) -> !line.violations().isEmpty()).toList();
		if (!failed.isEmpty()) {
			page.addAll(List.of("## Violations", "", "| seed | rule |", "|---|---|"));
			failed.forEach((line) -> line.violations()
				.stream()
				.map((violation) -> violation.substring(0, violation.indexOf(':')))
				.distinct()
				.forEach((rule) -> row(page, Long.toString(line.seed()), rule)));
		}
		return String.join("\n", page).stripTrailing() + "\n";
	}

	private static long faults(Line line) {
		return line.faults().values().stream().mapToInt(Integer::intValue).sum();
	}

	private static long violations(List<Line> lines, String rule) {
		return sum(lines, (line) -> line.violations().stream().filter((text) -> text.startsWith(rule + ":")).count());
	}

	private static long sum(List<Line> lines, ToLongFunction<Line> value) {
		return lines.stream().mapToLong(value).sum();
	}

	private static String count(long number) {
		return String.format(Locale.ROOT, "%,d", number);
	}

	private static String hours(long millis) {
		return String.format(Locale.ROOT, "%.1f hours", millis / 3_600_000.0);
	}

	private static void row(List<String> page, String name, String value) {
		page.add("| " + name + " | " + value + " |");
	}

}
