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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every link between the documents leads to a file that is there, and to a heading in it.
 */
class DocumentLinksTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern CODE = Pattern.compile("(?ms)^\\s*```.*?^\\s*```$|`[^`\n]*`");

	private static final Pattern LINK = Pattern
		.compile("]\\(([^()\\s]+)\\)|(?:src|srcset|href)=\"([^\"]+)\"|(?m)^\\[[^]]+]:\\s*(\\S+)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

	private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");

	static List<Path> documents() throws IOException {
		try (Stream<Path> top = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
			return Stream.concat(top, docs).filter((file) -> file.toString().endsWith(".md")).sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("documents")
	void whenADocumentLinksThenTheLinkLeadsSomewhere(Path document) throws IOException {
		List<String> broken = links(document).filter((link) -> !link.matches("(https?|mailto):.*"))
			.filter((link) -> !leadsSomewhere(document, link))
			.toList();
		assertThat(broken).as("broken links in " + document).isEmpty();
	}

	@Test
	void whenThereIsADocumentThenAnotherOneLinksToIt() throws IOException {
		Set<Path> linked = new HashSet<>();
		for (Path document : documents()) {
			links(document).filter((link) -> !link.matches("(https?|mailto):.*|#.*"))
				.map((link) -> document.resolveSibling(link.replaceFirst("#.*", "")).normalize())
				.forEach(linked::add);
		}
		assertThat(documents().stream()
			.map(Path::normalize)
			// Found by its name, and by its folder.
			.filter((document) -> !document.equals(ROOT.resolve("README.md")) && !document.endsWith("SECURITY.md")
					&& !linked.contains(document.getParent())))
			.allSatisfy((document) -> assertThat(linked).contains(document));
	}

	private static Stream<String> links(Path document) throws IOException {
		String text = CODE.matcher(Files.readString(document)).replaceAll("");
		return LINK.matcher(text)
			.results()
			.map((match) -> Stream.of(1, 2, 3)
				.map(match::group)
				.filter((group) -> group != null)
				.findFirst()
				.orElseThrow());
	}

	private static boolean leadsSomewhere(Path document, String link) {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
		try {
			return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a heading is called in an address, as repository hosts make it, and what has a
	 * name.
	 */
	private static Set<String> anchors(Path document) throws IOException {
		String text = Pattern.compile("(?ms)^```.*?^```$").matcher(Files.readString(document)).replaceAll("");
		Set<String> anchors = new HashSet<>();
		ANCHOR.matcher(text).results().map((anchor) -> anchor.group(1)).forEach(anchors::add);
		for (MatchResult heading : HEADING.matcher(text).results().toList()) {
			String anchor = heading.group(1)
				.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-');
			String unique = anchor;
			for (int count = 1; !anchors.add(unique); count++) {
				unique = anchor + "-" + count;
			}
		}
		return anchors;
	}

}
