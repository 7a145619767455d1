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
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Node;

/**
 * A Markdown file that becomes a page.
 *
 * @param source the file, relative to the repository
 * @param document its content
 * @param headings its headings, of which the first is its title
 */
record Page(Path source, Node document, List<Section> headings) {

	private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");

	String title() {
		return this.headings.isEmpty() ? Links.url(this.source) : this.headings.get(0).text();
	}

	Path file() {
		return Links.file(this.source);
	}

	/** Those of the headings, and those within paragraphs. */
	Set<String> anchors() {
		Set<String> anchors = this.headings.stream().map(Section::id).collect(Collectors.toSet());
		this.document.accept(new AbstractVisitor() {
			@Override
			public void visit(HtmlInline tag) {
				Matcher anchor = ANCHOR.matcher(tag.getLiteral());
				if (anchor.matches()) {
					anchors.add(anchor.group(1));
				}
			}
		});
		return anchors;
	}

	List<Section> sections() {
		return this.headings.stream().filter((heading) -> heading.level() == 2).toList();
	}

	/**
	 * A heading.
	 *
	 * @param node the heading in the document
	 * @param level 1 to 6
	 * @param id the anchor
	 * @param text the text
	 */
	record Section(Node node, int level, String id, String text) {
	}

}
