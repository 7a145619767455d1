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

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.soak.Traffic.Command;
import io.github.mqttredis.soak.Traffic.Reception;
import io.github.mqttredis.soak.Violation.Rule;

/**
 * Holds what happened against what docs/guarantees.md promises. A broker that is killed
 * forgets what it acknowledged, and who subscribed: messages may be lost and come again
 * that were published until the first one arrived that was published later.
 */
final class Checker {

	/**
	 * How long Redis has to be well so that what was not waited for is stored: a batch is
	 * under way for a write time-out at most, and the next one is prompt.
	 */
	static final long STORED_MILLIS = 2000L * Settings.WRITE_TIMEOUT_SECONDS;

	private final Settings settings;

	private final World world;

	private final Traffic traffic;

	private final Applications applications;

	private final List<Violation> violations = new ArrayList<>();

	private int permittedLosses;

	private int permittedRepeats;

	private int repeated;

	/** What the broker may have forgotten of messages, and of each client's commands. */
	private List<Forgotten> forgotten = List.of();

	private Map<String, List<Forgotten>> forgottenOf = Map.of();

	Checker(Settings settings, World world, Traffic traffic, Applications applications) {
		this.settings = settings;
		this.world = world;
		this.traffic = traffic;
		this.applications = applications;
	}

	/**
	 * Return the messages that have to be delivered and are not yet.
	 * @return the messages
	 */
	List<Message> missing() {
		look();
		return this.traffic.messages()
			.stream()
			.filter((message) -> message.isAccepted() && !message.poison && message.deliveries().isEmpty())
			.filter((message) -> !mayBeLost(message))
			.toList();
	}

	/**
	 * Return the commands that have to be received and are not yet.
	 * @return the commands
	 */
	List<Command> missingCommands() {
		look();
		return this.traffic.commands()
			.stream()
			.filter((command) -> command.acknowledged > 0 && command.receptions().isEmpty())
			.filter((command) -> !mayBeLost(command))
			.toList();
	}

	private boolean isForgotten(Message message) {
		return this.forgotten.stream().anyMatch((span) -> span.covers(message.issued));
	}

	private boolean isForgotten(Command command) {
		return this.forgottenOf.getOrDefault(command.client(), List.of())
			.stream()
			.anyMatch((span) -> span.covers(command.issued));
	}

	/** Find out what the broker may have forgotten. */
	private void look() {
		this.forgotten = forgotten(this.traffic.messages(), (message) -> message.issued,
				(message) -> message.deliveries().stream());
		// Each client subscribes for itself.
		this.forgottenOf = this.traffic.commands()
			.stream()
			.collect(Collectors.groupingBy(Command::client,
					Collectors.collectingAndThen(Collectors.toList(),
							(commands) -> forgotten(commands, (command) -> command.issued,
									(command) -> command.receptions().stream().map(Reception::at)))));
	}

	private <T> List<Forgotten> forgotten(Collection<T> sent, ToLongFunction<T> issued,
			Function<T, Stream<Long>> arrivals) {
		return this.world.brokerForgot()
			.stream()
			.map((killed) -> new Forgotten(killed,
					sent.stream()
						.filter((one) -> issued.applyAsLong(one) > killed)
						.flatMap(arrivals)
						.min(Comparator.naturalOrder())
						.orElse(Long.MAX_VALUE)))
			.toList();
	}

	/** With before-send, and while Redis is away, it may not have been stored. */
	private boolean mayBeLost(Message message) {
		if (isForgotten(message)) {
			return true;
		}
		boolean waitedFor = !this.settings.beforeSend() && !(this.settings.goesOn() && message.qos == 1);
		long stored = waitedFor ? message.answered()
				: this.world.redisTroubles().wellFor(message.issued, STORED_MILLIS, message.process.naps());
		return message.process.diedBetween(message.issued, stored)
				|| (!waitedFor && message.answered() >= message.process.succeeded());
	}

