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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.github.mqttredis.memory.MemorySessionStore;
import io.github.mqttredis.memory.MemorySessions;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionCounts;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that each meter moves by what it counts.
 */
class MqttPersistenceMetricsTests {

	private static final SessionId ID = new SessionId("meters", "broker", MqttVersion.V3);

	private static final byte[] RECORD = { 0x32, 5, 0, 1, 't', 0, 1 };

	private final RedisServer redis = RedisServer.start();

	private final LettuceConnectionFactory factory = RedisClient.lettuce(this.redis.port());

	private final List<RedisSessionStore> stores = new ArrayList<>();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@AfterEach
	void close() {
		this.redis.resume();
		this.stores.forEach(RedisSessionStore::stop);
		this.factory.destroy();
		this.redis.close();
	}

	@Test
	void whenRecordsAreStoredAndRemovedThenGaugesTimersAndBatchesMove() throws Exception {
		Session session = metered(false).open(ID);
		assertThat(value("open", "outcome", "SUCCESS")).isEqualTo(1);
		assertThat(timer("open").totalTime(TimeUnit.SECONDS)).isPositive();
		assertThat(value("leases", "event", "taken")).isEqualTo(1);
		session.put("s-1", RECORD);
		session.put("s-2", RECORD);
		session.put("r-9", RECORD);
		awaitValue("records", 2, "kind", "sent");
		assertThat(value("records", "kind", "received")).isEqualTo(1);
		assertThat(value("sessions", "state", "owner")).isEqualTo(1);
		assertThat(value("size")).isEqualTo(3 * RECORD.length);
		awaitValue("oldest.age", (age) -> age > 0);
		assertThat(value("put", "outcome", "SUCCESS")).isEqualTo(3);
		assertThat(timer("put").totalTime(TimeUnit.SECONDS)).isPositive();
		assertThat(value("batch.records")).isEqualTo(3);
		assertThat(value("batch", "outcome", "SUCCESS")).isBetween(1.0, 3.0);
		session.remove("s-1");
		session.remove("s-2");
		session.remove("r-9");
		assertThat(value("remove", "outcome", "SUCCESS")).isEqualTo(3);
		awaitValue("batch.records", 6);
		awaitValue("records", 0, "kind", "sent");
		awaitValue("oldest.age", (age) -> age == 0);
		awaitValue("leases", (renewed) -> renewed > 0, "event", "renewed");
	}

