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

package io.github.mqttredis.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

import io.github.mqttredis.benchmarks.Variant;

/**
 * Publishing in bars, as an SVG that is readable on light and on dark ground.
 *
 * @param results what was measured
 */
record Chart(Results results) {

	private static final int WIDTH = 760;

	private static final int LABELS = 250;

	private static final int BARS = 420;

	private static final int ROW = 26;

	private static final int TOP = 40;

	private static final List<Bar> STORES = List.of(new Bar("Paho's memory (survives nothing)", "memory", false),
			new Bar("this project, before-send", "before-send", true),
			new Bar("this project, before-return", "before-return", true),
			new Bar("a Redis command for each call", "direct", false), new Bar("Paho's files", "file", false));

	private static final String STYLE = """
			text { font: 13px system-ui, sans-serif; fill: #24292f }
			.title { font-weight: 600 }
			.note { font-size: 11px; fill: #57606a }
			rect { fill: #afb8c1 }
			rect.ours { fill: #0969da }
			@media (prefers-color-scheme: dark) {
			  text { fill: #e6edf3 }
			  .note { fill: #9198a1 }
			  rect { fill: #656c76 }
			  rect.ours { fill: #4493f8 }
			}
			""";

	String svg() {
		int panel = TOP + STORES.size() * ROW;
		int height = 2 * panel + TOP;
		StringBuilder svg = new StringBuilder();
		svg.append(
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
					.formatted(WIDTH, height, WIDTH, height));
		svg.append("<title>Messages published and acknowledged per second</title>\n");
		svg.append("<style>\n").append(STYLE).append("</style>\n");
		double most = Math.max(most(1), most(2));
		panel(svg, 1, 0, most);
		panel(svg, 2, panel, most);
		text(svg, "note", 0, height - 12,
				"Medians of one run: 256 B, 500 messages in flight, one publisher, Redis over TCP with Lettuce.");
		return svg.append("</svg>\n").toString();
	}

	private double most(int qos) {
		return STORES.stream().mapToDouble((bar) -> rate(bar, qos).orElse(1)).max().orElse(1);
	}

	private void panel(StringBuilder svg, int qos, int top, double most) {
		text(svg, "title", 0, top + 22, "Messages per second, QoS " + qos);
		int y = top + TOP;
		for (Bar bar : STORES) {
			OptionalDouble rate = rate(bar, qos);
			double width = rate.orElse(0) / most * BARS;
			text(svg, "label", 0, y + 14, bar.label());
			svg.append("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"18\" rx=\"2\"/>\n"
				.formatted(bar.ours() ? "ours" : "other", LABELS, y, String.format(Locale.ROOT, "%.1f", width)));
			text(svg, "value", (int) (LABELS + width + 8), y + 14,
					rate.isPresent() ? Target.number(rate.getAsDouble()) : "not measured");
			y += ROW;
		}
	}

	private OptionalDouble rate(Bar bar, int qos) {
		OptionalDouble redis = this.results.publish(bar.store(), Variant.LETTUCE, qos, 1);
		return redis.isPresent() ? redis : this.results.publish(bar.store(), Variant.NONE, qos, 1);
	}

	private static void text(StringBuilder svg, String style, int x, int y, String text) {
		svg.append("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n".formatted(style, x, y, text));
	}

	private record Bar(String label, String store, boolean ours) {

	}

}
