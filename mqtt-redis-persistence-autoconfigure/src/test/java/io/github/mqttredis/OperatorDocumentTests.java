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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.session.SessionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/troubleshooting*.md} to the messages that the code writes, and the
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
					+ "|warnings\\.add|unavailable|inUse|missing|analysisOf|outlet\\.refusal)\\((.*?)\\);");

	private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

	/** Fewer words are found everywhere. */
	private static final int WORDS = 4;

	private static final String VARIABLE = "\0";

	private static final String ALTERNATIVE = "\1";

	private static final String ARGUMENT = "\2";

	/** Where a sentence or half of one ends. */
	private static final Pattern CLAUSES = Pattern.compile(ARGUMENT + "|(?<=[.:;])(?=[\\s" + VARIABLE + "])");

	private static final int LONGEST_PAGE = 1500;

	private static final Pattern NAME = Pattern.compile("`((?:mqtt|management)\\.[a-z][a-z.-]+[a-z])(?:=[^`]*)?`");

	@Test
	void whenTheCodeWritesAMessageThenAPageQuotesHowItBegins() throws Exception {
		String pages = oneLine(String.join(" ", pages().values()));
		Set<String> written = messages();
		assertThat(written).hasSizeGreaterThan(120)
			.contains("MQTT messages are not accepted until it is back", "has lost its link to",
					"cannot be moved in from", "(mqtt.persistence.import-from), where its files still are");
		assertThat(written).filteredOn((message) -> !pages.contains(message)).isEmpty();
	}

	@Test
	void whenAMessageIsWrittenThenItsFirstClauseIsLookedForAndThatOfEachAlternative() {
		assertThat(beginnings("""
				"Redis at " + address + " has not answered for " + time + " s: see " + "that it runs, or else"
				""")).containsExactly("has not answered for");
		assertThat(beginnings("""
				"One: two. " + three + "This is " + "quite long. This is longer, but later", "This is an argument"
				""")).containsExactly("This is quite long");
		assertThat(beginnings("""
				"'" + id + "' " + (lost ? "has lost its link" : "is without a link") + ". Its messages wait"
				""")).containsExactly("has lost its link", "is without a link");
	}

	@Test
	void whenAPageIsForTroubleThenItIsShort() throws Exception {
		assertThat(pages()).hasSize(3)
			.allSatisfy((name, page) -> assertThat(page.split("\\s+")).hasSizeLessThanOrEqualTo(LONGEST_PAGE));
	}

	@Test
	void whenASessionHasAStateThenThePageNamesIt() throws Exception {
		String page = Files.readString(DOCUMENTS.resolve("troubleshooting.md"));
		assertThat(Stream.of(SessionState.values()).filter((state) -> state != SessionState.OWNER))
			.allSatisfy((state) -> assertThat(page).contains("`" + state.name().toLowerCase() + "`"));
		assertThat(page).contains("`UP`", "`DEGRADED`", "`OUT_OF_SERVICE`", "`DOWN`");
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.md", "troubleshooting.md", "troubleshooting-start.md" })
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

	private static Map<String, String> pages() throws IOException {
		Map<String, String> pages = new TreeMap<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(DOCUMENTS, "troubleshooting*.md")) {
			for (Path file : files) {
				pages.put(file.getFileName().toString(), Files.readString(file));
			}
		}
		return pages;
	}

	private static Set<String> messages() throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			Set<String> messages = new TreeSet<>();
			for (Path file : files.filter((candidate) -> candidate.toString().endsWith(".java")).toList()) {
				WRITTEN.matcher(Files.readString(file))
					.results()
					.flatMap((statement) -> beginnings(statement.group(1)).stream())
					.forEach(messages::add);
			}
			return messages;
		}
	}

	/**
	 * What a reader looks for: of a message and of each of its alternatives, the first
	 * clause with enough words in a row, without what differs.
	 */
	private static List<String> beginnings(String arguments) {
		return Stream.of(text(arguments).split(ALTERNATIVE))
			.flatMap((message) -> CLAUSES.splitAsStream(message)
				.map(OperatorDocumentTests::words)
				.filter((words) -> !words.isEmpty())
				.findFirst()
				.stream())
			.flatMap(List::stream)
			.toList();
	}

	/** The literals, and what is between them. */
	private static String text(String arguments) {
		StringBuilder text = new StringBuilder();
		int end = 0;
		for (MatchResult literal : LITERAL.matcher(arguments).results().toList()) {
			String between = arguments.substring(end, literal.start()).strip();
			if (between.endsWith("?") || between.endsWith(":")) {
				text.append(ALTERNATIVE);
			}
			else if (!between.equals("+")) {
				text.append(between.contains(",") ? ARGUMENT : VARIABLE);
			}
			text.append(literal.group(1));
			end = literal.end();
		}
		return text.toString();
	}

	private static List<String> words(String clause) {
		return Stream.of(clause.split(VARIABLE))
			.map((words) -> oneLine(words).replaceAll("^[',;. ]+|[.:;,' ]+$", ""))
			.filter((words) -> words.split(" ").length >= WORDS)
			.toList();
	}

	/** Without what may be broken into lines. */
	private static String oneLine(String text) {
		return text.replaceAll("\\s+", " ").strip();
	}

}
