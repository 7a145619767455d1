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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.soak.Episode.Outcome;
import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.soak.Fault.Place;

/**
 * Episodes one after the other, whose seeds count up.
 */
final class Soak {

	private static final int SHORTEST_MILLIS = 20_000;

	private static final int LONGEST_MILLIS = 90_000;

	/** What is shown of a history around a violation. */
	private static final int SHOWN_LINES = 80;

	private final Path directory;

	private final Results results;

	/**
	 * Make a soak.
	 * @param directory where histories and results go
	 */
	Soak(Path directory) {
		this.directory = directory;
		this.results = new Results(directory.resolve("episodes.jsonl"));
	}

	/**
	 * Run episodes for a while, one at least.
	 * @param seed the seed of the first one
	 * @param minutes how long
	 * @return what was not as promised, with seed and history
	 */
	List<String> run(long seed, int minutes) throws InterruptedException {
		List<String> failures = new ArrayList<>();
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
		for (long next = seed; next == seed || System.nanoTime() < end; next++) {
			Schedule schedule = schedule(next);
			Outcome outcome = run(schedule);
			this.results.add(outcome);
			System.out.println(outcome);
			if (!outcome.violations().isEmpty()) {
				failures.add(tell(outcome));
			}
		}
		return failures;
	}

	/**
	 * Return the schedule of an episode.
	 * @param seed its seed
	 * @return the schedule
	 */
	static Schedule schedule(long seed) {
		int millis = SHORTEST_MILLIS + Schedule.random(seed, 2).nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
		return Schedule.draw(seed, millis, EnumSet.allOf(Kind.class));
	}

	private Outcome run(Schedule schedule) throws InterruptedException {
		return new Episode(schedule, System.getProperty("java.class.path"), directory(schedule)).run();
	}

	private Path directory(Schedule schedule) {
		return this.directory.resolve(Long.toString(schedule.seed()));
	}

	/** Name the seed, and the faults around what is wrong. */
	private String tell(Outcome outcome) {
		Violation first = outcome.violations().get(0);
		StringBuilder text = new StringBuilder(outcome.toString());
		text.append("\n  Run it again with -Dsoak.minutes=1 -Dsoak.seed=").append(outcome.schedule().seed());
		text.append("\n  All of it is in ")
			.append(directory(outcome.schedule()))
			.append(". Around the first of these:");
		List<String> lines = outcome.journal()
			.between(first.from(), first.to())
			.stream()
			.filter((line) -> line.length() < 400)
			.toList();
		lines.stream().limit(SHOWN_LINES).forEach((line) -> text.append("\n    ").append(line));
		return text.toString();
	}

	/**
	 * Leave out faults of an episode that fails, as long as it fails.
	 * @param seed its seed
	 * @param minutes how long to try
	 * @return the schedule with fewer faults
	 */
	Schedule shrink(long seed, int minutes) throws InterruptedException {
		Schedule smallest = schedule(seed);
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
		for (Place place : Place.values()) {
			List<Fault> fewer = smallest.faults().stream().filter((fault) -> fault.kind().place != place).toList();
			if (fewer.size() < smallest.faults().size() && System.nanoTime() < end && fails(smallest.with(fewer))) {
				smallest = smallest.with(fewer);
			}
		}
		for (int i = smallest.faults().size() - 1; i >= 0 && System.nanoTime() < end; i--) {
			List<Fault> fewer = new ArrayList<>(smallest.faults());
			fewer.remove(i);
			if (fails(smallest.with(fewer))) {
				smallest = smallest.with(fewer);
			}
		}
		return smallest;
	}

	private boolean fails(Schedule schedule) throws InterruptedException {
		return !run(schedule).violations().isEmpty();
	}

}
