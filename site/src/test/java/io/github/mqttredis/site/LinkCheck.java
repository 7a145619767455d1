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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the links of a site that lead nowhere, and what it would load from elsewhere. It
 * knows only the HTML.
 */
final class LinkCheck {

	private static final Pattern ID = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");

	private static final Pattern LINK = Pattern.compile("\\s(href|src|srcset)=\"([^\"]*)\"");

	private static final Pattern LOADED = Pattern.compile(
			"<(?:link|script|img|source|iframe)\\s[^>]*(?:href|src|srcset)=\"(?:https?:)?//|@import|url\\(['\"]?(?:https?:)?//");

	private final Path site;

	private final Map<Path, Set<String>> anchors = new HashMap<>();

	private LinkCheck(Path site) {
		this.site = site;
	}

	static List<String> problems(Path site) throws IOException {
		LinkCheck check = new LinkCheck(site);
		List<String> problems = new ArrayList<>();
		for (Path file : files(site)) {
			if (file.toString().matches(".*\\.(html|css)")) {
				String text = Files.readString(file);
				String name = site.relativize(file) + ": ";
				LOADED.matcher(text).results().forEach((match) -> problems.add(name + "loads " + match.group()));
				LINK.matcher(text)
					.results()
					.map((match) -> unescape(match.group(2)))
					.distinct()
					.filter((link) -> !check.leadsSomewhere(file, link))
					.forEach((link) -> problems.add(name + "dead link " + link));
			}
		}
		return problems;
	}

	static List<Path> files(Path site) throws IOException {
		try (Stream<Path> files = Files.walk(site)) {
			return files.filter(Files::isRegularFile).sorted().toList();
		}
	}

	private boolean leadsSomewhere(Path from, String link) {
		URI target = from.toUri().resolve(link.replace(" ", "%20"));
		if (!target.getScheme().equals("file")) {
			return Set.of("http", "https", "mailto", "data").contains(target.getScheme());
		}
		Path file = Path.of(target.getPath());
		return file.startsWith(this.site) && Files.isRegularFile(file)
				&& (target.getFragment() == null || target.getFragment().isEmpty()
						|| this.anchors.computeIfAbsent(file, LinkCheck::anchors).contains(target.getFragment()));
	}

	private static Set<String> anchors(Path file) {
		try {
			return ID.matcher(Files.readString(file))
				.results()
				.map((match) -> unescape(match.group(1)))
				.collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String unescape(String text) {
		return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
	}

}
