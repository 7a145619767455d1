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

import java.util.Collection;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The story that the page leads through: the broker goes off, readings are published, the
 * gateway is killed, the broker comes back. It follows what happens, whoever made it
 * happen. Safe for use by several threads.
 */
class Story {

	/** How many readings the second step publishes. */
	static final int READINGS = 100;

	private static final int BROKER_OFF = 1;

	private static final int PUBLISH = 2;

	private static final int KILL = 3;

	private static final int BROKER_ON = 4;

	private static final int DONE = 5;

	private int step = BROKER_OFF;

	private long publishedBefore;

	/** What nobody but Redis had, {@code null} as long as no process was killed. */
	private @Nullable Set<String> onlyInRedis;

	private int arrived;

	/**
	 * Note that the gateway is dead.
	 * @param readings the readings that are in Redis and did not arrive
	 */
	synchronized void killed(Set<String> readings) {
		if (this.step == PUBLISH || this.step == KILL || this.step == BROKER_ON) {
			this.onlyInRedis = Set.copyOf(readings);
			this.arrived = 0;
			this.step = BROKER_ON;
		}
	}

	/**
	 * See how far it has come.
	 * @param brokerIsOn whether the broker can be reached
	 * @param published how many readings the gateway has accepted
	 * @param undelivered returns those of some readings that did not arrive
	 * @return where the story is
	 */
	synchronized View look(boolean brokerIsOn, long published,
			Function<Set<String>, ? extends Collection<String>> undelivered) {
		if (!brokerIsOn && (this.step == BROKER_OFF || this.step == DONE)) {
			this.step = PUBLISH;
			this.publishedBefore = published;
			this.onlyInRedis = null;
		}
		if (brokerIsOn && (this.step == PUBLISH || this.step == KILL)) {
			this.step = BROKER_OFF;
		}
		if (this.step == PUBLISH && published - this.publishedBefore >= READINGS) {
			this.step = KILL;
		}
		Set<String> watched = this.onlyInRedis;
		if (watched == null) {
			return new View(this.step, null, 0);
		}
		if (this.step == BROKER_ON) {
			this.arrived = watched.size() - undelivered.apply(watched).size();
			if (brokerIsOn && this.arrived == watched.size()) {
				this.step = DONE;
			}
		}
		return new View(this.step, watched.size(), this.arrived);
	}

	/**
	 * Where the story is.
	 *
	 * @param step the step that is to be taken, counted from 1; 5 if all are
	 * @param onlyInRedis how many readings only Redis had when the gateway was dead,
	 * {@code null} if it was not killed yet
	 * @param arrived how many of them have arrived since
	 */
	record View(int step, @Nullable Integer onlyInRedis, int arrived) {

	}

}
