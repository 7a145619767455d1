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

package io.github.mqttredis.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The site without a browser.
 */
class SiteTests {

	private Path repository;

	private Path site;

	@BeforeEach
	void create(@TempDir Path directory) throws IOException {
		this.repository = directory.resolve("repository");
		this.site = directory.toRealPath().resolve("site");
		write("README.md", "# Read me\n\n## Start here\n");
		write("docs/README.md", "# Documentation\n\n- **Start**: [begin](../README.md#start-here), [ways](ways)\n"
				+ "- **Know**: [decisions](adr)\n\n**Other** [text](../README.md)\n");
		write("docs/ways/README.md", "# Ways\n");
		write("docs/ways/first.md", "# The first\n\n## A `part`, and more\n");
		write("docs/adr/1.md", "# Decision 1\n");
	}

	@Test
	void whenTheDocumentsAreBuiltThenEachIsAPageAndEveryLinkLeadsSomewhere() throws IOException {
		Path root = Path.of("..").toRealPath();
		Site.build(root, null, "1", this.site);
		for (Path file : LinkCheck.files(root.resolve("docs"))) {
			if (file.toString().endsWith(".md")) {
				assertThat(this.site.resolve(Links.file(root.relativize(file)))).isRegularFile();
			}
		}
		assertThat(read("index.html")).contains("<h1 id=\"mqtt-sessions-in-redis-for-spring-boot\">");
		assertThat(LinkCheck.files(this.site)).hasSizeGreaterThan(50);
		assertThat(LinkCheck.problems(this.site)).isEmpty();
	}

	@Test
	void whenALinkLeadsNowhereThenTheBuildFailsAndNamesIt() throws IOException {
		write("docs/bad.md", "[a](gone.md) [b](../README.md#gone) [c](#gone) [d](../../outside.md)"
				+ " ![e](gone.png) <img src=\"gone.svg\">\n");
		assertThatExceptionOfType(IOException.class).isThrownBy(this::build).satisfies((ex) -> {
			for (String link : List.of("gone.md", "../README.md#gone", "#gone", "../../outside.md", "gone.png",
					"gone.svg")) {
				assertThat(ex).hasMessageContaining("docs/bad.md links to " + link + ",");
			}
		});
		assertThat(this.site).doesNotExist();
	}

	@Test
	void whenALinkLeadsToAnAnchorWithinAParagraphThenItIsFound() throws IOException {
		write("docs/anchor.md", "# Anchor\n\n<a id=\"here\"></a>**Here**\n");
		write("docs/links.md", "# Links\n[a](anchor.md#here)\n");
		build();
		assertThat(read("docs/links.html")).contains("<a href=\"anchor.html#here\">a</a>");
		assertThat(LinkCheck.problems(this.site)).isEmpty();
	}

	@Test
	void whenALinkLeadsToAMarkdownFileThenItLeadsToItsPage() throws IOException {
		write("docs/links.md", "# Links\n[a](ways/first.md#a-part-and-more) [b](ways) [c](../README.md#start-here)"
				+ " [d](#links) [e](https://example.org/x.md)\n");
		build();
		assertThat(read("docs/links.html")).contains("<a href=\"ways/first.html#a-part-and-more\">a</a>",
				"<a href=\"ways/index.html\">b</a>", "<a href=\"../index.html#start-here\">c</a>",
				"<a href=\"#links\">d</a>", "<a href=\"https://example.org/x.md\">e</a>");
		assertThat(LinkCheck.problems(this.site)).isEmpty();
	}

	@Test
	void whenALinkLeadsToAnotherFileThenItsTextIsAPage() throws IOException {
		write("src/some.yaml", "a: <b>\n");
		write("docs/links.md", "# Links\n[file](../src/some.yaml) <img src=\"pictures/a.svg\">\n");
		write("docs/pictures/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
		build();
		assertThat(read("docs/links.html")).contains("<a href=\"../src/some.yaml.html\">file</a>",
				"<img src=\"pictures/a.svg\">");
		assertThat(read("src/some.yaml.html")).contains("<h1>src/some.yaml</h1>", "a: &lt;b&gt;");
		assertThat(LinkCheck.problems(this.site)).isEmpty();
	}

	@Test
	void whenALinkLeadsToADirectoryThenItsPagesAreListed() throws IOException {
		build();
		assertThat(read("docs/adr/index.html")).contains("<a href=\"1.html\">Decision 1</a>");
	}

	@Test
	void whenAPageIsShownThenTheNavigationSaysSo() throws IOException {
		build();
		String navigation = read("docs/ways/first.html").replaceAll("(?s).*<nav", "").replaceAll("(?s)</nav.*", "");
		assertThat(navigation).contains("<h2>Start</h2>", "<a href=\"../../index.html#start-here\">Begin</a>",
				"<a href=\"index.html\">Ways</a>", "<a href=\"first.html\" aria-current=\"page\">The first</a>",
				"<a href=\"#a-part-and-more\">A part, and more</a>", "<h2>Know</h2>",
				"<a href=\"../adr/index.html\">Decisions</a>");
		assertThat(navigation).doesNotContain("Other", "Text", "Decision 1");
	}

	@Test
	void whenTheSiteIsBuiltAgainThenNothingOldIsLeft() throws IOException {
		build();
		Files.delete(this.repository.resolve("docs/adr/1.md"));
		write("docs/adr/2.md", "# Decision 2\n");
		build();
		assertThat(this.site.resolve("docs/adr/1.html")).doesNotExist();
		assertThat(read("docs/adr/index.html")).contains("Decision 2");
	}

	@Test
	void whenTheDirectoryHoldsSomethingElseThenItIsKept() throws IOException {
		Path other = Files.createDirectories(this.site).resolve("other.txt");
		Files.writeString(other, "mine");
		assertThatExceptionOfType(IOException.class).isThrownBy(this::build)
			.withMessageContaining("holds something else than a site");
		assertThat(other).hasContent("mine");
	}

	private void build() throws IOException {
		Site.build(this.repository, null, "1", this.site);
	}

	private void write(String file, String text) throws IOException {
		Path path = this.repository.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, text);
	}

	private String read(String file) throws IOException {
		return Files.readString(this.site.resolve(file));
	}

}
