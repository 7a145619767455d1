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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what docs/connections.md shows is understood, and is what other tests run.
 */
class ConnectionsDocumentTests {

	@ParameterizedTest
	@MethodSource("settings")
	void whenSettingsAreShownThenEachIsKnown(String yaml) throws IOException {
		List<PropertySource<?>> sources = new YamlPropertySourceLoader().load("settings",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
		Binder binder = new Binder(ConfigurationPropertySources.from(sources));
		BindHandler strict = new NoUnboundElementsBindHandler(BindHandler.DEFAULT);
		boolean own = binder.bind("mqtt.persistence", Bindable.of(MqttPersistenceProperties.class), strict).isBound();
		boolean application = binder.bind("spring.data.redis", Bindable.of(DataRedisProperties.class), strict)
			.isBound();
		assertThat(own || application).isTrue();
	}

	static List<String> settings() throws IOException {
		return blocks("yaml");
	}

	@Test
	void whenABeanIsShownThenItIsTheOneThatIsTested() throws IOException {
		String example = Files.readString(Path.of("src", "test", "java", "io", "github", "mqttredis", "autoconfigure",
				"SessionRedisExample.java"));
		assertThat(blocks("java")).hasSize(1)
			.allSatisfy((block) -> assertThat(example.replaceAll("\\s+", " ")).contains(block.replaceAll("\\s+", " ")));
	}

	private static List<String> blocks(String language) throws IOException {
		return Pattern.compile("(?s)```" + language + "\\n(.*?)```")
			.matcher(Files.readString(Path.of("..", "docs", "connections.md")))
			.results()
			.map((MatchResult result) -> result.group(1))
			.toList();
	}

}
