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

package io.github.mqttredis.benchmarks.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Scenario;
import io.github.mqttredis.benchmarks.Variant;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JVM under test: reads rounds, a line each, and answers each with its figures. Ends
 * when its input does, so that it never outlives the driver.
 */
public final class Worker {

	private static final JsonMapper JSON = JsonMapper.shared();

	private final Variant variant;

	private final Addresses addresses;

	private Worker(Variant variant, Addresses addresses) {
		this.variant = variant;
		this.addresses = addresses;
	}

	public static void main(String[] args) throws IOException {
		PrintStream answers = System.out;
		System.setOut(System.err);
		Worker worker = new Worker(Variant.parse(args[0]), JSON.readValue(args[1], Addresses.class));
		BufferedReader rounds = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = rounds.readLine(); line != null; line = rounds.readLine()) {
			try {
				answers.println(JSON.writeValueAsString(worker.run(JSON.readValue(line, Round.class))));
			}
			catch (Exception ex) {
				// The driver sees the end of the answers and says which round it was.
				ex.printStackTrace();
				System.exit(1);
			}
		}
		System.exit(0);
	}

	private Map<String, Double> run(Round round) throws Exception {
		if (round.scenario() != Scenario.RECEIVE) {
			StoreUnderTest.wipe(this.addresses);
		}
		if (round.scenario() == Scenario.RESTORE) {
			return RestoreRounds.run(this.variant, this.addresses, round);
		}
		if (round.scenario() == Scenario.LONG_OUTAGE) {
			return OutageRounds.run(this.variant, this.addresses, round);
		}
		if (round.scenario() == Scenario.FAR_REDIS) {
			return SessionRounds.far(this.variant, this.addresses, round);
		}
		try (StoreUnderTest store = StoreUnderTest.start(this.variant, this.addresses)) {
			return switch (round.scenario()) {
				case PUBLISH, REDIS_CPU -> PublishRounds.run(store, this.addresses, round);
				case SUBSCRIBE -> ReceiveRounds.subscribe(store, this.addresses, round);
				case RECEIVE -> ReceiveRounds.run(store, round);
				case LATENCY -> LatencyRounds.run(store, round);
				case MANY_SESSIONS -> SessionRounds.many(store, this.addresses, round);
				case CLIENTS -> ClientsRounds.run(store, this.addresses, round);
				default -> throw new IllegalArgumentException("Not for a worker: " + round);
			};
		}
	}

}
