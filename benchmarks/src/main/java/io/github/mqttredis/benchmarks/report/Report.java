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

package io.github.mqttredis.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what a run has measured into {@code docs/performance.md}, between markers, the
 * chart beside it, and the ratios in the README. No figure there is typed by hand.
 */
public final class Report {

	private Report() {
	}

	/**
	 * Write page, chart and README.
	 * @param args the results, the page, the chart, and the README, which compares
	 * @throws IOException if one of them cannot be read or written
	 */
	public static void main(String[] args) throws IOException {
		Path file = Path.of(args[0]);
		Path page = Path.of(args[1]);
		Path chart = Path.of(args[2]);
		Results results = Results.read(file);
		Map<String, String> regions = new LinkedHashMap<>();
		regions.put("environment", environment(file.resolveSibling("environment.json")));
		regions.put("targets", new Targets(results).table());
		regions.put("figures", new Tables(results).markdown());
		String text = Files.readString(page);
		for (Map.Entry<String, String> region : regions.entrySet()) {
			text = replace(text, region.getKey(), region.getValue());
		}
		Files.writeString(page, text);
		Files.createDirectories(chart.toAbsolutePath().getParent());
		Files.writeString(chart, new Chart(results).svg());
		if (args.length > 3) {
			Path readme = Path.of(args[3]);
			Files.writeString(readme, new Comparison(text).update(Files.readString(readme)));
		}
	}

	static String replace(String page, String name, String content) {
		String begin = "<!-- begin " + name + " -->";
		String end = "<!-- end " + name + " -->";
		int from = page.indexOf(begin);
		int to = page.indexOf(end);
		if (from < 0 || to < from) {
			throw new IllegalArgumentException("The page lacks " + begin + " or " + end);
		}
		return page.substring(0, from) + begin + "\n" + content.strip() + "\n" + page.substring(to);
	}

	private static String environment(Path file) throws IOException {
		Map<String, String> environment = JsonMapper.shared().readValue(Files.readString(file), new TypeReference<>() {
		});
		StringBuilder list = new StringBuilder();
		environment.forEach((name, value) -> list.append("- %s: %s\n".formatted(name, value)));
		return list.toString();
	}

}
