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

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.github.mqttredis.actuate.EndpointApplication.Answer;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.boot.json.JsonParserFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the JSON of {@code docs/endpoint.md} to what the endpoint answers: the same
 * fields, with values of the same types.
 */
class EndpointDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "endpoint.md");

	private static final Pattern JSON = Pattern.compile("(?s)```json\n(.*?)```");

	private static final Pattern CONFLICT = Pattern.compile("\\| 409 \\|.*`(\\{.*})`");

	private static final SessionId ID = new SessionId("gateway", "tcp://broker:1883", MqttVersion.V5);

	private static final String HASH = "test:{gateway@tcp://broker:1883}:v5";

	@Test
	void whenTheDocumentShowsAnAnswerThenTheEndpointGivesIt() throws Exception {
		try (RedisServer redis = RedisServer.start();
				RedisStores stores = new RedisStores(redis);
				EndpointApplication application = EndpointApplication.start(redis.port(),
						"management.endpoint.mqttsessions.show-payloads=always");
				Jedis jedis = redis.connect()) {
			// Its owner does not look at it for a while, and leaves alone what is put
			// there.
			stores.start(new StoreSettings("test", Load.seconds(2), Duration.ofMinutes(10), Load.seconds(5))).open(ID);
			for (int i = 0; i < 600; i++) {
				jedis.zadd("test:sessions", 1, "test:{other-" + i + "@tcp://broker:1883}:v3");
			}
			for (String key : List.of("s-7", "sc-9")) {
				jedis.hset(bytes(HASH), bytes(key), Packets.of(key, "payload", MqttVersion.V5));
			}
			jedis.hset(HASH, "s-8", "broken");
			List<String> documented = JSON.matcher(Files.readString(DOCUMENT))
				.results()
				.map((match) -> match.group(1))
				.toList();
			assertThat(documented).hasSize(3);
			assertList(json(documented.get(0)), application);
			String path = "/" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(HASH.substring(5)));
			assertSession(json(documented.get(1)), application.get(path));
			assertSame("409", conflict(), application.delete(path).json());
			jedis.hset("test:{orphan@b}:v3", "s-1", "record");
			jedis.zadd("test:sessions", 1, "test:{orphan@b}:v3");
			assertSweep(json(documented.get(2)), application.delete("?olderThan=7d"));
		}
	}

	private static void assertList(Map<String, Object> expected, EndpointApplication application) throws Exception {
		Answer answer = application.get("?limit=10");
		assertThat(answer.json().get("next")).hasSameClassAs(expected.get("next"));
		assertThat(answer.json().keySet()).isEqualTo(expected.keySet());
		Map<String, Object> owned = null;
		for (String cursor = "0"; cursor != null && owned == null; cursor = (String) answer.json().get("next")) {
			answer = application.get("?limit=10&cursor=" + cursor);
			owned = answer.list("sessions")
				.stream()
				.filter((session) -> "owned".equals(session.get("state")))
				.findAny()
				.orElse(null);
		}
		assertSame("session", ((List<?>) expected.get("sessions")).get(0), owned);
	}

	private static void assertSweep(Map<String, Object> expected, Answer answer) {
		assertThat(answer.json().keySet()).isEqualTo(expected.keySet());
		assertThat(answer.json().get("more")).hasSameClassAs(expected.get("more"));
		Map<?, ?> deleted = (Map<?, ?>) ((List<?>) expected.get("deleted")).get(0);
		deleted.remove("...");
		assertThat(answer.list("deleted").get(0).keySet().toArray()).contains(deleted.keySet().toArray());
	}

	private static void assertSession(Map<String, Object> expected, Answer answer) {
		assertThat(answer.json().keySet()).isEqualTo(expected.keySet());
		Map<?, ?> session = (Map<?, ?>) expected.get("session");
		session.remove("...");
		assertThat(((Map<?, ?>) answer.json().get("session")).keySet().toArray()).contains(session.keySet().toArray());
		for (Object documented : (List<?>) expected.get("records")) {
			Object key = ((Map<?, ?>) documented).get("key");
			Map<String, Object> record = answer.list("records")
				.stream()
				.filter((candidate) -> key.equals(candidate.get("key")))
				.findAny()
				.orElseThrow();
			assertSame(key.toString(), documented, record);
		}
	}

	/** User properties are shown as the document says, but these packets have none. */
	private static void assertSame(String where, Object expected, Object actual) {
		if (!(expected instanceof Map<?, ?> fields)) {
			assertThat(actual).as(where).hasSameClassAs(expected);
			return;
		}
		Set<?> names = ((Map<?, ?>) actual).keySet();
		fields.remove("userProperties");
		assertThat(names.toArray()).as(where).containsExactlyInAnyOrder(fields.keySet().toArray());
		fields.forEach((name, value) -> assertSame(where + "." + name, value, ((Map<?, ?>) actual).get(name)));
	}

	private static Map<String, Object> conflict() throws Exception {
		return CONFLICT.matcher(Files.readString(DOCUMENT))
			.results()
			.map((match) -> json(match.group(1)))
			.findAny()
			.orElseThrow();
	}

	private static Map<String, Object> json(String text) {
		return JsonParserFactory.getJsonParser().parseMap(text);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
