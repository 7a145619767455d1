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

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.jspecify.annotations.Nullable;

/**
 * Turns links between files of the repository into links between files of the site.
 */
final class Links {

	private static final Pattern IMAGE = Pattern.compile("(?i).*\\.(png|jpe?g|gif|svg|webp)");

	private static final Pattern ATTRIBUTE = Pattern.compile("\\b(src|srcset|href)=\"([^\"]*)\"");

	private final Path repository;

	private final Map<Path, Page> pages;

	private final SortedSet<Path> files = new TreeSet<>();

	private final SortedSet<Path> directories = new TreeSet<>();

	private final List<String> problems = new ArrayList<>();

	/**
	 * Make the links of a repository.
	 * @param repository its directory
	 * @param pages its Markdown files, by their paths relative to it
	 */
	Links(Path repository, Map<Path, Page> pages) {
		this.repository = repository;
		this.pages = pages;
	}

	/**
	 * Return the file of the site that a file of the repository becomes.
	 * @param source the file, relative to the repository
	 * @return the file, relative to the site
	 */
	static Path file(Path source) {
		String name = source.getFileName().toString();
		if (name.equals("README.md")) {
			return source.resolveSibling("index.html");
		}
		if (name.endsWith(".md")) {
			return source.resolveSibling(name.replaceFirst("md$", "html"));
		}
		return isImage(source) ? source : source.resolveSibling(name + ".html");
	}

	static boolean isImage(Path source) {
		return IMAGE.matcher(source.getFileName().toString()).matches();
	}

	static String url(Path path) {
		return path.toString().replace('\\', '/');
	}

	/**
	 * Return the link from one file of the site to another.
	 * @param from the file that has the link
	 * @param to the file that it leads to
	 * @return the link
	 */
	static String between(Path from, Path to) {
		Path directory = from.getParent();
		return url((directory != null) ? directory.relativize(to) : to);
	}

	/** What is linked to and is no page: source text and images. */
	SortedSet<Path> files() {
		return this.files;
	}

	/** What is linked to and has no page of its own. */
	SortedSet<Path> directories() {
		return this.directories;
	}

	List<String> problems() {
		return this.problems;
	}

	/**
	 * Rewrite all links of a page.
	 * @param page the page
	 */
	void rewrite(Page page) {
		page.document().accept(new AbstractVisitor() {
			@Override
			public void visit(Link link) {
				link.setDestination(rewrite(page, link.getDestination()));
				visitChildren(link);
			}

			@Override
			public void visit(Image image) {
				image.setDestination(rewrite(page, image.getDestination()));
			}

			@Override
			public void visit(HtmlBlock block) {
				block.setLiteral(rewriteHtml(page, block.getLiteral()));
			}

			@Override
			public void visit(HtmlInline inline) {
				inline.setLiteral(rewriteHtml(page, inline.getLiteral()));
			}
		});
	}

	private String rewriteHtml(Page page, String html) {
		return ATTRIBUTE.matcher(html)
			.replaceAll((MatchResult match) -> Matcher
				.quoteReplacement(match.group(1) + "=\"" + rewrite(page, match.group(2)) + "\""));
	}

	private String rewrite(Page page, String destination) {
		if (URI.create(destination).isAbsolute()) {
			return destination;
		}
		Path file = resolve(page, destination);
		if (file == null) {
			this.problems.add(url(page.source()) + " links to " + destination + ", which does not exist");
			return destination;
		}
		int hash = destination.indexOf('#');
		return (hash == 0) ? destination : between(page.file(), file) + ((hash > 0) ? destination.substring(hash) : "");
	}

	/**
	 * Return the file of the site that a link leads to.
	 * @param page the page that has the link
	 * @param destination the link, as the Markdown has it
	 * @return the file, or {@code null} if there is none
	 */
	@Nullable Path resolve(Page page, String destination) {
		URI uri = URI.create(destination);
		Path target = uri.getPath().isEmpty() ? page.source() : page.source().resolveSibling(uri.getPath()).normalize();
		if (Files.isDirectory(this.repository.resolve(target))) {
			Path index = target.resolve("README.md");
			if (!this.pages.containsKey(index)) {
				this.directories.add(target);
				return target.resolve("index.html");
			}
			target = index;
		}
		Page other = this.pages.get(target);
		if (other != null) {
			return (uri.getFragment() == null || other.anchors().contains(uri.getFragment())) ? other.file() : null;
		}
		if (target.startsWith("..") || !Files.isRegularFile(this.repository.resolve(target))) {
			return null;
		}
		this.files.add(target);
		return file(target);
	}

}
