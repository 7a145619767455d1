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

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.mqttredis.actuate.HealthApplication.Answer;
import io.github.mqttredis.paho.v3.PersistentMqttAsyncClient;
import io.github.mqttredis.paho.v3.SessionMqttClientPersistence;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests that the health endpoint tells over HTTP how each session stands, and answers
 * with the status code that follows from it.
 */
class HealthEndpointTests {

	private static final byte[] RECORD = { 0x32, 5, 0, 1, 't', 0, 1 };

	private static final String READINESS = "/actuator/health/readiness";

	private static final String STATUS_ORDER = "management.endpoint.health.status.order="
			+ "down, out-of-service, degraded, link_away, up, unknown";

	private final RedisServer redis = RedisServer.start();

	private final RedisStores others = new RedisStores(this.redis);

	@AfterEach
	void close() {
		this.redis.resume();
		this.others.close();
		this.redis.close();
	}

	@Test
	void whenSessionIsOwnedThenItIsUpAndShowsWhatItHolds() throws Exception {
		try (HealthApplication application = start()) {
			Session session = application.store().open(HealthApplication.ID);
			session.put("s-1", RECORD);
			Answer answer = application.health();
			assertThat(answer.code()).isEqualTo(200);
			assertThat(answer.status()).isEqualTo("UP");
			assertThat(answer.state()).isEqualTo("owner");
			assertThat(answer.client()).containsEntry("broker", "broker")
				.containsEntry("records", Map.of("sent", 1, "pubrel", 0, "buffered", 0, "received", 0, "queued", 0))
				.doesNotContainKey("lastFailure");
			assertThat(Duration.parse(String.valueOf(answer.client().get("oldestRecord"))))
				.isGreaterThanOrEqualTo(Duration.ZERO);
			assertThat(Duration.parse(String.valueOf(answer.client().get("leaseRemaining")))).isPositive()
				.isLessThanOrEqualTo(HealthApplication.LEASE);
			session.remove("s-1");
			assertThat(application.health().client()).doesNotContainKey("oldestRecord");
			assertThat(application.get(READINESS).code()).isEqualTo(200);
		}
	}

	@Test
	void whenOneClientIdIsUsedAtTwoBrokersThenThereIsAnEntryForEach() throws Exception {
		try (HealthApplication application = start()) {
			application.store().open(HealthApplication.ID).put("s-1", RECORD);
			application.store().open(new SessionId("gateway", "other", MqttVersion.V3));
			application.store().open(new SessionId("alone", "other", MqttVersion.V3));
			Map<String, Object> clients = application.health().clients();
			assertThat(clients).containsOnlyKeys("gateway@broker (v3)", "gateway@other (v3)", "alone");
			assertThat(clients.get("gateway@broker (v3)")).asString().contains("broker=broker", "sent=1");
			assertThat(clients.get("gateway@other (v3)")).asString().contains("broker=other", "sent=0");
		}
	}

	@Test
	void whenRecordsWerePutAsideThenTheirNumberIsShown() throws Exception {
		try (HealthApplication application = start(); Jedis jedis = this.redis.connect()) {
			jedis.hset("test:{gateway@broker}:v3", Map.of("s-7", "", "s-8", "unreadable"));
			application.store().open(HealthApplication.ID);
			Answer answer = application.health();
			assertThat(answer.client()).containsEntry("quarantined", 2).containsEntry("state", "owner");
			assertThat(answer.status()).isEqualTo("UP");
			application.store().open(new SessionId("other", "broker", MqttVersion.V3));
			assertThat(application.health().clients().get("other")).asString().doesNotContain("quarantined");
		}
	}

	@Test
	void whenAMessageWasSetAsideThenAWarningSaysSo() throws Exception {
		try (HealthApplication application = start()) {
			Session session = application.store().open(HealthApplication.ID);
			session.put("s-1", RECORD);
			session.put("s-2", RECORD);
			session.setAside("s-1", 5, "the broker ends the link");
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("UP");
			assertThat(answer.client()).containsEntry("quarantined", 1);
			assertThat(answer.client().get("lastFailure")).asString()
				.contains("packet id 1", "the broker ends the link");
			assertThat(answer.body().toString()).contains("1 messages of MQTT session " + HealthApplication.ID);
			assertThat(session.keys()).containsExactly("s-2");
		}
	}

	@ParameterizedTest
	@CsvSource({ "show, 200, LINK_AWAY", "out-of-service, 503, OUT_OF_SERVICE" })
	void whenAClientIsNotConnectedThenItIsShown(String setting, int code, String status) throws Exception {
		try (HealthApplication application = start("mqtt.persistence.health.on-broker-outage=" + setting)) {
			PersistentMqttAsyncClient client = new PersistentMqttAsyncClient("tcp://127.0.0.1:1", "gateway",
					new SessionMqttClientPersistence(application.store(), "broker"));
			assertThat(application.health().status()).isEqualTo("UP");
			assertThatException().isThrownBy(() -> client.connect().waitForCompletion());
			Answer answer = application.health();
			assertThat(answer.code()).isEqualTo(code);
			assertThat(answer.status()).isEqualTo(status);
			assertThat(answer.client().get("link")).asString()
				.contains("connected=false", "address=tcp://127.0.0.1:1", "lastFailure=Connection refused");
			assertThat(application.get(READINESS).code()).isEqualTo(code);
			client.disconnectForcibly(1, 1);
			assertThat(application.health().status()).isEqualTo("UP");
			client.close();
		}
	}

