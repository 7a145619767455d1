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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.mqttredis.soak.AppProcess.Stats;
import io.github.mqttredis.soak.Violation.Rule;
import io.github.mqttredis.testing.Load;

/**
 * A time of faults, which has to end with all well.
 */
final class Episode {

	/** How long it may take until all works again after the last fault. */
	private static final long RECOVERY_SECONDS = 60;

	private static final int SHOWN_VIOLATIONS = 20;

	/**
	 * Of pools, which begin a thread with a task: Lettuce has two of as many as there are
	 * processors.
	 */
	private static final int MORE_THREADS = 4 + 2 * Runtime.getRuntime().availableProcessors();

	private static final int MORE_SOCKETS = 3;

	private static final long MORE_HEAP = 12L << 20;

	private final Schedule schedule;

	private final String classPath;

	private final Path directory;

	/**
	 * Make an episode.
	 * @param schedule what happens
	 * @param classPath the class path of the application
	 * @param directory where its history goes
	 */
	Episode(Schedule schedule, String classPath, Path directory) {
		this.schedule = schedule;
		this.classPath = classPath;
		this.directory = directory;
	}

	Outcome run() throws InterruptedException {
		Journal journal = new Journal();
		Settings settings = this.schedule.settings();
		try (World world = new World(settings, journal, this.classPath, directory());
				Traffic traffic = new Traffic(settings, journal, this.schedule.seed(), world.brokerUri());
				Applications applications = new Applications(settings, world, traffic)) {
			Checker checker = new Checker(settings, world, traffic, applications);
			Faults faults = new Faults(world, applications);
			try {
				return run(journal, traffic, applications, checker, faults);
			}
			finally {
				write(journal, checker);
			}
		}
	}

