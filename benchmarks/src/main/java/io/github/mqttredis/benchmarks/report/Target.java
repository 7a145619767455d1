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

package io.github.mqttredis.benchmarks.report;

import java.util.Locale;
import java.util.OptionalDouble;

import org.jspecify.annotations.Nullable;

/**
 * What was aimed at, beside what was reached.
 *
 * @param name what it is about
 * @param goal what is to be reached
 * @param stretch what would be better still
 * @param atMost whether less is better
 * @param reached what was reached, if it was measured
 */
record Target(String name, double goal, @Nullable Double stretch, boolean atMost, OptionalDouble reached) {

	static Target atLeast(String name, double goal, double stretch, OptionalDouble reached) {
		return new Target(name, goal, stretch, false, reached);
	}

	static Target atMost(String name, double goal, @Nullable Double stretch, OptionalDouble reached) {
		return new Target(name, goal, stretch, true, reached);
	}

	String row() {
		return "| " + this.name + " | " + number(this.goal) + " | "
				+ ((this.stretch != null) ? number(this.stretch) : "") + " | "
				+ (this.reached.isPresent() ? number(this.reached.getAsDouble()) : "") + " | " + verdict() + " |";
	}

	private String verdict() {
		if (this.reached.isEmpty()) {
			return "not measured";
		}
		double value = this.reached.getAsDouble();
		if (this.stretch != null && isMet(value, this.stretch)) {
			return "stretch reached";
		}
		return isMet(value, this.goal) ? "reached" : "**missed**";
	}

	private boolean isMet(double value, double bound) {
		return this.atMost ? value <= bound : value >= bound;
	}

	static String number(double value) {
		if (value >= 100) {
			return String.format(Locale.ROOT, "%,.0f", value);
		}
		String text = String.format(Locale.ROOT, (value >= 10) ? "%.1f" : "%.2f", value);
		return text.replaceFirst("\\.?0+$", "");
	}

}
