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

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rows of the README that compare the speed of the stores: ratios of the medians in
 * the performance document.
 *
 * @param performance the text of the performance document
 */
record Comparison(String performance) {

	private static final String BEGIN = "### " + Tables.RATES + "\n";

	private static final String MEMORY = "memory";

	/** The columns of the document's table with one publisher. */
	private static final int QOS_1 = 1;

	private static final int QOS_2 = 3;

	String update(String readme) {
		return replace(replace(readme, row(1, QOS_1)), row(2, QOS_2));
	}

	private String row(int qos, int column) {
		List<Double> ratios = List.of(ratio("file", column), ratio("before-return, lettuce", column),
				ratio("before-send, lettuce", column));
		return "| speed compared with Paho's memory, QoS %d | 1 | %s | %s; %s with `before-send` |".formatted(qos,
				number(ratios.get(0)), number(ratios.get(1)), number(ratios.get(2)));
	}

	private static String replace(String readme, String row) {
		String label = row.substring(0, row.indexOf('|', 1) + 1);
		Matcher old = Pattern.compile("(?m)^" + Pattern.quote(label) + ".*$").matcher(readme);
		if (!old.find()) {
			throw new IllegalArgumentException("The README lacks a row " + label);
		}
		return old.replaceFirst(Matcher.quoteReplacement(row));
	}

	private double ratio(String store, int column) {
		return median(store, column) / median(MEMORY, column);
	}

	private double median(String store, int column) {
		String table = this.performance.substring(this.performance.indexOf(BEGIN) + BEGIN.length());
		for (String line : table.substring(0, table.indexOf("\n### ")).split("\n")) {
			String[] cells = line.split(" *\\| *");
			if (cells.length > column + 1 && cells[1].equals(store)) {
				return Double.parseDouble(cells[column + 1].replaceFirst("<br>.*", "").replace(",", ""));
			}
		}
		throw new IllegalArgumentException("The performance document has no figures of " + store);
	}

	/** Two digits that count. */
	private static String number(double ratio) {
		return (ratio < 0.1) ? String.format(Locale.ROOT, "%.3f", ratio) : Target.number(ratio);
	}

}
