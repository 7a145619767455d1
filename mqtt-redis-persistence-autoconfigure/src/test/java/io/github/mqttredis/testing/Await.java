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

package io.github.mqttredis.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Waits for conditions.
 */
public final class Await {

	/** How long a test waits for what has to come. */
	public static final Duration LIMIT = Load.seconds(60);

	/** The same in milliseconds. */
	public static final long MILLIS = LIMIT.toMillis();

	/** A pause is a tenth of what was waited, within these. */
	private static final long SHORTEST_MILLIS = 5;

	private static final long LONGEST_MILLIS = 50;

	private Await() {
	}

	/**
	 * Wait until a condition is met; fail if it is not within {@link #LIMIT}, or as much
	 * longer as this machine has become slower.
	 * @param what what is waited for
	 * @param condition the condition
	 */
	public static void until(String what, Callable<Boolean> condition) {
		until(what, LIMIT, condition);
	}

	/**
	 * Wait until a condition is met; fail if it is not in time.
	 * @param what what is waited for
	 * @param limit how long, at most
	 * @param condition the condition
	 */
	public static void until(String what, Duration limit, Callable<Boolean> condition) {
		long start = System.nanoTime();
		try {
			while (!condition.call()) {
				long waited = System.nanoTime() - start;
				if (waited > limit.toNanos()) {
					assertThat(Duration.ofNanos(waited)).as("in vain: " + what)
						.isLessThan(Duration.ofMillis((long) (limit.toMillis() * Load.patience())));
				}
				long tenth = waited / 10_000_000;
				Thread.sleep(Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, tenth)));
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException("While waiting until " + what, ex);
		}
	}

}
