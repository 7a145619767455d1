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

package io.github.mqttredis.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds what {@code docs/operations.md} says of memory to what a real Redis needs. Run
 * with {@code -Ddocs.update=true} to measure its table anew.
 */
class MemoryDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "operations.md");

	private static final Pattern FORMULA = Pattern.compile("bytes of a record = payload \\+ topic \\+ (\\d+)");

	private static final Pattern FILE_FORMULA = Pattern.compile("bytes of the file = payload \\+ topic \\+ (\\d+)");

	private static final Pattern TABLE = Pattern.compile("(?s)(?<=<!-- memory -->\n).*?(?=<!-- end of memory -->)");

	private static final Pattern ROW = Pattern
		.compile("\\| (\\d) \\| ([\\d,]+) \\| ([\\d,]+) \\| ([\\d,]+) \\| ([\\d,]+) \\|");

	private static final List<Integer> PAYLOADS = List.of(64, 256, 16 * 1024);

	private static final int RECORDS = 10_000;

	private static final String TOPIC = "plant-7/boiler/temperature";

	/** Allocators round up, and tables of hashes grow by doubling. */
	private static final Percentage TOLERANCE = Percentage.withPercentage(20);

	@ParameterizedTest
	@EnumSource(MqttVersion.class)
	void whenRecordsAreStoredThenRedisNeedsWhatTheDocumentSays(MqttVersion version) throws Exception {
		String text = Files.readString(DOCUMENT);
		for (int payload : PAYLOADS) {
			Row row = measure(version, 1000, payload);
			assertThat(row.bytes()).as(row.toString()).isCloseTo(expected(FORMULA, text, payload), TOLERANCE);
		}
	}

	@Test
	void whenTheTableIsReadThenItsFiguresAgreeWithTheFormula() throws Exception {
		String text = Files.readString(DOCUMENT);
		if (Boolean.getBoolean("docs.update")) {
			text = TABLE.matcher(text).replaceFirst(table());
			Files.writeString(DOCUMENT, text);
		}
		List<MatchResult> rows = ROW.matcher(text).results().toList();
		assertThat(rows).hasSize(MqttVersion.values().length * PAYLOADS.size());
		for (MatchResult row : rows) {
			assertThat(number(row.group(4))).as(row.group())
				.isCloseTo(expected(FORMULA, text, (int) number(row.group(3))), TOLERANCE);
		}
	}

	/** Every message is a batch of its own here, and so is its removal. */
	@Test
	void whenMessagesTravelAloneThenTheAppendOnlyFileGrowsAsTheDocumentSays() throws Exception {
		int messages = 500;
		int payload = 256;
		try (RedisServer server = RedisServer.start("--appendonly", "yes");
				RedisStores stores = new RedisStores(server);
				Jedis redis = server.connect()) {
			Session session = stores.start().open(new SessionId("memory", "broker", MqttVersion.V3));
			String hash = "test:{memory@broker}:v3";
			assertThat(Stream.of(hash + ":mark", hash + ":lease", "test:sessions").mapToLong(redis::memoryUsage).sum())
				.isLessThan(1024);
			long before = info(redis, "persistence", "aof_current_size:");
			for (int i = 1; i <= messages; i++) {
				session.put("s-" + i, publish(MqttVersion.V3, i, payload));
				session.remove("s-" + i);
				Await.until("it is removed", () -> !redis.exists(hash));
			}
			long bytes = (info(redis, "persistence", "aof_current_size:") - before) / messages;
			assertThat(bytes).isCloseTo(expected(FILE_FORMULA, Files.readString(DOCUMENT), payload), TOLERANCE);
		}
	}

	private static long expected(Pattern formula, String text, int payload) {
		long rest = formula.matcher(text).results().map((match) -> number(match.group(1))).findFirst().orElseThrow();
		return payload + TOPIC.length() + rest;
	}

	private static String table() throws Exception {
		StringBuilder table = new StringBuilder(
				"| MQTT | records | payload, bytes | Redis, bytes a record | Redis, KiB in all |\n|---|---:|---:|---:|---:|\n");
		for (MqttVersion version : MqttVersion.values()) {
			for (int payload : PAYLOADS) {
				Row row = measure(version, RECORDS, payload);
				table.append(String.format(Locale.ROOT, "| %s | %,d | %,d | %,d | %,d |%n",
						version.suffix().substring(1), RECORDS, payload, row.bytes(), row.total() / 1024));
			}
		}
		return table.toString();
	}

	/**
	 * Store records and ask Redis what their hash takes, and what it has taken from the
	 * system for them.
	 */
	private static Row measure(MqttVersion version, int records, int payload) throws Exception {
		SessionId id = new SessionId("memory", "broker", version);
		String hash = "test:{memory@broker}:" + version.suffix();
		try (RedisServer server = RedisServer.start();
				RedisStores stores = new RedisStores(server);
				Jedis redis = server.connect()) {
			Session session = stores
				.start(new StoreSettings("test", Load.seconds(10), Duration.ofMinutes(1), Load.seconds(10))
					.with(Durability.BEFORE_SEND))
				.open(id);
			long before = info(redis, "memory", "used_memory:");
			for (int i = 1; i <= records; i++) {
				session.put("s-" + i, publish(version, i, payload));
				if (i % 1000 == 0) {
					int stored = i;
					Await.until("Redis has them", () -> redis.hlen(hash) == stored);
				}
			}
			long bytes = redis.memoryUsage(hash, 0);
			return new Row(bytes / records, info(redis, "memory", "used_memory:") - before);
		}
	}

	private static long info(Jedis redis, String section, String field) {
		return Stream.of(redis.info(section).split("\r\n"))
			.filter((line) -> line.startsWith(field))
			.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
			.sum();
	}

	/** A PUBLISH of QoS 1, with the properties that Paho 5 writes at least: none. */
	private static byte[] publish(MqttVersion version, int packetId, int payload) {
		byte[] topic = TOPIC.getBytes(StandardCharsets.UTF_8);
		byte[] properties = new byte[(version == MqttVersion.V5) ? 1 : 0];
		int length = 2 + topic.length + 2 + properties.length + payload;
		ByteBuffer packet = ByteBuffer.allocate(1 + 4 + length).put((byte) 0x32);
		for (int left = length; left > 0; left >>= 7) {
			packet.put((byte) ((left > 127) ? left & 127 | 128 : left));
		}
		packet.putShort((short) topic.length).put(topic).putShort((short) packetId).put(properties);
		packet.put(new byte[payload]);
		byte[] result = new byte[packet.position()];
		packet.flip().get(result);
		return result;
	}

	private static long number(String text) {
		return Long.parseLong(text.replace(",", ""));
	}

	/**
	 * What was measured.
	 *
	 * @param bytes what a record takes, by {@code MEMORY USAGE} of the hash
	 * @param total by how much {@code used_memory} has grown
	 */
	private record Row(long bytes, long total) {

	}

}
