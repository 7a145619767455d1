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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Scenario;
import io.github.mqttredis.benchmarks.Variant;
import io.github.mqttredis.benchmarks.worker.Operations;
import org.openjdk.jmh.runner.RunnerException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures all stores in turns, so that what else the machine does meets them alike.
 */
public final class Benchmarks implements AutoCloseable {

	private final Plan plan;

	private final Options options;

	private final Servers servers;

	private final List<WorkerProcess> workers = new ArrayList<>();

	private final List<Map<String, Object>> rows = new ArrayList<>();

	private volatile boolean stopped;

	private final long start = System.nanoTime();

	private Benchmarks(Options options) throws IOException, InterruptedException {
		this.options = options;
		this.plan = new Plan(options);
		this.servers = new Servers(options.output().toAbsolutePath().resolveSibling("files"), options.artemis());
	}

	public static void main(String[] args) throws Exception {
		List<String> arguments = List.of(args);
		if (arguments.contains("--help")) {
			System.out.print(Options.HELP);
			return;
		}
		Options options;
		try {
			options = Options.parse(arguments);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage() + "\nTry --help");
			System.exit(2);
			return;
		}
		run(options);
		// Whatever a library may have left running.
		System.exit(0);
	}

	/**
	 * Measure and write the results.
	 * @param options what was asked for
	 * @throws Exception if a server or a store failed
	 */
	static void run(Options options) throws Exception {
		Benchmarks benchmarks = new Benchmarks(options);
		Runtime.getRuntime().addShutdownHook(new Thread(benchmarks::close, "stop"));
		try {
			benchmarks.measureAll();
		}
		catch (IOException ex) {
			// Who interrupts a run knows why it ends.
			if (!benchmarks.stopped) {
				throw ex;
			}
		}
		finally {
			benchmarks.close();
		}
	}

	private void measureAll() throws Exception {
		String heap = "";
		for (Round round : this.plan.rounds()) {
			if (!heap.equals(Rules.heap(round.scenario()))) {
				heap = Rules.heap(round.scenario());
				startWorkers(heap);
			}
			measure(round);
		}
		if (this.options.scenarios().contains(Scenario.OPERATIONS)) {
			operations();
		}
		write(this.options.output(), this.rows);
		write(this.options.output().resolveSibling("environment.json"),
				Environment.describe(this.servers, this.options));
		Table.print(this.rows, System.out);
	}

	private synchronized void startWorkers(String heap) throws IOException {
		this.workers.forEach(WorkerProcess::close);
		this.workers.clear();
		if (this.stopped) {
			throw new IOException("Stopped");
		}
		for (Variant variant : this.options.variants()) {
			this.workers.add(new WorkerProcess(variant, this.servers.addresses(), heap));
		}
	}

	private static void write(Path file, Object content) throws IOException {
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.writeString(file,
				JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(content));
	}

	private void operations() throws RunnerException {
		List<Variant> variants = this.options.variants()
			.stream()
			.filter((variant) -> Rules.isMeasuredByJmh(variant, this.options.quick()))
			.toList();
		if (!variants.isEmpty()) {
			Path log = this.options.output().resolveSibling("jmh.log");
			System.err.println("operations under JMH, see " + log);
			this.rows.addAll(Operations.run(variants, this.servers.addresses().redisPort(), Java.options(Java.HEAP),
					this.options.quick(), log));
		}
	}

	private void measure(Round round) throws Exception {
		Map<WorkerProcess, Double> rates = new HashMap<>();
		if (round.scenario() == Scenario.LATENCY) {
			turns(this.plan.capacity(round), rates)
				.forEach((worker, figures) -> rates.put(worker, figures.median("msgPerSec") / 2));
		}
		turns(round, rates).forEach((worker, figures) -> this.rows
			.add(figures.row(round, worker.variant(), Rules.figures(round.scenario()))));
	}

	private Map<WorkerProcess, Figures> turns(Round round, Map<WorkerProcess, Double> rates) throws Exception {
		Map<WorkerProcess, Figures> figures = new LinkedHashMap<>();
		this.workers.stream()
			.filter((worker) -> Rules.applies(round, worker.variant()))
			.forEach((worker) -> figures.put(worker, new Figures()));
		int count = this.plan.rounds(round.scenario());
		for (int i = Rules.warmsUp(round) ? 0 : 1; i <= count; i++) {
			System.err.printf("%4d s  %s: %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - this.start), round,
					(i == 0) ? "warm-up" : "round " + i + " of " + count);
			for (Map.Entry<WorkerProcess, Figures> entry : figures.entrySet()) {
				Map<String, Double> measured = turn(entry.getKey(),
						round.atRate(rates.getOrDefault(entry.getKey(), 0.0)));
				if (i > 0) {
					entry.getValue().add(measured);
				}
			}
		}
		return figures;
	}

	private Map<String, Double> turn(WorkerProcess worker, Round round) throws Exception {
		if (round.scenario() == Scenario.RECEIVE) {
			worker.run(round.as(Scenario.SUBSCRIBE));
			Sender.send(this.servers.addresses().broker(), round);
		}
		return worker.run(round);
	}

	@Override
	public synchronized void close() {
		if (!this.stopped) {
			this.stopped = true;
			this.workers.forEach(WorkerProcess::close);
			this.servers.close();
		}
	}

}
