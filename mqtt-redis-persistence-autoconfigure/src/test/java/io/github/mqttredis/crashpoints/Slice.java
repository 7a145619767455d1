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
import java.util.List;
import java.util.stream.Stream;

/**
 * Which points are run: all with {@code -Dcrashpoints=all}, one of every scenario with
 * {@code -Dcrashpoints=few}, otherwise some, always the same.
 * {@code -Dcrashpoints.scenarios} names some scenarios only.
 *
 * @param points how many points of each scenario
 * @param childPoints how many of each scenario in child JVMs
 * @param rounds how many kills at random times
 */
record Slice(int points, int childPoints, int rounds) {

	static final int ALL_CHILD_POINTS = 3;

	Slice {
		if (isFew()) {
			points = 1;
			childPoints = 0;
			rounds = 1;
		}
	}

	static boolean isAll() {
		return "all".equals(System.getProperty("crashpoints", "slice"));
	}

	static boolean isFew() {
		return "few".equals(System.getProperty("crashpoints"));
	}

	static String name() {
		if (isAll()) {
			return "all points";
		}
		return isFew() ? "one of each scenario" : "a slice; all with -Pcrash-points";
	}

	static List<Scenario> scenarios() {
		List<String> names = List.of(System.getProperty("crashpoints.scenarios", "").split(","));
		return Stream.of(Scenario.values())
			.filter((scenario) -> names.contains("") || names.contains(scenario.name()))
			.toList();
	}

	/**
	 * Return some of the points, spread evenly.
	 * @param points all points
	 * @param size how many at most
	 * @return the points in their order
	 */
	static List<CrashPoint> spread(List<CrashPoint> points, int size) {
		if (points.size() <= size) {
			return points;
		}
		List<CrashPoint> result = new ArrayList<>(size);
		for (int i = 0; i < size; i++) {
			result.add(points.get((2 * i + 1) * points.size() / (2 * size)));
		}
		return result;
	}

}
