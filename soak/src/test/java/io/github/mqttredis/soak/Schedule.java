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
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.soak.Fault.Place;

/**
 * What happens in an episode, and when: a function of its seed.
 *
 * @param seed the seed
 * @param settings the application
 * @param millis how long it lasts
 * @param faults the faults, by time
 */
record Schedule(long seed, Settings settings, long millis, List<Fault> faults) {

	/**
	 * Return what draws. {@link Random} alone begins almost alike for seeds that are
	 * close to each other.
	 * @param seed the seed of an episode
	 * @param part what is drawn
	 * @return the same numbers each time
	 */
	static Random random(long seed, int part) {
		return new Random(new SplittableRandom(4 * seed + part).nextLong());
	}

	/**
	 * Draw a schedule.
	 * @param seed the seed
	 * @param millis how long it lasts
	 * @param kinds what may happen
	 * @return the schedule
	 */
	static Schedule draw(long seed, long millis, Set<Kind> kinds) {
		Random random = random(seed, 0);
		return draw(seed, Settings.draw(random), millis, kinds);
	}

	static Schedule draw(long seed, Settings settings, long millis, Set<Kind> kinds) {
		Random random = random(seed, 1);
		List<Fault> faults = new ArrayList<>();
		for (Place place : Place.values()) {
			List<Kind> all = Stream.of(Kind.values())
				.filter((kind) -> kind.place == place && kinds.contains(kind) && settings.has(kind))
				.toList();
			// A place may be spared, so that others are seen alone.
			boolean spared = random.nextInt(4) == 0;
			int pause = 1000 + random.nextInt(12_000);
			long at = pause(random, pause);
			while (!all.isEmpty() && !spared && at < millis) {
				Kind kind = pick(random, all);
				long lasts = (kind.most > 0) ? 50 + random.nextInt(kind.most) : 0;
				faults.add(new Fault(kind, at, Math.min(lasts, millis - at), random.nextInt(100)));
				at += lasts + pause(random, pause);
			}
		}
		faults.sort(Comparator.comparingLong(Fault::at));
		return new Schedule(seed, settings, millis, List.copyOf(faults));
	}

	private static long pause(Random random, int mean) {
		return 200 + (long) (-Math.log(1 - random.nextDouble()) * mean);
	}

	private static Kind pick(Random random, List<Kind> kinds) {
		int left = random.nextInt(kinds.stream().mapToInt((kind) -> kind.weight).sum());
		for (Kind kind : kinds) {
			left -= kind.weight;
			if (left < 0) {
				return kind;
			}
		}
		throw new IllegalStateException();
	}

	Schedule with(List<Fault> others) {
		return new Schedule(this.seed, this.settings, this.millis, others);
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("seed " + this.seed + ", " + this.millis + " ms: " + this.settings);
		this.faults.forEach((fault) -> text.append("\n  ").append(fault));
		return text.toString();
	}

}
