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

package io.github.mqttredis.actuate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionState;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/observability.md} and the Grafana dashboard to the code. Run with
 * {@code -Ddocs.update=true} to write the table of meters anew.
 */
class ObservabilityDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "observability.md");

	private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "mqtt-persistence.json");

	private static final Pattern TABLE = Pattern.compile("(?s)(?<=<!-- meters -->\n).*?(?=<!-- end of meters -->)");

	private static final Pattern METRIC = Pattern.compile("mqtt_persistence_\\w+");

	@Test
	void whenMetersChangeThenDocumentFollows() throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		bind(registry);
		String text = Files.readString(DOCUMENT);
		String expected = TABLE.matcher(text).replaceFirst(table(registry));
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(DOCUMENT, expected);
		}
		assertThat(DOCUMENT).hasContent(expected);
		assertThat(expected).contains("| `mqtt.persistence.put` | timer, `outcome`: SUCCESS, ERROR |");
	}

	@Test
	void whenStatesOrEventsChangeThenDocumentNamesThem() throws Exception {
		String text = Files.readString(DOCUMENT);
		assertThat(SessionState.values())
			.allSatisfy((state) -> assertThat(text).contains("| `" + state.name().toLowerCase() + "` |"));
		assertThat(SessionEvent.class.getPermittedSubclasses()).hasSize(9)
			.allSatisfy((event) -> assertThat(text).contains("| `SessionEvent." + event.getSimpleName() + "` |"));
	}

	@Test
	void whenDashboardShowsAMetricThenItExists() throws Exception {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		bind(registry);
		Set<String> shown = metrics(Files.readString(DASHBOARD));
		assertThat(shown).hasSizeGreaterThan(12);
		assertThat(metrics(registry.scrape())).containsAll(shown);
	}

	@Test
	void whenDashboardIsReadThenItIsJsonAndEveryPanelHasAQuery() throws Exception {
		List<?> panels = (List<?>) JsonParserFactory.getJsonParser()
			.parseMap(Files.readString(DASHBOARD))
			.getOrDefault("panels", List.of());
		assertThat(panels).isNotEmpty().allSatisfy((panel) -> assertThat(panel.toString()).contains("expr="));
	}

	private static void bind(MeterRegistry registry) {
		RedisSessionStore store = new RedisSessionStore(new LettuceConnectionFactory(), StoreSettings.defaults());
		new MqttPersistenceMetrics(() -> store, false).bindTo(registry);
	}

	private static Set<String> metrics(String text) {
		return METRIC.matcher(text)
			.results()
			.map((match) -> match.group())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static String table(MeterRegistry registry) {
		TreeMap<String, List<Meter>> byName = registry.getMeters()
			.stream()
			.collect(Collectors.groupingBy((meter) -> meter.getId().getName(), TreeMap::new, Collectors.toList()));
		return "| meter | type, unit, tags | |\n|---|---|---|\n"
				+ byName.values().stream().map(ObservabilityDocumentTests::row).collect(Collectors.joining());
	}

	private static String row(List<Meter> meters) {
		Meter.Id id = meters.get(0).getId();
		String type = id.getType().name().toLowerCase();
		String unit = (id.getType() == Meter.Type.TIMER || id.getBaseUnit() == null) ? "" : ", " + id.getBaseUnit();
		String tags = id.getTags()
			.stream()
			.map(Tag::getKey)
			.map((key) -> ", `" + key + "`: " + values(meters, key))
			.collect(Collectors.joining());
		return "| `" + id.getName() + "` | " + type + unit + tags + " | " + id.getDescription() + " |\n";
	}

	private static String values(List<Meter> meters, String key) {
		return meters.stream()
			.map((meter) -> String.valueOf(meter.getId().getTag(key)))
			.distinct()
			.sorted((one, other) -> other.compareTo(one))
			.collect(Collectors.joining(", "));
	}

}