	/** Artemis does not repeat a PUBREL that a dead process has not answered. */
	private boolean mayBeLost(Command command) {
		return isForgotten(command) || this.settings.broker() == Settings.Broker.ARTEMIS && this.applications.all()
			.stream()
			.anyMatch((process) -> process.diedBetween(command.issued, Long.MAX_VALUE));
	}

	/** Its callback had begun, and the removal of its record was not stored. */
	private boolean mayBeRepeated(Command command) {
		if (isForgotten(command)) {
			return true;
		}
		List<Reception> receptions = command.receptions();
		for (int i = 1; i < receptions.size(); i++) {
			Reception before = receptions.get(i - 1);
			long stored = this.world.redisTroubles().wellFor(before.at(), STORED_MILLIS, before.process().naps());
			if (!before.process().diedBetween(before.begun() - STORED_MILLIS, stored)
					&& this.settings.broker() != Settings.Broker.ARTEMIS) {
				return false;
			}
		}
		return true;
	}

	/** A broker that forgets which messages it has of a client takes them twice. */
	private boolean mayBeRepeated(Message message) {
		List<Long> deliveries = message.deliveries();
		return isForgotten(message) || this.settings.broker() == Settings.Broker.ARTEMIS
				&& this.world.brokerTroubles().any(message.issued, deliveries.get(deliveries.size() - 1));
	}

	void checkMessages(long end) {
		look();
		List<Message> missing = new ArrayList<>(missing());
		int gone = this.applications.all().stream().mapToInt(AppProcess::lost).sum();
		// What only Redis had of the offline buffer, as the application itself counted
		// it.
		if (!missing.isEmpty() && missing.size() <= gone) {
			this.permittedLosses += missing.size();
			missing.clear();
		}
		missing.stream()
			.sorted(Comparator.comparingLong((message) -> message.issued))
			.forEach((message) -> add(Rule.LOST, message.issued - 5000, end, message.toString()));
		for (Message message : this.traffic.messages()) {
			List<Long> deliveries = message.deliveries();
			if (message.isAccepted() && !message.poison && deliveries.isEmpty() && mayBeLost(message)) {
				this.permittedLosses++;
			}
			if (message.poison && !deliveries.isEmpty()) {
				add(Rule.STRANGE, message.issued, deliveries.get(0), "the broker took " + message);
			}
			if (deliveries.size() > 1) {
				this.repeated++;
				if (message.qos == 2) {
					if (mayBeRepeated(message)) {
						this.permittedRepeats++;
					}
					else {
						add(Rule.REPEATED, message.issued - 5000, deliveries.get(deliveries.size() - 1),
								message.toString());
					}
				}
			}
		}
		checkOrder();
	}

	/**
	 * Not with Artemis 2.53: it reorders the messages of a connection while a topic is
	 * new to it, and while it stores a subscription.
	 */
	private void checkOrder() {
		if (this.settings.broker() == Settings.Broker.ARTEMIS) {
			return;
		}
		Map<String, Message> last = new HashMap<>();
		this.traffic.messages()
			.stream()
			.filter((message) -> message.isAccepted() && !message.probe && !message.deliveries().isEmpty()
					&& !isForgotten(message))
			.sorted(Comparator.comparingInt((message) -> message.number))
			.forEach((message) -> {
				Message before = last.put(message.topic + message.qos, message);
				if (before != null && before.arrival() > message.arrival()) {
					add(Rule.ORDER, before.issued - 5000, before.deliveries().get(0),
							before + " came behind " + message);
				}
			});
	}

	void checkCommands(long end) {
		look();
		missingCommands().forEach((command) -> add(Rule.COMMAND_LOST, command.issued - 5000, end, command.toString()));
		for (Command command : this.traffic.commands()) {
			List<Reception> receptions = command.receptions();
			if (command.qos == 2 && receptions.size() > 1) {
				if (mayBeRepeated(command)) {
					this.permittedRepeats++;
				}
				else {
					add(Rule.COMMAND_REPEATED, command.issued - 5000, receptions.get(receptions.size() - 1).at(),
							command.toString());
				}
			}
		}
		this.traffic.strangers().forEach((stranger) -> add(Rule.STRANGE, 0, end, stranger));
	}

