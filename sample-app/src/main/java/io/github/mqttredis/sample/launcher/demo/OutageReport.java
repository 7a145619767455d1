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
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.demo.OutageLedger.Totals;

/**
 * The table that the demo of a long outage prints in the end.
 */
class OutageReport {

	private static final String ROW = "%-18s %9s %10s %8s %6s %9s %13s%n";

	/** More names than anybody reads. */
	private static final int NAMES = 10;

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
		append(table, "LATE", " (delivered although the time-to-live was over)", Totals::late);
		table.append("outcome unknown: %d (a kill interrupted publish: they may arrive, once)%n"
			.formatted(sum(Totals::unknown)));
		return table.append(verdict()).toString();
	}

	private void append(StringBuilder table, String name, List<Totals> rows) {
		OutageReport some = new OutageReport(rows);
		table.append(
				ROW.formatted(name, some.sum(Totals::accepted), some.sum(Totals::delivered), some.size(Totals::expired),
						some.size(Totals::lost), some.sum(Totals::repeated), some.sum(Totals::outOfOrder)));
	}

	private void append(StringBuilder table, String what, String why, Function<Totals, List<Integer>> which) {
		for (int topic = 1; topic <= this.topics.size(); topic++) {
			List<Integer> numbers = which.apply(this.topics.get(topic - 1));
			if (!numbers.isEmpty()) {
				table.append("%s%s: %s%d %s%n".formatted(what, why, Topics.OUTAGE, topic,
						names(numbers.stream().map((number) -> "#" + number).toList())));
			}
		}
	}

	/**
	 * Return as many names as anybody reads.
	 * @param all the names
	 * @return the first ones, and how many there are
	 */
	static String names(List<String> all) {
		String first = all.stream().limit(NAMES).collect(Collectors.joining(" "));
		return (all.size() <= NAMES) ? first
				: String.format(Locale.ROOT, "%s ... %s (%d)", first, all.get(all.size() - 1), all.size());
	}

	private int sum(ToIntFunction<Totals> count) {
		return this.topics.stream().mapToInt(count).sum();
	}

	private int size(Function<Totals, List<Integer>> numbers) {
		return sum((one) -> numbers.apply(one).size());
	}

	private String verdict() {
		return "lost %d, repeated %d, out of order %d, late %d".formatted(size(Totals::lost), sum(Totals::repeated),
				sum(Totals::outOfOrder), size(Totals::late));
	}

}
