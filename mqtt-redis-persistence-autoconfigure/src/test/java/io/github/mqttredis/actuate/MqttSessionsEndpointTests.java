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

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.actuate.EndpointApplication.Answer;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link MqttSessionsEndpoint} as an operator meets it: over HTTP and JMX,
 * against a real Redis.
 */
@ExtendWith(OutputCaptureExtension.class)
class MqttSessionsEndpointTests {

	private static final SessionId ID = new SessionId("gateway", "tcp://broker:1883", MqttVersion.V3);

	@SharedServer
	private static RedisServer redis;

	private static EndpointApplication application;

	@BeforeAll
	static void start() {
		application = EndpointApplication.start(redis.port(), "mqtt.persistence.write-timeout=10s");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void clear() {
		try (Jedis jedis = redis.connect()) {
			jedis.flushAll();
		}
	}

	@Test
	void whenThereIsNoSessionThenTheListIsEmpty() throws Exception {
		assertThat(application.get("").json()).containsOnly(entry("sessions", List.of()));
	}

	@Test
	void whenSessionsAreListedThenTheOwnerOrThatThereIsNoneIsShown() throws Exception {
		orphan("{orphan@tcp://broker:1883}:v5", "s-1", Packets.of("s-1", "payload", MqttVersion.V5));
		try (RedisStores stores = new RedisStores(redis)) {
			stores.start().open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			List<Map<String, Object>> sessions = application.get("").list("sessions");
			assertThat(sessions).hasSize(2).anySatisfy((session) -> {
				assertThat(session).contains(entry("clientId", "gateway"), entry("broker", "tcp://broker:1883"),
						entry("version", "v3"), entry("state", "owned"), entry("records", 1), entry("quarantined", 0));
				assertThat((String) session.get("owner")).contains("process " + ProcessHandle.current().pid());
				assertThat((Integer) session.get("leaseRemaining")).isPositive();
				assertThat((String) session.get("lastSeen")).matches("20.*T.*Z");
			}).anySatisfy((session) -> {
				assertThat(session).contains(entry("clientId", "orphan"), entry("version", "v5"),
						entry("state", "orphaned"));
				assertThat(session).doesNotContainKeys("owner", "leaseRemaining");
			});
		}
	}

	@Test
	void whenASessionIsShownThenItsRecordsAreDecodedWithoutTheirPayloads() throws Exception {
		String id = orphan("{orphan@tcp://broker:1883}:v5", "s-7", Packets.of("s-7", "payload", MqttVersion.V5));
		add("{orphan@tcp://broker:1883}:v5", "sc-9", Packets.of("sc-9", "", MqttVersion.V5));
		add("{orphan@tcp://broker:1883}:v5", "s-8", "broken".getBytes(StandardCharsets.UTF_8));
		Answer answer = application.get("/" + id);
		assertThat(answer.list("records")).hasSize(3)
			.anySatisfy((record) -> assertThat(record).contains(entry("key", "s-7"), entry("kind", "sent"),
					entry("packetId", 7), entry("size", 20)))
			.anySatisfy((record) -> assertThat(record).containsOnly(entry("key", "sc-9"), entry("kind", "pubrel"),
					entry("packetId", 9), entry("size", 6)))
			.anySatisfy((record) -> assertThat(record).containsOnly(entry("key", "s-8"), entry("unreadable", true),
					entry("size", 6)));
		assertThat(answer.message("s-7")).containsOnly(entry("topic", "t"), entry("qos", 2), entry("duplicate", false),
				entry("retained", false), entry("properties", Map.of("messageExpiryInterval", 60)),
				entry("payloadSize", 7));
		assertThat(answer.body()).doesNotContain("\"payload\"");
	}

	@Test
	void whenThereAreRecordsInQuarantineThenTheyAreShownOnRequest() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		add("{orphan@b}:v3:quarantine", "s-2", new byte[] { 1, 2 });
		Answer answer = application.get("/" + id + "?part=quarantine");
		assertThat(answer.list("records")).containsExactly(Map.of("key", "s-2", "size", 2, "unreadable", true));
	}

