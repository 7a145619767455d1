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
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What happened in an episode, in the order in which the soak saw it, with times in
 * milliseconds since the episode began.
 */
final class Journal {

	private final long start = System.nanoTime();

	private final List<Entry> entries = new ArrayList<>();

	long now() {
		return at(System.nanoTime());
	}

	/**
	 * Return when something happened.
	 * @param nanos the time by {@link System#nanoTime()}, which all processes share
	 * @return the time in this journal
	 */
	long at(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos - this.start);
	}

	/**
	 * Note something.
	 * @param text what happened
	 * @return when
	 */
	synchronized long note(String text) {
		long now = now();
		this.entries.add(new Entry(now, text));
		return now;
	}

	/**
	 * Return what was noted.
	 * @param from since when
	 * @param to until when
	 * @return a line for each
	 */
	synchronized List<String> between(long from, long to) {
		return this.entries.stream()
			.filter((entry) -> entry.at >= from && entry.at <= to)
			.map(Entry::toString)
			.toList();
	}

	private record Entry(long at, String text) {

		@Override
		public String toString() {
			return this.at + " " + this.text;
		}

	}

}
