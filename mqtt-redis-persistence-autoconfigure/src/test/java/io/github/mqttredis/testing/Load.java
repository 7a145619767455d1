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

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How much slower than at rest this machine is, measured once when a JVM of the tests
 * starts. Whatever has to happen within a time gets that much more of it.
 */
public final class Load {

	/**
	 * Much of the load of a busy machine is less urgent than a build, or waits for disks,
	 * and what tests wait for in full would take a build beyond its time.
	 */
	private static final double MOST = 4;

	private static final double FACTOR = Math.max(1, measure());

	private Load() {
	}

	private static double measure() {
		double waiting = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
		return Math.min(MOST, waiting / Runtime.getRuntime().availableProcessors());
	}

	/**
	 * Return how much longer to wait than was thought when this JVM started, at the
	 * beginning of a build perhaps. Only for what ends the wait for a condition: times
	 * that depend on each other are to stay as they are.
	 * @return the factor, at least 1
	 */
	static double patience() {
		return Math.max(1, measure() / FACTOR);
	}

	/**
	 * Stretch a time.
	 * @param atRest the time on a machine that does nothing else
	 * @return the time on this one
	 */
	public static Duration times(Duration atRest) {
		return Duration.ofMillis((long) (atRest.toMillis() * FACTOR));
	}

	/**
	 * Stretch a time.
	 * @param seconds the time on a machine that does nothing else
	 * @return the time on this one
	 */
	public static Duration seconds(long seconds) {
		return times(Duration.ofSeconds(seconds));
	}

	/**
	 * Stretch a time.
	 * @param millis the time on a machine that does nothing else
	 * @return the time on this one
	 */
	public static Duration millis(long millis) {
		return times(Duration.ofMillis(millis));
	}

}
