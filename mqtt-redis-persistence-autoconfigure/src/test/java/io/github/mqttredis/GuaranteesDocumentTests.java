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

package io.github.mqttredis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every test that {@code docs/guarantees.md} names is there, and what the table of the
 * README says survives is named in it.
 */
class GuaranteesDocumentTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern NAMED = Pattern.compile("`(when\\w+|[\\w/*]*(?:Tests|IT))`");

	private static final Pattern SURVIVES = Pattern.compile("(?ms)^## What survives what\\n.*?(?=^\\| speed)");

	private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+?) \\|.*\\*\\*.*$");

	@Test
	void whenTheDocumentNamesATestThenItIsThere() throws IOException {
		List<Path> sources = sources();
		List<String> named = NAMED.matcher(Files.readString(ROOT.resolve("docs/guarantees.md")))
			.results()
			.map((match) -> match.group(1))
			.distinct()
			.toList();
		assertThat(named).hasSizeGreaterThan(30).filteredOn((name) -> !isThere(name, sources)).isEmpty();
	}

	@Test
	void whenTheReadmeSaysThatItSurvivesThenTheDocumentNamesATest() throws IOException {
		String guarantees = Files.readString(ROOT.resolve("docs/guarantees.md"));
		MatchResult table = SURVIVES.matcher(Files.readString(ROOT.resolve("README.md")))
			.results()
			.findFirst()
			.orElseThrow();
		List<String> rows = ROW.matcher(table.group()).results().map((row) -> row.group(1)).toList();
		assertThat(rows).hasSizeGreaterThan(4)
			.allSatisfy((row) -> assertThat(guarantees).contains("| " + row.replaceFirst(":.*", "") + " | `"));
	}

	private static boolean isThere(String name, List<Path> sources) {
		if (name.startsWith("when")) {
			return sources.stream().anyMatch((source) -> read(source).contains("void " + name + "("));
		}
		Pattern file = Pattern.compile(".*/" + name.replace("*", "\\w*") + "\\.java");
		return sources.stream().anyMatch((source) -> file.matcher(source.toString().replace('\\', '/')).matches());
	}

	private static List<Path> sources() throws IOException {
		try (Stream<Path> own = Files.walk(Path.of("src", "test", "java"));
				Stream<Path> sample = Files.walk(ROOT.resolve("sample-app/src/test/java"))) {
			return Stream.concat(own, sample).filter((file) -> file.toString().endsWith(".java")).toList();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
