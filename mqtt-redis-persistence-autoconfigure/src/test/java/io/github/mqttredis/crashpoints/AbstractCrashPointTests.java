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

package io.github.mqttredis.crashpoints;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.crashpoints.CrashPoint.Phase;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Crashes at every point of every scenario: nothing is lost, nothing is sent twice.
 * <p>
 * Most of a run is waiting inside Paho, so some runs go on at a time; each test waits for
 * its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractCrashPointTests {

	private static final int ATTEMPTS = 4;

	private final ExecutorService runs = Executors.newFixedThreadPool(6);

	private final ExecutorService childRuns = Executors.newFixedThreadPool(2);

	private final Map<Scenario, List<CrashPoint>> allPoints = new LinkedHashMap<>();

	private final Map<List<Object>, Future<Verdict>> verdicts = new LinkedHashMap<>();

	private final List<CrashPoint> reached = new ArrayList<>();

	private final List<CrashPoint> missed = new ArrayList<>();

	private final Logger pahoLogger = Logger.getLogger("org.eclipse.paho");

	private RedisServer redis;

	private Surroundings surroundings;

	@BeforeAll
	void start() throws Exception {
		log(LogLevel.OFF, Level.OFF);
		Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
			if (!(failure instanceof CrashSwitch.DeadProcessError) && !thread.getName().startsWith("MQTT")) {
				System.err.println(thread.getName() + " ended: " + failure);
			}
		});
		this.redis = RedisServer.start();
		this.surroundings = startSurroundings(this.redis.port());
		this.surroundings.watch();
		Map<Scenario, Future<List<CrashPoint>>> recordings = new LinkedHashMap<>();
		for (Scenario scenario : Slice.scenarios()) {
			recordings.put(scenario, this.runs.submit(() -> Trial.points(this.surroundings, scenario)));
		}
		for (Map.Entry<Scenario, Future<List<CrashPoint>>> recording : recordings.entrySet()) {
			this.allPoints.put(recording.getKey(), recording.getValue().get());
		}
	}

	@AfterAll
	void stop() throws Exception {
		this.runs.shutdownNow();
		this.childRuns.shutdownNow();
		Trial.awaitBurials();
		this.surroundings.close();
		stopBroker();
		this.redis.close();
		Thread.setDefaultUncaughtExceptionHandler(null);
		log(LogLevel.INFO, null);
		assertThat(this.missed).as("points that were not reached again").hasSizeLessThan(2 + this.reached.size() / 50);
	}

	private void log(LogLevel level, Level pahoLevel) {
		// What dead processes say is of no interest.
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel("io.github.mqttredis", level);
		this.pahoLogger.setLevel(pahoLevel);
	}

	/**
	 * Return what all processes have in common.
	 * @return the version of Paho, and the settings
	 */
	abstract Variant variant();

	/**
	 * Start the broker.
	 * @param redisPort where Redis listens
	 * @return what is around the processes
	 */
	abstract Surroundings startSurroundings(int redisPort) throws Exception;

	abstract void stopBroker() throws Exception;

	/**
	 * Return what is run of everything.
	 * @return the numbers
	 */
	abstract Slice slice();

	/**
	 * Return what the shortest build does here beside the points. A child JVM takes long,
	 * and so does every mutant: it kills a JVM with each broker, version and durability,
	 * and breaks sessions of both versions.
	 * @return whether it kills a JVM, and breaks no session
	 */
	boolean killsJvm() {
		return false;
	}

	Stream<Arguments> points() {
		return choose("points", Slice.isAll() ? Integer.MAX_VALUE : slice().points(), this.runs, Trial::run);
	}

	Stream<Arguments> childPoints() {
		return choose("points in child JVMs", Slice.isAll() ? Slice.ALL_CHILD_POINTS : slice().childPoints(),
				this.childRuns, Trial::runInChild);
	}

	private Stream<Arguments> choose(String what, int size, ExecutorService executor, Run run) {
		StringBuilder report = new StringBuilder(getClass().getSimpleName() + ", " + what + " (" + Slice.name() + "):");
		List<Arguments> result = new ArrayList<>();
		this.allPoints.forEach((scenario, all) -> {
			List<CrashPoint> chosen = Slice.spread(all, size);
			report.append(String.format("%n%5d of %4d: %s", chosen.size(), all.size(), scenario));
			for (CrashPoint point : chosen) {
				result.add(Arguments.of(scenario, point));
				this.verdicts.put(List.of(what, scenario, point), executor.submit(() -> attempt(run, scenario, point)));
			}
		});
		report.append(String.format("%n%5d of %4d: all", result.size(),
				this.allPoints.values().stream().mapToInt(List::size).sum()));
		System.out.println(report);
		return result.stream();
	}

	private Verdict attempt(Run run, Scenario scenario, CrashPoint point) throws Exception {
		Verdict verdict = run.of(new Trial(this.surroundings, scenario, point));
		for (int i = 1; i < ATTEMPTS && verdict.isGood() && !verdict.reached(); i++) {
			// Threads of one process may come in another order.
			verdict = run.of(new Trial(this.surroundings, scenario, point));
		}
		return verdict;
	}

	private Verdict verdict(String what, Scenario scenario, CrashPoint point) throws Exception {
		try {
			return this.verdicts.get(List.of(what, scenario, point)).get();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(scenario + ", " + point, ex.getCause());
		}
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(Scenario.class)
	void whenScenarioIsRecordedThenItHasPoints(Scenario scenario) {
		if (Slice.scenarios().contains(scenario)) {
			assertThat(this.allPoints.get(scenario)).isNotEmpty();
		}
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("points")
	void whenProcessDiesThenSuccessorDeliversAllAndQos2Once(Scenario scenario, CrashPoint point) throws Exception {
		Verdict verdict = verdict("points", scenario, point);
		assertThat(verdict.violations()).as(verdict.toString()).isEmpty();
		(verdict.reached() ? this.reached : this.missed).add(point);
		// A thread may have come so late in the recording that it does not come again.
		assumeThat(verdict.reached()).as("reached").isTrue();
	}

	@ParameterizedTest(name = "{0}: {1}", allowZeroInvocations = true)
	@MethodSource("childPoints")
	void whenJvmHaltsThenVerdictIsTheSame(Scenario scenario, CrashPoint point) throws Exception {
		Verdict child = verdict("points in child JVMs", scenario, point);
		check(child);
		Verdict here = attempt(Trial::run, scenario, point);
		assertThat(here.violations()).as("in this JVM: " + here).isEqualTo(child.violations());
	}

	private static void check(Verdict verdict) {
		assertThat(verdict.violations()).as(verdict.toString()).isEmpty();
		assertThat(verdict.reached()).as(verdict.toString()).isTrue();
	}

	Stream<Mutant> mutants() {
		return Stream.of(Mutant.values()).filter((mutant) -> !Slice.isFew() || !killsJvm());
	}

	@ParameterizedTest(allowZeroInvocations = true)
	@MethodSource("mutants")
	void whenSessionIsBrokenThenThePointsTell(Mutant mutant) throws Exception {
		UnaryOperator<Session> mutation = mutant.in(this.surroundings);
		List<CrashPoint> points = Trial.points(this.surroundings, Scenario.QOS_2_PUBLISH)
			.stream()
			.filter((point) -> point.ordinal() == 1 || Slice.isAll())
			.filter((point) -> point.phase() == Phase.BEFORE || point.phase() == Phase.AFTER)
			.filter((point) -> point.call().matches("(put|remove) .*|send"))
			.toList();
		Map<CrashPoint, Future<Verdict>> found = new LinkedHashMap<>();
		points.forEach((point) -> found.put(point,
				this.runs.submit(() -> new Trial(this.surroundings, Scenario.QOS_2_PUBLISH, point).run(mutation))));
		StringBuilder report = new StringBuilder();
		for (Map.Entry<CrashPoint, Future<Verdict>> run : found.entrySet()) {
			List<String> violations = run.getValue().get().violations();
			if (!violations.isEmpty()) {
				report.append(String.format("%n%s is found %s: %s", mutant, run.getKey(), violations));
			}
		}
		System.out.println(report);
		assertThat(report).as("what the points tell of " + mutant + " at " + points).isNotEmpty();
	}

	IntStream rounds() {
		int standard = Slice.isAll() ? 25 : slice().rounds();
		return IntStream.rangeClosed(1,
				Integer.getInteger("crashpoints.rounds", (Slice.isFew() && !killsJvm()) ? 0 : standard));
	}

	@ParameterizedTest(name = "round {0}", allowZeroInvocations = true)
	@MethodSource("rounds")
	void whenJvmIsKilledAtARandomTimeThenSuccessorDeliversAllAndQos2Once(int round) throws Exception {
		long seed = Long.getLong("crashpoints.seed", System.nanoTime()) + round;
		int millis = new Random(seed).nextInt(1000);
		System.out.println(getClass().getSimpleName() + ": kill in round " + round + " after " + millis
				+ " ms; repeat with -Dcrashpoints.seed=" + (seed - round));
		check(new RandomKill(this.surroundings, "killed" + round, millis).run());
	}

	/**
	 * A way to run a trial.
	 */
	private interface Run {

		Verdict of(Trial trial) throws Exception;

	}

}
