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

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * What happened lately, in sentences.
 */
class Journal {

	private static final int ENTRIES = 50;

	private final Deque<Entry> entries = new ArrayDeque<>();

	private final Clock clock = Clock.systemUTC();

	private long number;

	synchronized void add(String format, Object... arguments) {
		this.number++;
		this.entries.addLast(new Entry(this.number, this.clock.instant().truncatedTo(ChronoUnit.MILLIS),
				String.format(Locale.ROOT, format, arguments)));
		if (this.entries.size() > ENTRIES) {
			this.entries.removeFirst();
		}
	}

	synchronized List<Entry> entries() {
		return List.copyOf(this.entries);
	}

	/**
	 * A sentence.
	 *
	 * @param number tells it from the others, growing
	 * @param at when it happened
	 * @param text the sentence
	 */
	record Entry(long number, Instant at, String text) {

	}

}
