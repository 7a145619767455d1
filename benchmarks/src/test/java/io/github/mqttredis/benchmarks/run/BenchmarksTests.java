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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

import io.github.mqttredis.benchmarks.report.Report;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * One tiny run, so that the benchmarks do not rot; its figures mean nothing.
 */
class BenchmarksTests {

	@TempDir
	Path directory;

	@Tag("thorough")
	@Test
	void whenPublishRunsThenResultsHaveTheirShapeAndCanBeReported() throws Exception {
		Path output = this.directory.resolve("results.json");
		Benchmarks.run(Options.parse(List.of("--quick", "--scenarios=publish", "--rounds=1", "--millis=100",
				"--stores=memory,before-return-lettuce-tcp,before-send-lettuce-tcp", "--output=" + output)));
		List<Map<String, Object>> rows = JsonMapper.shared().readValue(Files.readString(output), new TypeReference<>() {
		});
		assertThat(rows).extracting((row) -> row.get("store"))
			.containsExactly("memory", "before-return", "before-send", "memory", "before-return", "before-send",
					"memory", "before-return", "before-send");
		assertThat(rows).allSatisfy((row) -> {
			assertThat(row).containsOnlyKeys("scenario", "store", "driver", "transport", "qos", "publishers", "payload",
					"inflight", "rounds", "msgPerSec");
			assertThat(row.get("msgPerSec")).asInstanceOf(InstanceOfAssertFactories.map(String.class, Double.class))
				.containsOnlyKeys("median", "min", "max")
				.hasEntrySatisfying("min", (rate) -> assertThat(rate).isPositive());
		});
		reports(output);
	}

	private void reports(Path output) throws Exception {
		Path page = this.directory.resolve("performance.md");
		Path chart = this.directory.resolve("performance.svg");
		Files.copy(Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."), "docs", "performance.md"),
				page);
		Report.main(new String[] { output.toString(), page.toString(), chart.toString() });
		assertThat(page).content()
			.containsPattern("\\| before-send / memory, QoS 1 \\| 0.85 \\| 0.95 \\| [0-9.]+ \\| (reached|\\*\\*missed)")
			.contains("| before-send / file, QoS 1 | 20 | 30 |  | not measured |")
			.contains("| before-return, lettuce | ");
		assertThat(chart).content().contains("this project, before-send").contains("not measured");
		DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(chart.toFile());
	}

	@Test
	void whenOptionIsUnknownThenIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--quik")))
			.withMessage("No such option: --quik");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--stores=redis")))
			.withMessageStartingWith("No such store: redis");
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--scenarios=all")))
			.withMessage("No such scenario: all");
	}

}
