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

import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.sample.launcher.InflightRecords;
import io.github.mqttredis.sample.launcher.demo.Ledger.Totals;

/**
 * The table that the crash demo prints in the end.
 */
class Report {

	private static final String ROW = "%5s %9s   %-34s %9s %6s %17s%n";

	private final List<InflightRecords> atKill = new ArrayList<>();

	/**
	 * Note what was in Redis when the gateway was dead.
	 * @param records the records
	 */
	void killed(InflightRecords records) {
		this.atKill.add(records);
	}

	/**
	 * Lay out the table.
	 * @param ledger what became of the messages
	 * @return the table and the verdict
	 */
	String format(Ledger ledger) {
		StringBuilder table = new StringBuilder();
		table
			.append(ROW.formatted("kill", "accepted", "in Redis at the kill", "delivered", "lost", "QoS 2 duplicates"));
		for (int kill = 1; kill <= this.atKill.size(); kill++) {
			append(table, Integer.toString(kill), this.atKill.get(kill - 1).toString(), ledger.round(kill));
		}
		Totals all = ledger.all();
		append(table, "all", "", all);
		return table.append(allowed(all)).append(verdict(all)).toString();
	}

	private static void append(StringBuilder table, String kill, String records, Totals totals) {
		table.append(ROW.formatted(kill, totals.accepted(), records, totals.delivered(), totals.lost(),
				totals.duplicates()));
	}

	/**
	 * Return the line with what the guarantees permit.
	 * @param all the counts
	 * @return the line, and its end
	 */
	static String allowed(Totals all) {
		return "outcome unknown: %d (publishing failed or never returned); QoS 1 repeats: %d (allowed)%n"
			.formatted(all.unknown(), all.repeats());
	}

	/**
	 * Return the line that says it all.
	 * @param all the counts
	 * @return the line
	 */
	static String verdict(Totals all) {
		return "lost %d, duplicates %d".formatted(all.lost(), all.duplicates());
	}

}
