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

package io.github.mqttredis.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import org.springframework.boot.json.JsonParserFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@code docs/configuration.md} to the metadata. Run with
 * {@code -Ddocs.update=true} to write it anew.
 */
class ConfigurationDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

	/** The page says this once. */
	private static final String SECONDS = " In seconds if no unit is given.";

	private static final Map<String, List<String>> VALUES = values();

	private static Map<String, List<String>> values() {
		try {
			return ConfigurationMetadataTests.values();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void whenMetadataChangesThenDocumentFollows() throws Exception {
		String expected = document();
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(DOCUMENT, expected);
		}
		assertThat(DOCUMENT).hasContent(expected);
		assertThat(expected).contains("| `mqtt.persistence.write-timeout` | Duration | `2s` |");
	}

	@SuppressWarnings("unchecked")
	private static String document() throws Exception {
		try (InputStream in = ConfigurationDocumentTests.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			String json = new String(Objects.requireNonNull(in).readAllBytes());
			List<Map<String, Object>> properties = (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
				.parseMap(json)
				.get("properties");
			return "# Configuration\n\nWritten from the configuration metadata by `ConfigurationDocumentTests`. "
					+ "A time without a unit is in seconds.\n\n"
					+ "| property | type or values | default | |\n|---|---|---|---|\n"
					+ properties.stream()
						.sorted(Comparator.comparing((property) -> String.valueOf(property.get("name"))))
						.map(ConfigurationDocumentTests::row)
						.collect(Collectors.joining());
		}
	}

	private static String row(Map<String, Object> property) {
		List<String> values = VALUES.get(property.get("name"));
		String type = (values != null) ? "`" + String.join("`, `", values) + "`"
				: String.valueOf(property.get("type")).replaceAll("[a-zA-Z0-9_]+\\.", "").replaceAll("^.*\\$", "");
		Object value = property.get("defaultValue");
		return "| `" + property.get("name") + "` | " + type + " | "
				+ ((value != null && !"".equals(value)) ? "`" + value.toString().replaceAll("\\.0$", "") + "`" : "")
				+ " | " + String.valueOf(property.get("description")).replace(SECONDS, "") + " |\n";
	}

}