	private Path directory() {
		try {
			return Files.createDirectories(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Outcome run(Journal journal, Traffic traffic, Applications applications, Checker checker, Faults faults)
			throws InterruptedException {
		applications.start();
		// Not before: a client that cannot connect at once has not subscribed yet.
		awaitConnected(applications, journal);
		traffic.start();
		Stats first = awaitConnected(applications, journal);
		faults.run(this.schedule, journal.now());
		long lastFault = journal.note("the last fault is over");
		long recovered = awaitRecovery(applications, traffic, checker, journal, lastFault);
		traffic.end();
		awaitEmpty(applications, checker, journal);
		Stats last = applications.main().stats();
		if (last != null) {
			compare(first, last, checker);
		}
		if (!applications.main().stop()) {
			checker.add(Rule.STOP, lastFault, journal.now(), applications.main() + " did not stop in time");
		}
		long end = journal.note("the end");
		checker.checkMessages(end);
		checker.checkCommands(end);
		checker.checkOwners();
		checker.checkLogs();
		checker.checkRedis(end);
		Map<String, Integer> done = new TreeMap<>();
		faults.done().forEach((kind, times) -> done.put(kind.text(), times));
		return new Outcome(this.schedule, end, done, traffic.messages().size(),
				(int) traffic.messages().stream().filter(Message::isAccepted).count(),
				(int) traffic.messages().stream().filter((message) -> !message.deliveries().isEmpty()).count(),
				checker.repeated(), checker.permittedLosses(), checker.permittedRepeats(), traffic.commands().size(),
				applications.all().size(), recovered - lastFault, List.copyOf(checker.violations()), journal);
	}

	private Stats awaitConnected(Applications applications, Journal journal) throws InterruptedException {
		long deadline = journal.now() + Load.seconds(60).toMillis();
		while (journal.now() < deadline) {
			applications.supervise();
			AppProcess process = applications.main();
			if (process.started() > 0) {
				Stats stats = process.stats();
				if (stats != null && stats.connected() == this.schedule.settings().clients().size()) {
					TimeUnit.SECONDS.sleep(1);
					return process.stats();
				}
			}
			TimeUnit.MILLISECONDS.sleep(200);
		}
		throw new IllegalStateException("Not all clients are connected before the first fault: see " + this.directory);
	}

	/** Until each client has published something new that was delivered. */
	private long awaitRecovery(Applications applications, Traffic traffic, Checker checker, Journal journal,
			long lastFault) throws InterruptedException {
		long deadline = lastFault + Load.seconds(RECOVERY_SECONDS).toMillis();
		while (journal.now() < deadline) {
			applications.supervise();
			Set<String> working = traffic.messages()
				.stream()
				.filter((message) -> message.issued > lastFault && message.isAccepted()
						&& !message.deliveries().isEmpty())
				.map((message) -> message.client)
				.collect(Collectors.toSet());
			boolean all = working.containsAll(this.schedule.settings().clients());
			if (all && checker.missing().stream().noneMatch((message) -> message.issued < lastFault)) {
				return journal.note("all works again");
			}
			TimeUnit.MILLISECONDS.sleep(50);
		}
		checker.add(Rule.RECOVERY, lastFault - 20_000, journal.now(),
				"not all works " + (journal.now() - lastFault) + " ms after the last fault");
		return journal.note("not all works again");
	}

	/** Until all is delivered and nothing is under way any more. */
	private void awaitEmpty(Applications applications, Checker checker, Journal journal) throws InterruptedException {
		long deadline = journal.now() + Load.seconds(RECOVERY_SECONDS).toMillis();
		boolean empty = false;
		while (!empty && journal.now() < deadline) {
			applications.supervise();
			empty = checker.missing().isEmpty() && checker.missingCommands().isEmpty()
					&& checker.left()
						.keySet()
						.stream()
						.noneMatch((key) -> key.matches(".*:v[35]") || key.endsWith(":queue"));
			TimeUnit.MILLISECONDS.sleep(100);
		}
		journal.note(empty ? "nothing is under way" : "something is under way: " + checker.left());
	}

	private void compare(Stats first, Stats last, Checker checker) {
		if (last.threads().size() > first.threads().size() + MORE_THREADS) {
			List<String> more = new ArrayList<>(last.threads());
			first.threads().forEach(more::remove);
			checker.add(Rule.LEAK, 0, Long.MAX_VALUE, "threads " + more);
		}
		if (last.sockets() > first.sockets() + MORE_SOCKETS) {
			checker.add(Rule.LEAK, 0, Long.MAX_VALUE, last.sockets() + " sockets in place of " + first.sockets());
		}
		if (last.heap() > first.heap() + MORE_HEAP) {
			checker.add(Rule.LEAK, 0, Long.MAX_VALUE, last.heap() + " bytes of heap in place of " + first.heap());
		}
	}

	private void write(Journal journal, Checker checker) {
		try {
			List<String> lines = new ArrayList<>();
			lines.add(this.schedule.toString());
			checker.violations().forEach((violation) -> lines.add("VIOLATION " + violation));
			lines.addAll(journal.between(0, Long.MAX_VALUE));
			Files.write(this.directory.resolve("history.txt"), lines);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What came of an episode.
	 *
	 * @param schedule what was to happen
	 * @param millis how long it took
	 * @param faults how often faults of each kind happened
	 * @param messages how many messages the application was told to publish
	 * @param accepted how many it accepted
	 * @param delivered how many were delivered
	 * @param repeated how many were delivered more than once
	 * @param permittedLosses how many were lost that could be
	 * @param permittedRepeats how many were repeated of QoS 2 that could be
	 * @param commands how many messages were sent to the application
	 * @param processes how many processes there were
	 * @param recovery how long it took until all worked again, in milliseconds
	 * @param violations what was not as promised
	 * @param journal what happened
	 */
	record Outcome(Schedule schedule, long millis, Map<String, Integer> faults, int messages, int accepted,
			int delivered, int repeated, int permittedLosses, int permittedRepeats, int commands, int processes,
			long recovery, List<Violation> violations, Journal journal) {

		@Override
		public String toString() {
			return "seed " + this.schedule.seed() + " (" + this.schedule.settings() + "): "
					+ this.faults.values().stream().mapToInt(Integer::intValue).sum() + " faults, " + this.processes
					+ " processes, " + this.messages + " messages, " + this.accepted + " accepted, " + this.delivered
					+ " delivered, " + this.repeated + " repeated, permitted: " + this.permittedLosses + " lost and "
					+ this.permittedRepeats + " repeated, " + this.commands + " commands, recovery " + this.recovery
					+ " ms, " + this.violations.size() + " violations"
					+ this.violations.stream()
						.limit(SHOWN_VIOLATIONS)
						.map((violation) -> "\n    " + violation)
						.collect(Collectors.joining())
					+ further();
		}

		private String further() {
			Map<Rule, Long> further = this.violations.stream()
				.skip(SHOWN_VIOLATIONS)
				.collect(Collectors.groupingBy(Violation::rule, TreeMap::new, Collectors.counting()));
			return further.isEmpty() ? "" : "\n    and further ones: " + further;
		}

	}

}