	@Test
	void whenThereIsMoreThanAPageThenNextLeadsToAllOfIt() throws Exception {
		for (int i = 0; i < 200; i++) {
			orphan("{orphan-with-a-long-name-" + i + "@tcp://broker.example.com:1883}:v3", "s-1",
					Packets.publish(1, 1, "payload"));
		}
		int found = 0;
		int pages = 0;
		for (Object next = "0"; next != null; pages++) {
			Answer answer = application.get("?limit=20&cursor=" + next);
			found += answer.list("sessions").size();
			next = answer.json().get("next");
		}
		assertThat(found).isGreaterThanOrEqualTo(200);
		assertThat(pages).isGreaterThan(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "?limit=0", "?limit=501", "?limit=x", "?cursor=x", "?cursor=-1" })
	void whenTheRequestIsWrongThenItIsRefused(String query) throws Exception {
		assertThat(application.get(query).status()).isEqualTo(400);
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		assertThat(application.get("/" + id + query).status()).isEqualTo(400);
	}

	@Test
	void whenOrphansAreSweptThenTheAnswerTellsWhatWasDeleted() throws Exception {
		orphan("{old@tcp://broker:1883}:v3", "s-1", Packets.publish(1, 1, "payload"));
		Answer answer = application.delete("?olderThan=7d");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json()).contains(entry("more", false));
		assertThat(answer.list("deleted")).singleElement()
			.satisfies((session) -> assertThat(session).contains(entry("clientId", "old"), entry("records", 1)));
		assertThat(listed()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?olderThan=59s", "?olderThan=x", "?olderThan=-7d" })
	void whenASweepDoesNotSayHowOldThenNothingIsDeleted(String query) throws Exception {
		orphan("{old@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		assertThat(application.delete(query).status()).isEqualTo(400);
		assertThat(listed()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "%2e%2e", "a%2Fb", "%00", "%7Bclient%40b%7D%3Av3", "e3h9OnYz", "*" })
	void whenThereIsNoSuchSessionThenItIsNotFound(String id) throws Exception {
		orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		assertThat(application.get("/" + id).status()).isIn(400, 404);
		assertThat(application.delete("/" + id).status()).isIn(400, 404);
		assertThat(listed()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "../../env", "a/b", "%2e%2e", "\"}],\"x\":[{\"", "line\r\nERROR injected",
			"\u0000\u0085\u2028", "\uD83D", "\uD83D\uDE00", "<script>alert(1)</script>" })
	void whenClientIdAndTopicAreHostileThenTheyAreShownAsTheyAreAndHarmNothing(String hostile, CapturedOutput output)
			throws Exception {
		String topic = new String(hostile.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
		try (RedisStores stores = new RedisStores(redis)) {
			Session session = stores.start().open(new SessionId(hostile, "tcp://broker:1883", MqttVersion.V3));
			session.put("s-1", publish(topic));
		}
		Map<String, Object> listed = listed().get(0);
		String id = (String) listed.get("id");
		assertThat(id).matches("[A-Za-z0-9_-]+");
		assertThat(bytes((String) listed.get("clientId"))).isEqualTo(bytes(hostile));
		assertThat(application.get("/" + id).message("s-1")).containsEntry("topic", topic);
		assertThat(application.delete("/" + id).status()).isEqualTo(204);
		assertThat(listed()).isEmpty();
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("ERROR injected"));
		assertThat(output).contains("was deleted on request");
	}

	@Test
	void whenSomebodyOwnsASessionThenDeletingItIsAConflictThatNamesTheOwner() throws Exception {
		try (RedisStores stores = new RedisStores(redis)) {
			stores.start().open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			String id = (String) application.get("").list("sessions").get(0).get("id");
			Answer answer = application.delete("/" + id);
			assertThat(answer.status()).isEqualTo(409);
			assertThat((String) answer.json().get("owner")).contains("process " + ProcessHandle.current().pid());
			assertThat((Integer) answer.json().get("leaseRemaining")).isPositive();
			assertThat((String) answer.json().get("error")).contains("gateway@tcp://broker:1883", "Stop it first");
			assertThat(application.get("/" + id).list("records")).hasSize(1);
		}
	}

	@Test
	void whenASessionIsThisProcessesOwnThenDeletingItIsAConflict() throws Exception {
		application.store().open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		String id = (String) application.get("").list("sessions").get(0).get("id");
		assertThat(application.delete("/" + id).status()).isEqualTo(409);
	}

	@Test
	void whenAnOrphanIsDeletedThenItIsGone() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		assertThat(application.delete("/" + id).status()).isEqualTo(204);
		assertThat(application.get("/" + id).status()).isEqualTo(404);
		assertThat(application.delete("/" + id).status()).isEqualTo(404);
	}

	@Test
	void whenAMessageInQuarantineIsRequeuedThenItIsInTheSessionAgain() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		SetAside note = new SetAside("s-7", Instant.now(), 5, "the broker ends the link / and no more");
		add("{orphan@b}:v3:quarantine", note.name(), Packets.publish(7, 1, "large"));
		String key = (String) application.get("/" + id + "?part=quarantine").list("records").get(0).get("key");
		assertThat(key).isEqualTo(note.key());
		String path = "/" + id + "/" + UriUtils.encodePathSegment(key, StandardCharsets.UTF_8);
		assertThat(application.post(path).status()).isEqualTo(204);
		assertThat(application.post(path).status()).isEqualTo(404);
		assertThat(application.get("/" + id + "?part=quarantine").list("records")).isEmpty();
		assertThat(application.get("/" + id + "?part=queue").list("records")).singleElement().satisfies((record) -> {
			assertThat((String) record.get("key")).matches("q-[0-9]+");
			assertThat(record).contains(entry("kind", "queued")).doesNotContainKey("packetId");
		});
	}

