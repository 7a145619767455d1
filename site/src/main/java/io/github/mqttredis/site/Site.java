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
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The documentation as a static site: the Markdown files at the top of the repository and
 * below {@code docs}, what they link to, and the Javadoc. A link that leads nowhere fails
 * the build.
 *
 * @since 0.1.0
 */
public final class Site {

	private static final Path INDEX = Path.of("docs", "README.md");

	private static final Path API = Path.of("api");

	/**
	 * The Javadoc of JDK 17 asks for a font that it does not bring, and knows no dark.
	 */
	private static final Pattern FONT = Pattern.compile("@import url\\('[^']*fonts/[^']*'\\);");

	private static final String DARK = """

			@media (prefers-color-scheme: dark) {
				html {
					background: #ffffff;
					filter: invert(0.9) hue-rotate(180deg);
				}
			}
			""";

	private final Path repository;

	private final String version;

	private final Directory output;

	private final SortedMap<Path, Page> pages = new TreeMap<>();

	private Site(Path repository, String version, Directory output) {
		this.repository = repository;
		this.version = version;
		this.output = output;
	}

	/**
	 * Build the site.
	 * @param arguments the repository, the directory of the Javadoc, the version that is
	 * documented, and the directory for the site
	 * @throws IOException if a file cannot be read or written
	 */
	public static void main(String... arguments) throws IOException {
		Path output = Path.of(arguments[3]).toAbsolutePath().normalize();
		build(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], output);
		System.out.println("The site: " + output.resolve("index.html").toUri());
	}

	static void build(Path repository, @Nullable Path api, String version, Path output) throws IOException {
		new Site(repository.toRealPath(), version, new Directory(output)).build(api);
	}

	private void build(@Nullable Path api) throws IOException {
		readPages();
		Links links = new Links(this.repository, this.pages);
		Page index = this.pages.get(INDEX);
		if (index == null) {
			throw new IOException("There is no " + INDEX);
		}
		Navigation navigation = new Navigation(index, this.pages.values(), links);
		addProject(navigation, api);
		this.pages.values().forEach(links::rewrite);
		if (!links.problems().isEmpty()) {
			throw new IOException("Links that lead nowhere:\n" + String.join("\n", links.problems()));
		}
		this.output.clear();
		this.output.write(Path.of("site.css"), Html.read("site.css"));
		for (Page page : this.pages.values()) {
			write(page.file(), page.title(), Markdown.render(page), navigation.html(page.file(), page));
		}
		for (Path directory : links.directories()) {
			writeListing(directory, navigation);
		}
		for (Path file : links.files()) {
			writeFile(file, navigation);
		}
		if (api != null) {
			copyApi(api);
		}
	}

	private void readPages() throws IOException {
		TreeSet<Path> sources = new TreeSet<>(Directory.list(this.repository.resolve("docs")));
		try (Stream<Path> top = Files.list(this.repository)) {
			top.forEach(sources::add);
		}
		for (Path file : sources) {
			if (file.toString().endsWith(".md")) {
				Path source = this.repository.relativize(file);
				this.pages.put(source, Markdown.parse(source, Files.readString(file)));
			}
		}
	}

	/** The Javadoc, and what lies beside the README. */
	private void addProject(Navigation navigation, @Nullable Path api) {
		if (api != null) {
			navigation.add("Project", "Javadoc", API.resolve("index.html"), "");
		}
		for (Page page : this.pages.values()) {
			if (page.source().getNameCount() == 1 && !page.file().endsWith("index.html")) {
				navigation.add("Project", page.title(), page.file(), "");
			}
		}
	}

	private void write(Path file, String title, String content, String navigation) throws IOException {
		this.output.write(file,
				Html.page(Map.of("title", Html.escape(title), "root", "../".repeat(file.getNameCount() - 1), "content",
						content, "navigation", navigation, "version", Html.escape(this.version))));
	}

	private void writeListing(Path directory, Navigation navigation) throws IOException {
		Path file = directory.resolve("index.html");
		String title = Links.url(directory);
		StringBuilder content = new StringBuilder("<h1>" + Html.escape(title) + "</h1>\n<ul>\n");
		for (Page page : this.pages.values()) {
			if (directory.equals(page.source().getParent())) {
				content.append("<li><a href=\"" + Html.escape(Links.between(file, page.file())) + "\">"
						+ Html.escape(page.title()) + "</a></li>\n");
			}
		}
		write(file, title, content + "</ul>\n", navigation.html(file, null));
	}

	private void writeFile(Path source, Navigation navigation) throws IOException {
		Path from = this.repository.resolve(source);
		Path file = Links.file(source);
		if (Links.isImage(source)) {
			this.output.copy(from, file);
			return;
		}
		String title = Links.url(source);
		write(file, title, "<h1>" + Html.escape(title) + "</h1>\n<pre tabindex=\"0\"><code>"
				+ Html.escape(Files.readString(from)) + "</code></pre>\n", navigation.html(file, null));
	}

	private void copyApi(Path api) throws IOException {
		List<Path> files = Directory.list(api);
		for (Path file : files) {
			Path target = API.resolve(api.relativize(file).toString());
			if (file.endsWith("stylesheet.css")) {
				this.output.write(target, FONT.matcher(Files.readString(file)).replaceAll("") + DARK);
			}
			else {
				this.output.copy(file, target);
			}
		}
	}

}