	@Test
	void whenDetailsAreNeverShownThenThereIsTheStatusOnly() throws Exception {
		try (HealthApplication application = start("management.endpoint.health.show-details=never")) {
			application.store().open(HealthApplication.ID);
			assertThat(application.get(READINESS).body()).containsExactly(Map.entry("status", "UP"));
		}
	}

	@Test
	void whenAnotherProcessOwnsTheSessionThenWaitingIsShownAndItIsNotReady() throws Exception {
		RedisSessionStore owner = this.others.start();
		owner.open(HealthApplication.ID);
		try (HealthApplication application = start("mqtt.persistence.lease.acquire-timeout=60s")) {
			Future<Session> opening = Executors.newSingleThreadExecutor()
				.submit(() -> application.store().open(HealthApplication.ID));
			Await.until("it waits", () -> "waiting".equals(application.health().state()));
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("OUT_OF_SERVICE");
			assertThat(answer.client().get("lastFailure")).asString().contains("owned by process");
			assertThat(application.get(READINESS).code()).isEqualTo(503);
			owner.stop();
			Await.until("it owns the session", () -> "owner".equals(application.health().state()));
			assertThat(opening.get().id()).isEqualTo(HealthApplication.ID);
			assertThat(application.get(READINESS).code()).isEqualTo(200);
		}
	}

	@Test
	void whenAnotherProcessTakesTheSessionThenItIsDownAndNamesTheOwner() throws Exception {
		try (HealthApplication application = start()) {
			application.store().open(HealthApplication.ID);
			this.others
				.start(new StoreSettings("test", Load.seconds(1), Load.seconds(10), Load.seconds(10),
						OnConflict.TAKEOVER, OnOutage.REJECT, Durability.BEFORE_RETURN))
				.open(HealthApplication.ID);
			Await.until("it is fenced", () -> "fenced".equals(application.health().state()));
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("DOWN");
			assertThat(answer.client()).containsEntry("leaseRemaining", "PT0S").containsKey("lastFailureAt");
			assertThat(answer.client().get("lastFailure")).asString()
				.contains("owned by process " + ProcessHandle.current().pid());
			assertThat(application.get(READINESS).code()).isEqualTo(503);
		}
	}

	@Test
	void whenRedisIsAwayThenItIsDownAndAfterwardsUpWithTheLastFailure() throws Exception {
		try (HealthApplication application = start()) {
			application.store().open(HealthApplication.ID);
			this.redis.kill();
			Await.until("it is degraded", () -> "degraded".equals(application.health().state()));
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("DOWN");
			assertThat(answer.redis().get("failure")).asString().contains("Redis does not answer");
			assertThat(application.get(READINESS).code()).isEqualTo(503);
			this.redis.restart();
			Await.until("it is up again", () -> application.get(READINESS).code() == 200);
			Await.until("it owns the session", () -> "owner".equals(application.health().state()));
			assertThat(application.health().client().get("lastFailure")).asString().contains("Redis does not answer");
		}
	}

	@Test
	void whenMessagesAreSentUnstoredThenItIsDegradedAndStaysReady() throws Exception {
		try (HealthApplication application = start("mqtt.persistence.on-redis-outage=continue")) {
			application.store().open(HealthApplication.ID);
			assertThat(application.health().status()).isEqualTo("UP");
			this.redis.kill();
			Await.until("it is degraded", () -> "degraded".equals(application.health().state()));
			assertThat(application.health().status()).isEqualTo("DEGRADED");
			assertThat(application.health().code()).isEqualTo(200);
			assertThat(application.get(READINESS).status()).isEqualTo("UP");
			assertThat(application.get(READINESS).code()).isEqualTo(200);
		}
	}

	@Test
	void whenApplicationOrdersStatusesAsDocumentedThenTheGroupIsDegradedToo() throws Exception {
		try (HealthApplication application = start("mqtt.persistence.on-redis-outage=continue", STATUS_ORDER)) {
			application.store().open(HealthApplication.ID);
			this.redis.kill();
			Await.until("it is degraded", () -> "DEGRADED".equals(application.health().status()));
			assertThat(application.get(READINESS).status()).isEqualTo("DEGRADED");
			assertThat(application.get(READINESS).code()).isEqualTo(200);
			assertThat(Path.of("..", "docs", "observability.md")).content().contains(STATUS_ORDER.replace("=", ": "));
		}
	}

	@Test
	void whenRedisLostDataThenResyncingIsShownAndItStaysUp() throws Exception {
		try (FaultyLink link = FaultyLink.to(this.redis.port());
				HealthApplication application = HealthApplication.start(link.port(),
						"mqtt.persistence.write-timeout=" + Load.seconds(10).toMillis() + "ms",
						"mqtt.persistence.lease.ttl=" + Load.seconds(3).toMillis() + "ms");
				Jedis jedis = this.redis.connect()) {
			Session session = application.store().open(HealthApplication.ID);
			session.put("s-1", RECORD);
			assertThat(application.health().state()).isEqualTo("owner");
			jedis.flushAll();
			link.delay(Duration.ofMillis(400));
			Await.until("it is written back",
					() -> application.store().sessions().get(0).state() == SessionState.RESYNCING);
			link.holdAnswers();
			Answer answer = application.health();
			assertThat(answer.state()).isEqualTo("resyncing");
			assertThat(answer.status()).isEqualTo("UP");
			link.release();
			link.delay(Duration.ZERO);
			Await.until("it owns the session", () -> "owner".equals(application.health().state()));
			assertThat(jedis.hkeys("test:{gateway@broker}:v3")).containsExactly("s-1");
		}
	}

	private HealthApplication start(String... properties) {
		return HealthApplication.start(this.redis.port(), properties);
	}

}
