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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Crashes at every point of every scenario: nothing is lost, nothing is sent twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractCrashPointTests {

	private static final int ATTEMPTS = 3;

	private RedisServer redis;

	private Surroundings surroundings;

	@BeforeAll
	void start() throws Exception {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.OFF);
		this.redis = RedisServer.start();
		this.surroundings = new Surroundings(this.redis.port(), startBroker());
		this.surroundings.watch();
	}

	@AfterAll
	void stop() throws Exception {
		this.surroundings.close();
		stopBroker();
		this.redis.close();
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.DEBUG);
	}

	/**
	 * Start the broker.
	 * @return its URI
	 */
	abstract String startBroker() throws Exception;

	abstract void stopBroker() throws Exception;

	/**
	 * Return how many points of a scenario are in the slice.
	 * @return the number, at most
	 */
	abstract int sliceSize();

	Stream<Arguments> points() throws Exception {
		Map<Scenario, List<CrashPoint>> chosen = new EnumMap<>(Scenario.class);
		StringBuilder report = new StringBuilder(getClass().getSimpleName() + ", " + Slice.name() + ":\n");
		for (Scenario scenario : Slice.scenarios()) {
			List<CrashPoint> all = Trial.points(this.surroundings, scenario);
			assertThat(all).as("points of " + scenario).isNotEmpty();
			List<CrashPoint> slice = Slice.of(all, sliceSize());
			chosen.put(scenario, slice);
			report.append(String.format("%5d of %4d points: %s%n", slice.size(), all.size(), scenario));
		}
		System.out.println(report);
		List<Arguments> result = new ArrayList<>();
		chosen.forEach((scenario, points) -> points.forEach((point) -> result.add(Arguments.of(scenario, point))));
		return result.stream();
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("points")
	void whenProcessDiesThenSuccessorDeliversAllAndQos2Once(Scenario scenario, CrashPoint point) throws Exception {
		Verdict verdict = new Trial(this.surroundings, scenario, point).run();
		for (int i = 1; i < ATTEMPTS && verdict.isGood() && !verdict.reached(); i++) {
			// Threads of one process may come in another order.
			verdict = new Trial(this.surroundings, scenario, point).run();
		}
		assertThat(verdict.violations()).as(verdict.toString()).isEmpty();
		assertThat(verdict.reached()).as(verdict.toString()).isTrue();
	}

}
