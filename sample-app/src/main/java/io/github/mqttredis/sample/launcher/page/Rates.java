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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import io.github.mqttredis.sample.launcher.page.Tally.Counts;

/**
 * Averages over two seconds: a single look is too short to be more than noise.
 */
class Rates {

	static final Duration WINDOW = Duration.ofSeconds(2);

	private final Deque<Look> looks = new ArrayDeque<>();

	/**
	 * Note the counts of a moment.
	 * @param counts the counts
	 * @param now the time
	 * @return the rates since two seconds ago
	 */
	Rate add(Counts counts, long now) {
		this.looks.addLast(new Look(now, counts.published(), counts.delivered()));
		Look first = this.looks.getFirst();
		// The last one that is old enough is where the window begins.
		while (this.looks.size() > 1 && isBefore(second(), now)) {
			this.looks.removeFirst();
			first = this.looks.getFirst();
		}
		double seconds = (now - first.at()) / 1e9;
		return (seconds > 0) ? new Rate((counts.published() - first.published()) / seconds,
				(counts.delivered() - first.delivered()) / seconds) : new Rate(0, 0);
	}

	private Look second() {
		return this.looks.stream().skip(1).findFirst().orElseThrow();
	}

	private static boolean isBefore(Look look, long now) {
		return now - look.at() >= WINDOW.toNanos();
	}

	/**
	 * Rates.
	 *
	 * @param published readings published per second
	 * @param delivered readings delivered per second
	 */
	record Rate(double published, double delivered) {

	}

	/**
	 * The counts of a moment.
	 *
	 * @param at the moment
	 * @param published readings published until then
	 * @param delivered readings delivered until then
	 */
	private record Look(long at, long published, long delivered) {

	}

}