	void checkOwners() {
		for (AppProcess[] pair : this.applications.waiting()) {
			AppProcess owner = pair[0];
			AppProcess waiting = pair[1];
			long from = waiting.spawned - 1000L * Settings.LEASE_SECONDS;
			long started = waiting.started();
			boolean excused = this.world.redisTroubles().any(from, started)
					|| owner.diedBetween(from, waiting.spawned - 1) || owner.diedBetween(waiting.spawned + 1, started);
			if (started > 0 && !excused) {
				add(Rule.OWNER, from, started, waiting + " has the sessions at " + started + ", and " + owner
						+ ", which owned them, had not ended");
			}
		}
		this.applications.problems().forEach((problem) -> add(Rule.STOP, 0, Long.MAX_VALUE, problem));
	}

	/** What a process said of Redis. */
	void checkLogs() {
		for (AppProcess process : this.applications.all()) {
			process.log()
				.stream()
				.filter((line) -> line.contains("Redis lost records") && this.world.dataLosses().isEmpty())
				.forEach((line) -> add(Rule.FALSE_ALARM, 0, Long.MAX_VALUE, process + ": " + line));
			process.log()
				.stream()
				.filter((line) -> line.contains("OutOfMemoryError") || line.contains("Unexpected failure"))
				.forEach((line) -> add(Rule.STOP, 0, Long.MAX_VALUE, process + ": " + line));
		}
	}

	/**
	 * Look at what is left in Redis after the application has ended.
	 * @param end when
	 */
	void checkRedis(long end) {
		look();
		left().forEach((key, fields) -> add(Rule.LEFT, 0, end, key + " " + fields));
		List<String> quarantined = this.world.quarantined();
		for (Message message : this.traffic.messages()) {
			long kept = quarantined.stream()
				.filter((value) -> value.contains(message.id() + SoakApplication.END))
				.count();
			boolean expected = message.poison && message.isAccepted();
			if (kept == 0 && expected && !mayBeLost(message)) {
				add(Rule.QUARANTINE, message.issued - 1000, end, "not in quarantine: " + message);
			}
			else if (kept > 0 && !message.poison) {
				add(Rule.QUARANTINE, message.issued - 1000, end, "in quarantine: " + message);
			}
		}
	}

	/**
	 * Return what is left of sessions and should not be, apart from what is in
	 * quarantine.
	 * @return fields, messages or values by key
	 */
	Map<String, Set<String>> left() {
		Map<String, Set<String>> left = this.world.left();
		left.entrySet().removeIf((entry) -> isPermitted(entry.getKey(), entry.getValue()));
		return left;
	}

	/**
	 * Records of received messages may stay after a crash, of the broker as well, and
	 * with Artemis; they do no harm.
	 */
	private boolean isPermitted(String key, Set<String> fields) {
		boolean crashed = this.settings.broker() == Settings.Broker.ARTEMIS || !this.world.brokerForgot().isEmpty()
				|| this.applications.all().stream().anyMatch(AppProcess::hasCrashed);
		return key.endsWith(":quarantine")
				|| (crashed && key.matches(".*:v[35]") && fields.stream().allMatch((field) -> field.startsWith("r-")));
	}

	void add(Rule rule, long from, long to, String detail) {
		this.violations.add(new Violation(rule, from, to, detail));
	}

	List<Violation> violations() {
		return this.violations;
	}

	int permittedLosses() {
		return this.permittedLosses;
	}

	int permittedRepeats() {
		return this.permittedRepeats;
	}

	int repeated() {
		return this.repeated;
	}

	/**
	 * The time in which the broker may have forgotten what was published.
	 *
	 * @param killed when it was killed
	 * @param over when the first one arrived that was published later: whoever it was for
	 * has subscribed again
	 */
	private record Forgotten(long killed, long over) {

		/**
		 * How long a message may have waited for the broker, while one fault follows
		 * another.
		 */
		private static final long WAITED_MILLIS = 120_000;

		boolean covers(long issued) {
			return issued <= this.over && issued >= this.killed - WAITED_MILLIS;
		}

	}

}
