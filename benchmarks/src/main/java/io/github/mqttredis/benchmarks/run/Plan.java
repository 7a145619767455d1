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

package io.github.mqttredis.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Scenario;

/**
 * Which rounds are run. Sizes are changed one at a time, from one publisher, 256 bytes
 * and 500 messages in flight: every size with every other would take hours and say little
 * more.
 *
 * @param options what was asked for
 */
record Plan(Options options) {

	private static final List<UnaryOperator<Round>> SIZES = List.of(UnaryOperator.identity(),
			(round) -> round.withPublishers(8), (round) -> round.withPayload(64), (round) -> round.withPayload(16_384),
			(round) -> round.withInflight(10), (round) -> round.withInflight(5_000));

	int rounds(Scenario scenario) {
		Integer asked = this.options.rounds();
		if (asked != null) {
			return asked;
		}
		return switch (scenario) {
			case PUBLISH, RECEIVE -> this.options.quick() ? 2 : 5;
			default -> this.options.quick() ? 1 : 3;
		};
	}

	List<Round> rounds() {
		List<Round> rounds = new ArrayList<>();
		for (Scenario scenario : this.options.scenarios()) {
			rounds.addAll(of(scenario));
		}
		return rounds;
	}

	private List<Round> of(Scenario scenario) {
		return switch (scenario) {
			case PUBLISH -> publish();
			case RECEIVE -> List.of(waiting(new Round(scenario, 2)));
			case LATENCY,
					REDIS_CPU ->
				Stream.of(1, 2)
					.limit(this.options.quick() ? 1 : 2)
					.map((qos) -> timed(new Round(scenario, qos)))
					.toList();
			case RESTORE -> sizes(new Round(scenario, 1), 1_000, 10_000, 60_000);
			case CLIENTS -> sizes(timed(new Round(scenario, 1).withPublishers(8)), 1, 100, 1_000);
			case MANY_SESSIONS -> sizes(timed(new Round(scenario, 1)), 2);
			case FAR_REDIS -> sizes(timed(new Round(scenario, 1)), 500, 4_000);
			case LONG_OUTAGE -> sizes(timed(new Round(scenario, 1)), 50_000, 1_000_000);
			case SUBSCRIBE, OPERATIONS -> List.of();
		};
	}

	private List<Round> publish() {
		List<Round> rounds = new ArrayList<>();
		for (int qos : new int[] { 1, 2 }) {
			Round base = timed(new Round(Scenario.PUBLISH, qos));
			if (this.options.cross()) {
				cross(base, rounds);
			}
			else {
				// In a quick run: eight publishers with QoS 1 only.
				int sizes = this.options.quick() ? 3 - qos : SIZES.size();
				SIZES.stream().limit(sizes).map((size) -> size.apply(base)).forEach(rounds::add);
			}
		}
		return rounds;
	}

	private static void cross(Round base, List<Round> rounds) {
		for (int publishers : new int[] { 1, 8 }) {
			for (int payload : new int[] { 64, 256, 16_384 }) {
				for (int inflight : new int[] { 10, 500, 5_000 }) {
					rounds.add(base.withPublishers(publishers).withPayload(payload).withInflight(inflight));
				}
			}
		}
	}

	private List<Round> sizes(Round round, int... sizes) {
		return IntStream.of(sizes).limit(this.options.quick() ? 2 : sizes.length).mapToObj(round::withSize).toList();
	}

	private Round waiting(Round round) {
		int messages = this.options.quick() ? 1_000 : 5_000;
		return round.withSize(messages).withInflight(messages);
	}

	/**
	 * Return what tells how much a store can do, of which latency is measured at half.
	 * @param latency the round that is to come
	 * @return the round
	 */
	Round capacity(Round latency) {
		return timed(latency.as(Scenario.PUBLISH));
	}

	private Round timed(Round round) {
		Integer asked = this.options.millis();
		if (asked != null) {
			return round.lasting(asked, asked);
		}
		boolean longer = round.scenario() == Scenario.LATENCY;
		return this.options.quick() ? round.lasting(200, longer ? 1_000 : 500)
				: round.lasting(500, longer ? 3_000 : 1_500);
	}

}
