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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.session.SessionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/troubleshooting.md} to the messages that the code writes, and the
 * pages for operators to the meters and properties that there are.
 */
class OperatorDocumentTests {

	private static final Path SOURCES = Path.of("src", "main", "java");

	private static final Path DOCUMENTS = Path.of("..", "docs");

	/**
	 * What writes a message: log lines that are no mere information, exceptions but for
	 * those that tell the caller of a method that it is wrong, failure analyses, and what
	 * health says.
	 */
	private static final Pattern WRITTEN = Pattern.compile(
			"(?s)(?:logger\\s*\\.(?:warn|error)|new (?!IllegalArgument)\\w*(?:Exception|Trouble|FailureAnalysis)|super"
					+ "|warnings\\.add|unavailable|inUse|missing|analysisOf)\\((.*?)\\);");

	private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

	/** Fewer words are found everywhere. */
	private static final int WORDS = 4;

	private static final Pattern NAME = Pattern.compile("`((?:mqtt|management)\\.[a-z][a-z.-]+[a-z])(?:=[^`]*)?`");

	@Test
	void whenTheCodeWritesAMessageThenItIsOnThePage() throws Exception {
		String page = oneLine(Files.readString(DOCUMENTS.resolve("troubleshooting.md")));
		Set<String> written = messages();
		assertThat(written).hasSizeGreaterThan(40)
			.contains("is away; MQTT messages are not accepted until it is back:",
					"appendonly is off: when Redis stops, records that it has not saved are lost,");
		assertThat(written.stream().filter((message) -> !page.contains(message))).isEmpty();
	}

	@Test
	void whenASessionHasAStateThenThePageNamesIt() throws Exception {
		String page = Files.readString(DOCUMENTS.resolve("troubleshooting.md"));
		assertThat(Stream.of(SessionState.values()).filter((state) -> state != SessionState.OWNER))
			.allSatisfy((state) -> assertThat(page).contains("`" + state.name().toLowerCase() + "`"));
		assertThat(page).contains("`UP`", "`DEGRADED`", "`OUT_OF_SERVICE`", "`DOWN`");
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.md", "troubleshooting.md" })
	void whenAPageNamesAMeterOrAPropertyThenItIsThere(String page) throws Exception {
		String known = Files.readString(DOCUMENTS.resolve("observability.md"))
				+ Files.readString(DOCUMENTS.resolve("configuration.md"));
		List<String> named = NAME.matcher(Files.readString(DOCUMENTS.resolve(page)))
			.results()
			.map((match) -> match.group(1))
			.distinct()
			.toList();
		assertThat(named).hasSizeGreaterThan(8)
			.filteredOn((name) -> !name.startsWith("management.endpoint.health"))
			.allSatisfy((name) -> assertThat(known).contains("| `" + name + "` |"));
	}

	private static Set<String> messages() throws Exception {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			Set<String> messages = new TreeSet<>();
			for (Path file : files.filter((candidate) -> candidate.toString().endsWith(".java")).toList()) {
				WRITTEN.matcher(Files.readString(file))
					.results()
					.flatMap((statement) -> LITERAL.matcher(statement.group(1)).results())
					.map((literal) -> oneLine(literal.group(1)))
					.filter((literal) -> literal.split(" ").length >= WORDS)
					.forEach(messages::add);
			}
			return messages;
		}
	}

	/** Without what may be broken into lines, and ends of sentences. */
	private static String oneLine(String text) {
		return text.lines().map(String::strip).collect(Collectors.joining(" ")).replaceAll("\\s+", " ").strip();
	}

}
