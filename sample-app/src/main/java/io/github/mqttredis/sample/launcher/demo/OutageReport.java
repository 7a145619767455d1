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

package io.github.mqttredis.sample.launcher.demo;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.demo.OutageLedger.Totals;

/**
 * The table that the demo of a long outage prints in the end.
 */
class OutageReport {

	private static final String ROW = "%-18s %9s %10s %8s %6s %9s %13s%n";

	/** So many numbers that follow each other are named by the first and the last one. */
	private static final int SERIES = 3;

	private final List<Totals> topics;

	/**
	 * Create the report.
	 * @param topics the counts of all topics
	 */
	OutageReport(List<Totals> topics) {
		this.topics = topics;
	}

	/**
	 * Return whether nothing was lost, repeated, out of order or late.
	 * @return whether all is well
	 */
	boolean isFlawless() {
		return this.topics.stream().allMatch(Totals::isFlawless);
	}

	/**
	 * Lay out the table.
	 * @return the table, the names of what is missing, and the verdict
	 */
	String format() {
		StringBuilder table = new StringBuilder();
		table.append(ROW.formatted("topic", "accepted", "delivered", "expired", "lost", "repeated", "out of order"));
		for (int topic = 1; topic <= this.topics.size(); topic++) {
			append(table, Topics.OUTAGE + topic, List.of(this.topics.get(topic - 1)));
		}
		append(table, "all", this.topics);
		append(table, "expired", "", Totals::expired);
		append(table, "LOST", "", Totals::lost);
		append(table, "OUT OF ORDER", " (delivered behind a newer one)", Totals::outOfOrder);
		append(table, "LATE", " (delivered although the time-to-live was over)", Totals::late);
		table.append("outcome unknown: %d (a kill interrupted publish: they may arrive, once)%n"
			.formatted(sum(Totals::unknown)));
		return table.append(verdict()).toString();
	}

	private void append(StringBuilder table, String name, List<Totals> rows) {
		OutageReport some = new OutageReport(rows);
		table.append(
				ROW.formatted(name, some.sum(Totals::accepted), some.sum(Totals::delivered), some.size(Totals::expired),
						some.size(Totals::lost), some.sum(Totals::repeated), some.size(Totals::outOfOrder)));
	}

	private void append(StringBuilder table, String what, String why, Function<Totals, List<Integer>> which) {
		for (int topic = 1; topic <= this.topics.size(); topic++) {
			List<Integer> numbers = which.apply(this.topics.get(topic - 1));
			if (!numbers.isEmpty()) {
				table.append("%s%s: %s%d%s (%d)%n".formatted(what, why, Topics.OUTAGE, topic, names(numbers),
						numbers.size()));
			}
		}
	}

	/** Name all numbers, those at equal distances by the first and the last one. */
	private static String names(List<Integer> numbers) {
		StringBuilder names = new StringBuilder();
		int from = 0;
		while (from < numbers.size()) {
			int to = endOfSeries(numbers, from);
			boolean series = to - from >= SERIES - 1;
			to = series ? to : from;
			names.append(" #").append(numbers.get(from));
			if (series) {
				int step = numbers.get(from + 1) - numbers.get(from);
				names.append(" to #").append(numbers.get(to)).append((step > 1) ? " by " + step : "");
			}
			from = to + 1;
		}
		return names.toString();
	}

	private static int endOfSeries(List<Integer> numbers, int from) {
		int to = Math.min(from + 1, numbers.size() - 1);
		int step = numbers.get(to) - numbers.get(from);
		while (to + 1 < numbers.size() && numbers.get(to + 1) - numbers.get(to) == step) {
			to++;
		}
		return to;
	}

	private int sum(ToIntFunction<Totals> count) {
		return this.topics.stream().mapToInt(count).sum();
	}

	private int size(Function<Totals, List<Integer>> numbers) {
		return sum((one) -> numbers.apply(one).size());
	}

	private String verdict() {
		return "lost %d, repeated %d, out of order %d, late %d".formatted(size(Totals::lost), sum(Totals::repeated),
				size(Totals::outOfOrder), size(Totals::late));
	}

}