	@Test
	void whenPublisherAndPacketWaitThenTheirWaitsAreTimed() throws Exception {
		Session session = metered(false).open(ID);
		session.guarded();
		assertThat(session.beginPublish()).isTrue();
		session.put("s-1", RECORD);
		session.endPublish(true);
		assertThat(value("publish.wait", "outcome", "SUCCESS")).isEqualTo(1);
		this.redis.pause();
		session.put("sc-1", new byte[] { 0x62, 2, 0, 1 });
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.awaitPuts(RecordKey.require("sc-1"), () -> false));
		assertThat(value("barrier.wait", "outcome", "ERROR")).isEqualTo(1);
		awaitValue("batch", (failed) -> failed > 0, "outcome", "ERROR");
		awaitValue("sessions", 1, "state", "degraded");
	}

	@Test
	void whenRedisRefusesThenRejectedRecordsAreCounted() throws Exception {
		Session session = metered(false).open(ID);
		this.redis.pause();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("s-1", RECORD));
		assertThat(value("rejected")).isEqualTo(1);
		assertThat(value("put", "outcome", "ERROR")).isEqualTo(1);
	}

	@Test
	void whenSessionIsRestoredThenItsRecordsAndThoseThatCannotBeReadAreCounted() throws Exception {
		RedisSessionStore first = store();
		first.open(ID).put("s-1", RECORD);
		first.stop();
		try (Jedis jedis = this.redis.connect()) {
			jedis.hset("test:{meters@broker}:v3", "s-7", "");
		}
		metered(false).open(ID);
		assertThat(value("restored")).isEqualTo(1);
		assertThat(value("quarantined")).isEqualTo(1);
	}

	@Test
	void whenRedisLosesDataThenResyncIsCounted() throws Exception {
		Session session = metered(false).open(ID);
		session.put("s-1", RECORD);
		try (Jedis jedis = this.redis.connect()) {
			jedis.flushAll();
		}
		awaitValue("resyncs", 1);
	}

	@Test
	void whenSessionIsTakenOrInUseThenLeaseLostAndFailedOpenAreCounted() throws Exception {
		RedisSessionStore store = metered(false);
		store.open(ID);
		store().open(ID);
		awaitValue("leases", 1, "event", "lost");
		awaitValue("sessions", 1, "state", "fenced");
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> store.open(ID));
		assertThat(value("open", "outcome", "ERROR")).isEqualTo(1);
	}

	@Test
	void whenClientIdIsATagThenEachSessionHasItsOwnMeters() throws Exception {
		RedisSessionStore store = metered(true);
		store.open(ID).put("s-1", RECORD);
		store.open(new SessionId("other", "broker", MqttVersion.V5));
		Await.until("there are meters of both", () -> this.registry.find("mqtt.persistence.put").meters().size() == 4);
		assertThat(value("put", "outcome", "SUCCESS", "client.id", "meters", "broker", "broker", "version", "v3"))
			.isEqualTo(1);
		assertThat(value("put", "outcome", "SUCCESS", "client.id", "other", "broker", "broker", "version", "v5"))
			.isZero();
		awaitValue("records", 1, "kind", "sent", "client.id", "meters");
		assertThat(value("records", "kind", "sent", "client.id", "other")).isZero();
	}

	@Test
	void whenClientIdsChangeAgainAndAgainThenFormerSessionsAreCountedTogether() throws Exception {
		MemorySessionStore store = new MemorySessionStore(new MemorySessions(),
				new MemorySessionStore.Settings(Load.seconds(10), Duration.ZERO, false, Duration.ZERO, 0), List.of());
		MqttPersistenceMetrics metrics = new MqttPersistenceMetrics(() -> store, true);
		metrics.bindTo(this.registry);
		MqttPersistenceMetrics totals = new MqttPersistenceMetrics(() -> store, false);
		SimpleMeterRegistry all = new SimpleMeterRegistry();
		totals.bindTo(all);
		Session kept = store.open(ID);
		int sessions = 1500;
		for (int i = 1; i < sessions; i++) {
			store.release(store.open(new SessionId("client-" + i, "broker", MqttVersion.V3)));
			if (i == 1) {
				metrics.onEvent(new SessionEvent.Recovered(ID));
			}
		}
		metrics.onEvent(new SessionEvent.Recovered(ID));
		assertThat(store.activity()).hasSizeLessThan(1100).containsKeys(ID, SessionCounts.FORMER);
		assertThat(all.get("mqtt.persistence.open").tag("outcome", "SUCCESS").functionTimer().count())
			.isEqualTo(sessions);
		assertThat(this.registry.find("mqtt.persistence.put").tag("client.id", "client-1").meters()).isEmpty();
		assertThat(this.registry.find("mqtt.persistence.put").tag("client.id", "meters").meters()).hasSize(2);
		kept.put("s-1", RECORD);
		assertThat(value("put", "outcome", "SUCCESS", "client.id", "meters")).isEqualTo(1);
		store.stop();
	}

	@Test
	void whenAnEventWasDroppedThenTheNextOneBringsTheMetersOfAllSessions() throws Exception {
		RedisSessionStore store = store();
		MqttPersistenceMetrics metrics = new MqttPersistenceMetrics(() -> store, true);
		metrics.bindTo(this.registry);
		store.open(ID);
		store.open(new SessionId("other", "broker", MqttVersion.V5));
		assertThat(this.registry.getMeters()).isEmpty();
		metrics.onEvent(new SessionEvent.Recovered(ID));
		assertThat(this.registry.find("mqtt.persistence.put").tag("client.id", "other").meters()).hasSize(2);
	}

	@Test
	void whenClientIdIsNoTagThenNoMeterHasOne() throws Exception {
		metered(false).open(ID);
		assertThat(this.registry.getMeters()).isNotEmpty()
			.allSatisfy((meter) -> assertThat(meter.getId().getTag("client.id")).isNull());
	}

	private RedisSessionStore metered(boolean clientIdTag) {
		List<RedisSessionStore> store = new ArrayList<>();
		MqttPersistenceMetrics metrics = new MqttPersistenceMetrics(() -> store.get(0), clientIdTag);
		store.add(start(OnConflict.WAIT, metrics));
		metrics.bindTo(this.registry);
		return store.get(0);
	}

	private RedisSessionStore store() {
		return start(OnConflict.TAKEOVER);
	}

	private RedisSessionStore start(OnConflict onConflict, MqttPersistenceMetrics... listeners) {
		StoreSettings settings = new StoreSettings("test", Load.millis(800), Load.millis(1500), Duration.ZERO,
				onConflict, OnOutage.REJECT, Durability.BEFORE_RETURN);
		RedisSessionStore store = new RedisSessionStore(this.factory, settings, List.of(listeners));
		this.stores.add(store);
		store.start();
		return store;
	}

	private FunctionTimer timer(String name) {
		return this.registry.get("mqtt.persistence." + name).tag("outcome", "SUCCESS").functionTimer();
	}

	/** Return the first value of a meter: of a timer, its count. */
	private double value(String name, String... tags) {
		Meter meter = this.registry.get("mqtt.persistence." + name).tags(tags).meter();
		return meter.measure().iterator().next().getValue();
	}

	private void awaitValue(String name, double expected, String... tags) {
		awaitValue(name, (value) -> value == expected, tags);
	}

	private void awaitValue(String name, Predicate<Double> expected, String... tags) {
		Await.until(name + " is as expected", () -> expected.test(value(name, tags)));
	}

}
