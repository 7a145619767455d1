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

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.mqttredis.sample.launcher.InflightRecords;
import io.github.mqttredis.sample.launcher.LauncherOptions;
import io.github.mqttredis.sample.launcher.demo.Ledger.Totals;

/**
 * The table that the soak prints in the end.
 */
class SoakReport {

	private static final String ROW = "%-20s %9s%n";

	/** More names than anybody reads. */
	private static final int NAMES = 10;

	private static final double MILLIS = 1000;

	private final Map<SoakFault, Integer> faults = new EnumMap<>(SoakFault.class);

	private final Ledger ledger;

	private int endedByItself;

	private Duration longestRecovery = Duration.ZERO;

	private String notRecovered = "";

	/**
	 * Create the report.
	 * @param ledger what becomes of the messages
	 */
	SoakReport(Ledger ledger) {
		this.ledger = ledger;
	}

	void struck(SoakFault fault) {
		this.faults.merge(fault, 1, Integer::sum);
	}

	/**
	 * Note that the gateway has ended though nobody had asked it to.
	 */
	void endedByItself() {
		this.endedByItself++;
	}

	/**
	 * Note how long it took after the faults of a round until all was delivered.
	 * @param recovery the time
	 */
	void recovered(Duration recovery) {
		if (recovery.compareTo(this.longestRecovery) > 0) {
			this.longestRecovery = recovery;
		}
	}

	/**
	 * Note that something did not arrive, or is still stored.
	 * @param limit how long nobody struck
	 * @param records what is in Redis
	 */
	void notRecovered(Duration limit, InflightRecords records) {
		this.notRecovered = "NOT RECOVERED within %s; in Redis %s%n".formatted(seconds(limit), records);
	}

	/**
	 * Lay out the table.
	 * @param options what the command line asks for
	 * @return the table, the names of what is lost or repeated, and the verdict
	 */
	String format(LauncherOptions options) {
		Totals all = this.ledger.all();
		StringBuilder table = new StringBuilder(ROW.formatted("fault", "times"));
		for (SoakFault fault : SoakFault.values()) {
			append(table, fault.text(), this.faults.getOrDefault(fault, 0));
		}
		table.append(ROW.formatted("messages", ""));
		append(table, "accepted", all.accepted());
		append(table, "delivered", all.delivered());
		append(table, "lost", all.lost());
		append(table, "QoS 2 duplicates", all.duplicates());
		table.append("longest recovery after a round: %s%n".formatted(seconds(this.longestRecovery)));
		table.append(Report.allowed(all));
		if (this.endedByItself > 0) {
			table.append("the gateway ended by itself: %d (it was started again)%n".formatted(this.endedByItself));
		}
		append(table, "LOST", this.ledger.lost());
		append(table, "DELIVERED TWICE", this.ledger.duplicates());
		table.append(this.notRecovered);
		table.append(("the same faults again: ./mvnw -pl sample-app -am spring-boot:run"
				+ " -Dspring-boot.run.arguments=\"--soak --minutes=%d --seed=%d\"%n")
			.formatted(options.minutes(), options.seed()));
		return table.append(Report.verdict(all)).toString();
	}

	private static void append(StringBuilder table, String what, int number) {
		table.append(ROW.formatted(what, number));
	}

	private static void append(StringBuilder table, String what, List<String> ids) {
		if (!ids.isEmpty()) {
			table.append("%s: %s%n".formatted(what, names(ids)));
		}
	}

	/**
	 * Return as many names as anybody reads.
	 * @param all the names
	 * @return the first ones, and how many there are
	 */
	private static String names(List<String> all) {
		String first = all.stream().limit(NAMES).collect(Collectors.joining(" "));
		return (all.size() <= NAMES) ? first
				: String.format(Locale.ROOT, "%s ... %s (%d)", first, all.get(all.size() - 1), all.size());
	}

	static String seconds(Duration duration) {
		return "%.1f s".formatted(duration.toMillis() / MILLIS);
	}

	/**
	 * Return the exit code of the soak.
	 * @return 0 if all has recovered, nothing was lost and no QoS 2 message delivered
	 * twice, otherwise 1
	 */
	int exitCode() {
		return (this.ledger.all().isFlawless() && this.notRecovered.isEmpty()) ? 0 : 1;
	}

}