	@Test
	void whenARecordIsDiscardedThenItIsGone() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		add("{orphan@b}:v3:quarantine", "s-1", new byte[] { 1, 2 });
		assertThat(application.delete("/" + id + "/s-1?part=quarantine").status()).isEqualTo(204);
		assertThat(application.get("/" + id).list("records")).hasSize(1);
		assertThat(application.delete("/" + id + "/s-1").status()).isEqualTo(204);
		assertThat(application.delete("/" + id + "/s-1").status()).isEqualTo(404);
		assertThat(application.get("/" + id).list("records")).isEmpty();
	}

	@Test
	void whenARecordMustNotBeChangedThenTheRequestIsRefusedWithTheReason() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 2, "payload"));
		add("{orphan@b}:v3", "sc-1", Packets.pubrel(1));
		add("{orphan@b}:v3:quarantine", "r-1", new byte[] { 1, 2 });
		assertThat(application.delete("/" + id + "/s-1").status()).isEqualTo(400);
		assertThat(application.post("/" + id + "/r-1").status()).isEqualTo(400);
		try (RedisStores stores = new RedisStores(redis)) {
			stores.start().open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			String owned = java.util.Base64.getUrlEncoder()
				.withoutPadding()
				.encodeToString(bytes("{gateway@tcp://broker:1883}:v3"));
			Answer answer = application.delete("/" + owned + "/s-1");
			assertThat(answer.status()).isEqualTo(409);
			assertThat((String) answer.json().get("owner")).contains("process " + ProcessHandle.current().pid());
		}
	}

	@ParameterizedTest
	@CsvSource({ "never, admin, , false", "always, , , true", "when-authorized, , , false",
			"when-authorized, user, , true", "when-authorized, user, admin, false",
			"when-authorized, admin, admin, true" })
	void whenPayloadsAreAskedForThenTheSettingDecides(String show, String user, String role, boolean shown)
			throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "the payload"));
		add("{orphan@b}:v3", "s-2", concat(Packets.publish(2, 1, "xx"), 0xff));
		try (EndpointApplication other = EndpointApplication.start(redis.port(),
				"management.endpoint.mqttsessions.show-payloads=" + show,
				"management.endpoint.mqttsessions.roles=" + ((role != null) ? role : ""))) {
			Answer answer = (user != null) ? other.get("/" + id, "user", user) : other.get("/" + id);
			if (shown) {
				assertThat(answer.message("s-1")).containsEntry("payload", "the payload")
					.doesNotContainKey("payloadBase64");
				assertThat(answer.message("s-2")).containsEntry("payloadBase64", "eP8=").doesNotContainKey("payload");
			}
			else {
				assertThat(answer.message("s-1")).doesNotContainKeys("payload", "payloadBase64");
				assertThat(answer.message("s-2")).doesNotContainKeys("payload", "payloadBase64");
			}
		}
	}

	@Test
	void whenAccessIsReadOnlyThenNothingIsDeleted() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		try (EndpointApplication other = EndpointApplication.start(redis.port(),
				"management.endpoint.mqttsessions.access=read-only")) {
			assertThat(other.delete("/" + id).status()).isEqualTo(405);
			assertThat(other.delete("/" + id + "/s-1").status()).isIn(404, 405);
			assertThat(other.post("/" + id + "/s-1").status()).isIn(404, 405);
			assertThat(other.get("/" + id).status()).isEqualTo(200);
		}
	}

	@Test
	void whenRedisDoesNotAnswerThenTheServiceIsUnavailableUntilItDoes() throws Exception {
		try (EndpointApplication other = EndpointApplication.start(redis.port(),
				"mqtt.persistence.write-timeout=" + Load.millis(700).toMillis() + "ms")) {
			redis.pause();
			try {
				Answer answer = other.get("");
				assertThat(answer.status()).isEqualTo(503);
				assertThat((String) answer.json().get("error")).contains("127.0.0.1:" + redis.port());
				assertThat(other.get("/e3hAYn06djM").status()).isEqualTo(503);
			}
			finally {
				redis.resume();
			}
			Await.until("the endpoint answers again", () -> other.get("").status() == 200);
		}
	}

	@Test
	void whenAskedOverJmxThenTheAnswerIsTheSame() throws Exception {
		String id = orphan("{orphan@b}:v3", "s-1", Packets.publish(1, 1, "payload"));
		try (EndpointApplication other = EndpointApplication.start(redis.port(), "spring.jmx.enabled=true",
				"spring.application.name=jmx", "management.endpoints.jmx.exposure.include=mqttsessions")) {
			var server = ManagementFactory.getPlatformMBeanServer();
			var name = server
				.queryNames(new javax.management.ObjectName("org.springframework.boot:type=Endpoint,*"), null)
				.iterator()
				.next();
			Object sessions = server.invoke(name, "sessions", new Object[] { null, null },
					new String[] { String.class.getName(), Integer.class.getName() });
			assertThat(sessions.toString()).contains("clientId=orphan");
			Object session = server.invoke(name, "session", new Object[] { id, null, null, null }, new String[] {
					String.class.getName(), String.class.getName(), Integer.class.getName(), Boolean.class.getName() });
			assertThat(session.toString()).contains("key=s-1", "topic=t");
			Object requeued = server.invoke(name, "requeue", new Object[] { id, "s-7" },
					new String[] { String.class.getName(), String.class.getName() });
			assertThat(requeued).hasToString("{requeued=false}");
			Object discarded = server.invoke(name, "discard", new Object[] { id, "s-1", null },
					new String[] { String.class.getName(), String.class.getName(), Boolean.class.getName() });
			assertThat(discarded).hasToString("{discarded=true}");
			server.invoke(name, "delete", new Object[] { id }, new String[] { String.class.getName() });
			assertThat(other.get("/" + id).status()).isEqualTo(404);
		}
	}

	/**
	 * All but a session that the application under test owns, and lists again and again.
	 */
	private static List<Map<String, Object>> listed() throws Exception {
		return application.get("")
			.list("sessions")
			.stream()
			.filter((session) -> !"gateway".equals(session.get("clientId")))
			.toList();
	}

	private static String orphan(String rest, String field, byte[] record) {
		add(rest, field, record);
		try (Jedis jedis = redis.connect()) {
			jedis.set("test:" + rest + ":mark", "1:1");
			jedis.zadd("test:sessions", 1, "test:" + rest);
		}
		return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(rest));
	}

	private static void add(String rest, String field, byte[] record) {
		try (Jedis jedis = redis.connect()) {
			jedis.hset(bytes("test:" + rest), bytes(field), record);
		}
	}

	private static byte[] publish(String topic) {
		byte[] name = bytes(topic);
		return ByteBuffer.allocate(6 + name.length)
			.put((byte) 0x32)
			.put((byte) (4 + name.length))
			.putShort((short) name.length)
			.put(name)
			.putShort((short) 1)
			.array();
	}

	/** The packet with one more byte in place of the last one of its payload. */
	private static byte[] concat(byte[] packet, int last) {
		byte[] result = packet.clone();
		result[result.length - 1] = (byte) last;
		return result;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
