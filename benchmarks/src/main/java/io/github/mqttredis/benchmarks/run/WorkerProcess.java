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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Variant;
import io.github.mqttredis.benchmarks.worker.Worker;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JVM under test, seen from the driver.
 */
final class WorkerProcess implements AutoCloseable {

	private static final JsonMapper JSON = JsonMapper.shared();

	private final Variant variant;

	private final Process process;

	private final Writer rounds;

	private final BufferedReader figures;

	WorkerProcess(Variant variant, Addresses addresses, String heap) throws IOException {
		this.variant = variant;
		this.process = new ProcessBuilder(
				Java.command(heap, Worker.class, variant.label(), JSON.writeValueAsString(addresses)))
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		this.rounds = this.process.outputWriter(StandardCharsets.UTF_8);
		this.figures = this.process.inputReader(StandardCharsets.UTF_8);
	}

	Variant variant() {
		return this.variant;
	}

	Map<String, Double> run(Round round) throws IOException {
		this.rounds.write(JSON.writeValueAsString(round) + "\n");
		this.rounds.flush();
		String answer = this.figures.readLine();
		if (answer == null) {
			throw new IOException("The JVM of " + this.variant.label() + " failed at: " + round);
		}
		return JSON.readValue(answer, new TypeReference<>() {
		});
	}

	/**
	 * Stop it at once: it keeps nothing that is worth a farewell.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
