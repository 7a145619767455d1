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
import java.util.stream.Stream;

/**
 * When something was in trouble, as spans of time that may overlap.
 */
final class Troubles {

	private final List<long[]> spans = new ArrayList<>();

	/**
	 * Begin a trouble.
	 * @param from when
	 * @return ends it at a time
	 */
	synchronized End begin(long from) {
		long[] span = { from, Long.MAX_VALUE };
		this.spans.add(span);
		return (to) -> {
			synchronized (this) {
				span[1] = to;
			}
		};
	}

	/**
	 * Return the first time at which all has been well for a while.
	 * @param from not before this time, from which on the while counts
	 * @param millis the while
	 * @param others further troubles, without which it is to be
	 * @return the time, which may be one to come
	 */
	long wellFor(long from, long millis, Troubles... others) {
		List<long[]> all = new ArrayList<>(spans());
		Stream.of(others).map(Troubles::spans).forEach(all::addAll);
		long since = from;
		boolean moved = true;
		while (moved) {
			moved = false;
			for (long[] span : all) {
				if (span[0] < since + millis && span[1] > since) {
					if (span[1] == Long.MAX_VALUE) {
						return Long.MAX_VALUE;
					}
					since = span[1];
					moved = true;
				}
			}
		}
		return since + millis;
	}

	private synchronized List<long[]> spans() {
		return this.spans.stream().map(long[]::clone).toList();
	}

	synchronized boolean any(long from, long to) {
		return this.spans.stream().anyMatch((span) -> span[0] <= to && span[1] >= from);
	}

	/**
	 * The end of a trouble.
	 */
	interface End {

		void at(long time);

	}

}
