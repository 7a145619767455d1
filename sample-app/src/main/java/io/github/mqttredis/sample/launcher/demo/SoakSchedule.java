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
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import io.github.mqttredis.sample.launcher.demo.SoakFault.Place;

/**
 * What happens in the rounds of a soak, and when: a function of its seed.
 */
final class SoakSchedule {

	/** How long the faults of a round last, all together, in milliseconds. */
	static final int ROUND = 30_000;

	private static final int LEAST = 200;

	private SoakSchedule() {
	}

	static int rounds(int minutes) {
		return minutes * 60_000 / ROUND;
	}

	/**
	 * Draw the faults of a round.
	 * @param seed the seed of the soak
	 * @param round the number of the round
	 * @return the faults, by time; all are healed when the round ends
	 */
	static List<Entry> draw(long seed, int round) {
		SplittableRandom random = new SplittableRandom(31 * seed + round);
		List<Entry> entries = new ArrayList<>();
		for (Place place : Place.values()) {
			List<SoakFault> faults = Stream.of(SoakFault.values()).filter((fault) -> fault.place() == place).toList();
			int at = pause(random, place);
			while (at < ROUND - LEAST) {
				SoakFault fault = faults.get(random.nextInt(faults.size()));
				int end = Math.min(at + random.nextInt(LEAST, fault.mostMillis()), ROUND);
				entries.add(new Entry(fault, at, end));
				at = end + pause(random, place);
			}
		}
		entries.sort(Comparator.comparingInt(Entry::at));
		return List.copyOf(entries);
	}

	private static int pause(SplittableRandom random, Place place) {
		return LEAST + (int) (-Math.log(1 - random.nextDouble()) * place.meanPause());
	}

	/**
	 * A fault of a round.
	 *
	 * @param fault what happens
	 * @param at when it begins, in milliseconds since the round began
	 * @param end when it is healed
	 */
	record Entry(SoakFault fault, int at, int end) {

	}

}
