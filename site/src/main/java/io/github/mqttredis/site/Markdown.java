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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Markdown with tables, and with the anchors that a forge gives to headings.
 */
final class Markdown {

	private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());

	private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();

	private Markdown() {
	}

	static Page parse(Path source, String text) {
		Node document = PARSER.parse(text);
		IdGenerator ids = IdGenerator.builder().build();
		List<Page.Section> headings = new ArrayList<>();
		document.accept(new AbstractVisitor() {
			@Override
			public void visit(Heading heading) {
				String title = text(heading);
				headings.add(new Page.Section(heading, heading.getLevel(), ids.generateId(title), title));
			}
		});
		return new Page(source, document, headings);
	}

	/**
	 * Return the text of a node without its mark-up.
	 * @param node the node
	 * @return the text
	 */
	static String text(Node node) {
		StringBuilder text = new StringBuilder();
		node.accept(new AbstractVisitor() {
			@Override
			public void visit(Text part) {
				text.append(part.getLiteral());
			}

			@Override
			public void visit(Code code) {
				text.append(code.getLiteral());
			}

			@Override
			public void visit(SoftLineBreak lineBreak) {
				text.append(' ');
			}
		});
		return text.toString();
	}

	static String render(Page page) {
		Map<Node, String> ids = new HashMap<>();
		page.headings().forEach((heading) -> ids.put(heading.node(), heading.id()));
		HtmlRenderer renderer = HtmlRenderer.builder()
			.extensions(EXTENSIONS)
			.attributeProviderFactory((context) -> (node, tag, attributes) -> {
				if (ids.containsKey(node)) {
					attributes.put("id", ids.get(node));
				}
			})
			.build();
		// A table that is wider than a phone scrolls by itself, also with the keyboard.
		return renderer.render(page.document())
			.replace("<table>", "<div class=\"table\" tabindex=\"0\"><table>")
			.replace("</table>", "</table></div>");
	}

}
