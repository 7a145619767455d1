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

package io.github.mqttredis.sample.launcher;

import java.nio.file.Path;
import java.util.Map;

import io.github.mqttredis.session.MqttVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class InflightReaderTests {

	private static final String KEY = "mqtt:persistence:{a%40b@tcp://broker:1883}:v3";

	@Test
	void whenANameHoldsReservedCharactersThenTheyAreEscaped() {
		assertThat(InflightReader.key("mqtt:persistence", "a@b", "tcp://me:secret@broker:1883", MqttVersion.V3))
			.isEqualTo(KEY);
	}

	@Test
	void whenRecordsAreInRedisThenTheyAreCountedByKind(@TempDir Path directory) {
		try (EmbeddedRedis redis = new EmbeddedRedis(directory)) {
			LettuceConnectionFactory connections = new LettuceConnectionFactory(EmbeddedRedis.HOST, redis.port());
			connections.start();
			try {
				StringRedisTemplate template = new StringRedisTemplate(connections);
				InflightReader reader = new InflightReader(template, KEY);
				assertThat(reader.read()).isEqualTo(new InflightRecords(0, 0, 0, 0));
				template.opsForHash().putAll(KEY, Map.of("s-1", "x", "s-2", "x", "s-3", "x", "sc-1", "x", "r-7", "x"));
				template.opsForStream().add(KEY + ":queue", Map.of("r", "x"));
				assertThat(reader.read()).isEqualTo(new InflightRecords(3, 1, 1, 1));
				assertThat(reader.count()).isEqualTo(6);
				assertThat(reader.read().messages()).isEqualTo(5);
				assertThat(reader.read()).hasToString("6 (s 3, sc 1, r 1, queue 1)");
			}
			finally {
				connections.destroy();
			}
		}
	}

}
