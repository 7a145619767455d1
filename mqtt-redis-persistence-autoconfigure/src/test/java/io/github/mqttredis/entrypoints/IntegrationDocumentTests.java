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

package io.github.mqttredis.entrypoints;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the pages in {@code docs/integration}, and that on testing, to the examples that
 * the tests run: a comment before a block of code says which. Run with
 * {@code -Ddocs.update=true} to write the blocks anew.
 */
class IntegrationDocumentTests {

	private static final Path PAGES = Path.of("..", "docs", "integration");

	private static final Path JAVA = Path.of("src", "test", "java", "io", "github", "mqttredis", "entrypoints");

	private static final Path RECIPES = JAVA.resolveSibling("recipes");

	private static final Path RESOURCES = Path.of("src", "test", "resources", "entrypoints");

	private static final Pattern BLOCK = Pattern.compile("<!-- ([^>]+) -->\n```(\\w+)\n(.*?)```\n", Pattern.DOTALL);

	private static final Pattern EXAMPLE = Pattern.compile("// tag::example\\[]\n(.*)// end::example\\[]\n",
			Pattern.DOTALL);

	static Stream<Path> pages() throws IOException {
		try (Stream<Path> files = Files.list(PAGES)) {
			return files.sorted().toList().stream();
		}
	}

	static Stream<Path> pagesWithCode() throws IOException {
		return Stream.concat(pages(), Stream.of(Path.of("..", "docs", "testing.md")));
	}

	@ParameterizedTest
	@MethodSource("pagesWithCode")
	void whenExampleChangesThenPageFollows(Path page) throws IOException {
		String expected = BLOCK.matcher(Files.readString(page)).replaceAll(IntegrationDocumentTests::block);
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(page, expected);
		}
		assertThat(page).hasContent(expected);
	}

	@ParameterizedTest
	@MethodSource("pagesWithCode")
	void whenPageHasCodeThenATestRunsIt(Path page) throws IOException {
		String text = Files.readString(page);
		assertThat(text.lines().filter((line) -> line.startsWith("```")).count())
			.isEqualTo(2 * BLOCK.matcher(text).results().count());
	}

	@Test
	void whenThereIsAnEntryPointThenOnePageShowsItAndItsSettings() throws IOException {
		List<String> shown = pages().flatMap(IntegrationDocumentTests::sources).toList();
		assertThat(shown.stream().filter((name) -> name.matches("\\w+Example\\.(java|yml)")))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(EntryPoint.values())
				.map((entryPoint) -> entryPoint.example().getSimpleName())
				.flatMap((name) -> Stream.of(name + ".java", name + ".yml"))
				.toList());
	}

	@Test
	void whenThereIsAPageThenTheIndexLinksIt() throws IOException {
		String index = Files.readString(PAGES.resolve("README.md"));
		Set<String> linked = Pattern.compile("\\(([a-z0-9-]+\\.md)\\)")
			.matcher(index)
			.results()
			.map((link) -> link.group(1))
			.collect(Collectors.toSet());
		assertThat(pages().map((page) -> page.getFileName().toString()).filter((name) -> !name.equals("README.md")))
			.containsExactlyInAnyOrderElementsOf(linked);
	}

	private static Stream<String> sources(Path page) {
		return BLOCK.matcher(read(page)).results().map((block) -> block.group(1));
	}

	private static String block(MatchResult block) {
		return Matcher.quoteReplacement(
				"<!-- " + block.group(1) + " -->\n```" + block.group(2) + "\n" + content(block.group(1)) + "```\n");
	}

	private static String content(String source) {
		if (source.endsWith(".java")) {
			Path recipe = RECIPES.resolve(source);
			String code = read(Files.exists(recipe) ? recipe : JAVA.resolve(source));
			Matcher example = EXAMPLE.matcher(code);
			assertThat(example.find()).as("tags in " + source).isTrue();
			return code.substring(code.indexOf("\nimport ") + 1, code.indexOf("\n/**\n")) + "\n" + example.group(1);
		}
		if (source.equals("compose.yaml")) {
			return read(Path.of("..", "sample-app", source)).lines()
				.skip(1)
				.map((line) -> line + "\n")
				.collect(Collectors.joining());
		}
		if (source.contains(".")) {
			return read(RESOURCES.resolve(source));
		}
		return Arrays.stream(source.split(", "))
			.map(IntegrationDocumentTests::dependency)
			.collect(Collectors.joining());
	}

	/**
	 * What a user adds to the POM, in the versions that this project has.
	 */
	private static String dependency(String name) {
		String pom = read(Path.of("..", "pom.xml"));
		String version = between(pom, "<version>", "</version>");
		String paho3 = between(pom, "<paho-mqttv3.version>", "</");
		String paho5 = between(pom, "<paho-mqttv5.version>", "</");
		String ours = "io.github.mqttredis";
		String eclipse = "org.eclipse.paho";
		return switch (name) {
			case "starter" -> dependency(ours, "mqtt-redis-persistence-starter", version, "");
			case "starter without paho3" -> dependency(ours, "mqtt-redis-persistence-starter", version,
					"\t<exclusions>\n\t\t<exclusion>\n\t\t\t<groupId>" + eclipse
							+ "</groupId>\n\t\t\t<artifactId>org.eclipse.paho.client.mqttv3</artifactId>\n"
							+ "\t\t</exclusion>\n\t</exclusions>\n");
			case "paho5" -> dependency(eclipse, "org.eclipse.paho.mqttv5.client", paho5, "");
			case "plain" -> dependency(ours, "mqtt-redis-persistence-autoconfigure", version, "")
					+ dependency("org.springframework.boot", "spring-boot-starter-data-redis", "", "")
					+ dependency(eclipse, "org.eclipse.paho.client.mqttv3", paho3, "");
			default -> throw new IllegalArgumentException("No such block: " + name);
		};
	}

	private static String dependency(String group, String artifact, String version, String more) {
		return "<dependency>\n\t<groupId>" + group + "</groupId>\n\t<artifactId>" + artifact + "</artifactId>\n"
				+ (version.isEmpty() ? "" : "\t<version>" + version + "</version>\n") + more + "</dependency>\n";
	}

	private static String between(String text, String from, String to) {
		int start = text.indexOf(from) + from.length();
		return text.substring(start, text.indexOf(to, start));
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
