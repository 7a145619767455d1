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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BulletList;
import org.commonmark.node.Link;
import org.commonmark.node.ListItem;
import org.commonmark.node.StrongEmphasis;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside each page. Its groups are those of the list at the top of the
 * documentation's index.
 */
final class Navigation {

	private final Map<String, List<Entry>> groups = new LinkedHashMap<>();

	private final Collection<Page> pages;

	/**
	 * Read the navigation.
	 * @param index the documentation's index
	 * @param pages all pages
	 * @param links where links lead to
	 */
	Navigation(Page index, Collection<Page> pages, Links links) {
		this.pages = pages;
		add("", index.title(), index.file(), "");
		index.document().accept(new AbstractVisitor() {
			private String group = "";

			private boolean read;

			@Override
			public void visit(BulletList list) {
				if (!this.read) {
					this.read = true;
					visitChildren(list);
					this.group = "";
				}
			}

			@Override
			public void visit(StrongEmphasis emphasis) {
				if (emphasis.getParent().getParent() instanceof ListItem) {
					this.group = Markdown.text(emphasis);
				}
			}

			@Override
			public void visit(Link link) {
				Path file = this.group.isEmpty() ? null : links.resolve(index, link.getDestination());
				int hash = link.getDestination().indexOf('#');
				if (file != null) {
					add(this.group, Markdown.text(link), file, (hash < 0) ? "" : link.getDestination().substring(hash));
				}
			}
		});
	}

	void add(String group, String label, Path file, String fragment) {
		String title = Character.toUpperCase(label.charAt(0)) + label.substring(1);
		this.groups.computeIfAbsent(group, (name) -> new ArrayList<>()).add(new Entry(title, file, fragment));
	}

	/**
	 * Return the navigation of a file.
	 * @param file the file of the site
	 * @param current its page, if it is one
	 * @return the HTML
	 */
	String html(Path file, @Nullable Page current) {
		StringBuilder html = new StringBuilder();
		this.groups.forEach((group, entries) -> {
			if (!group.isEmpty()) {
				html.append("<h2>").append(Html.escape(group)).append("</h2>\n");
			}
			html.append("<ul>\n");
			entries.forEach((entry) -> {
				html.append("<li>").append(link(file, entry));
				children(html, file, current, entry);
				html.append("</li>\n");
			});
			html.append("</ul>\n");
		});
		return html.toString();
	}

	/** The sections of the page that is shown, and the pages of its directory. */
	private void children(StringBuilder html, Path file, @Nullable Page current, Entry entry) {
		boolean here = entry.isPage(file);
		if (here && current != null) {
			sections(html, current);
		}
		if (entry.hasDirectory() && entry.directory().equals(file.getParent())) {
			html.append("<ul>");
			for (Page page : this.pages) {
				if (entry.directory().equals(page.source().getParent()) && !page.file().equals(entry.file())) {
					Entry child = new Entry(page.title(), page.file(), "");
					html.append("<li>").append(link(file, child));
					if (child.isPage(file)) {
						sections(html, page);
					}
					html.append("</li>\n");
				}
			}
			html.append("</ul>");
		}
	}

	private static void sections(StringBuilder html, Page page) {
		if (!page.sections().isEmpty()) {
			html.append("<ul class=\"sections\">");
			page.sections()
				.forEach((section) -> html.append("<li><a href=\"#")
					.append(Html.escape(section.id()))
					.append("\">")
					.append(Html.escape(section.text()))
					.append("</a></li>\n"));
			html.append("</ul>");
		}
	}

	private static String link(Path from, Entry entry) {
		return "<a href=\"" + Html.escape(Links.between(from, entry.file()) + entry.fragment()) + "\""
				+ (entry.isPage(from) ? " aria-current=\"page\"" : "") + ">" + Html.escape(entry.label()) + "</a>";
	}

	private record Entry(String label, Path file, String fragment) {

		boolean isPage(Path other) {
			return this.fragment.isEmpty() && this.file.equals(other);
		}

		Path directory() {
			Path parent = this.file.getParent();
			return (parent != null) ? parent : Path.of("");
		}

		/** Whether it stands for a directory below that of the documentation. */
		boolean hasDirectory() {
			return this.file.endsWith("index.html") && this.file.getNameCount() > 2;
		}

	}

}
