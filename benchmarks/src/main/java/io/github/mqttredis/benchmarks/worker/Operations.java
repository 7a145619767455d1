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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.benchmarks.Scenario;
import io.github.mqttredis.benchmarks.Variant;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs {@link StoreOperations} under JMH, each in a JVM of its own.
 */
public final class Operations {

	private static final String ALLOCATION = "gc.alloc.rate.norm";

	private Operations() {
	}

	/**
	 * Measure the operations of stores.
	 * @param variants the stores
	 * @param redisPort the port of Redis
	 * @param jvm options of the JVM
	 * @param quick whether a look is enough
	 * @param log where JMH tells how it goes
	 * @return rows of the results
	 * @throws RunnerException if JMH fails
	 */
	public static List<Map<String, Object>> run(List<Variant> variants, int redisPort, List<String> jvm, boolean quick,
			Path log) throws RunnerException {
		System.setProperty("jmh.ignoreLock", "true");
		OptionsBuilder options = new OptionsBuilder();
		options.include(StoreOperations.class.getName())
			.param("variant", variants.stream().map(Variant::label).toArray(String[]::new))
			.addProfiler(GCProfiler.class)
			.forks(1)
			.warmupIterations(quick ? 2 : 5)
			.warmupTime(TimeValue.seconds(1))
			.measurementIterations(quick ? 3 : 5)
			.measurementTime(TimeValue.seconds(1))
			.shouldFailOnError(true)
			.jvmArgs(jvm.toArray(String[]::new))
			.jvmArgsAppend("-D" + StoreOperations.PORT_PROPERTY + "=" + redisPort)
			.output(log.toString());
		List<Map<String, Object>> rows = new ArrayList<>();
		for (RunResult result : new Runner(options.build()).run()) {
			rows.add(row(result));
		}
		return rows;
	}

	private static Map<String, Object> row(RunResult result) {
		Variant variant = Variant.parse(result.getParams().getParam("variant"));
		String benchmark = result.getParams().getBenchmark();
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("scenario", Scenario.OPERATIONS.label());
		row.put("operation", benchmark.substring(benchmark.lastIndexOf('.') + 1));
		row.put("store", variant.store().label());
		row.put("driver", variant.driver());
		row.put("transport", variant.transport());
		row.put("recordBytes", StoreOperations.RECORD);
		row.put("rounds", result.getParams().getMeasurement().getCount());
		row.put("microsPerOp", figure(result.getPrimaryResult()));
		Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
		if (allocation == null) {
			throw new IllegalStateException("JMH did not measure " + ALLOCATION);
		}
		row.put("allocatedBytesPerOp", figure(allocation));
		return row;
	}

	private static Map<String, Double> figure(Result<?> result) {
		Statistics statistics = result.getStatistics();
		return Map.of("median", statistics.getPercentile(50), "min", statistics.getMin(), "max", statistics.getMax());
	}

}
