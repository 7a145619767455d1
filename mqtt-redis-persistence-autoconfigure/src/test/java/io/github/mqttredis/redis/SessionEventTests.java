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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.EventQueue;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that listeners are told how sessions change, and that they hold up nobody.
 */
@ExtendWith(OutputCaptureExtension.class)
class SessionEventTests {

	private static final SessionId ID = new SessionId("events", "broker", MqttVersion.V3);

	private static final byte[] RECORD = { 0x32, 5, 0, 1, 't', 0, 1 };

	private final RedisServer redis = RedisServer.start();

	private final LettuceConnectionFactory factory = RedisClient.lettuce(this.redis.port());

	private final List<RedisSessionStore> stores = new ArrayList<>();

	private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.stores.forEach(RedisSessionStore::stop);
		this.factory.destroy();
		this.redis.close();
	}

	@Test
	void whenSessionIsOpenedThenOwnerAndRestoredRecordsAreTold() throws Exception {
		RedisSessionStore first = store(OnConflict.WAIT);
		first.open(ID).put("s-1", RECORD);
		first.stop();
		RedisSessionStore second = store(OnConflict.WAIT, this.events::add);
		second.open(ID);
		SessionEvent.Opened opened = awaitEvent(SessionEvent.Opened.class);
		assertThat(opened.session()).isEqualTo(ID);
		assertThat(opened.restored()).isEqualTo(1);
		assertThat(opened.owner()).contains("process " + ProcessHandle.current().pid());
		assertThat(opened.took()).isPositive();
		assertThat(second.activity().get(ID).count(Event.RECORD_RESTORED)).isEqualTo(1);
	}

	@Test
	void whenRedisIsAwayThenItIsToldOnceAndAgainWhenItIsBack() throws Exception {
		Session session = store(OnConflict.WAIT, this.events::add).open(ID);
		awaitEvent(SessionEvent.Opened.class);
		this.redis.pause();
		SessionEvent.Degraded degraded = awaitEvent(SessionEvent.Degraded.class);
		assertThat(degraded.reason()).contains("Redis does not answer");
		this.redis.resume();
		awaitEvent(SessionEvent.Recovered.class);
		session.put("s-1", RECORD);
		assertThat(this.events).hasSize(3);
	}

	@Test
	void whenRedisLosesDataThenResyncIsTold() throws Exception {
		Session session = store(OnConflict.WAIT, this.events::add).open(ID);
		session.put("s-1", RECORD);
		try (Jedis jedis = this.redis.connect()) {
			jedis.flushAll();
			session.put("s-2", RECORD);
			awaitEvent(SessionEvent.Resynced.class);
			assertThat(jedis.hkeys("test:{events@broker}:v3")).containsExactlyInAnyOrder("s-1", "s-2");
		}
	}

	@Test
	void whenSessionIsTakenOverThenNewOwnerIsTold() throws Exception {
		RedisSessionStore old = store(OnConflict.WAIT, this.events::add);
		old.open(ID);
		store(OnConflict.TAKEOVER).open(ID);
		SessionEvent.Fenced fenced = awaitEvent(SessionEvent.Fenced.class);
		assertThat(fenced.owner()).contains("process " + ProcessHandle.current().pid());
		assertThat(old.activity().get(ID).count(Event.LEASE_LOST)).isEqualTo(1);
	}

	@Test
	void whenRecordCannotBeReadThenItsNameIsTold() throws Exception {
		try (Jedis jedis = this.redis.connect()) {
			jedis.hset("test:{events@broker}:v3", "s-7", "");
		}
		store(OnConflict.WAIT, this.events::add).open(ID);
		assertThat(awaitEvent(SessionEvent.Quarantined.class).records()).containsExactly("s-7");
	}

	@Test
	void whenListenerIsStuckThenRecordsAreStoredAndTheLeaseIsKept() throws Exception {
		CountDownLatch stuck = new CountDownLatch(1);
		RedisSessionStore store = store(OnConflict.WAIT, (event) -> awaitQuietly(stuck));
		Session session = store.open(ID);
		long renewed = store.activity().get(ID).count(Event.LEASE_RENEWED);
		session.put("s-1", RECORD);
		Await.until("the lease is renewed", () -> store.activity().get(ID).count(Event.LEASE_RENEWED) > renewed);
		stuck.countDown();
	}

	@Test
	void whenListenerIsStuckThenOldEventsAreDroppedAndTheNewestAreTold(CapturedOutput output) throws Exception {
		CountDownLatch stuck = new CountDownLatch(1);
		EventQueue queue = new EventQueue(List.of((event) -> awaitQuietly(stuck), this.events::add),
				RedisSessionStore.logger::warn, Listeners::unexpected);
		SessionActivity activity = new SessionActivity();
		int told = 3 * EventQueue.SIZE;
		for (int i = 0; i < told; i++) {
			queue.tell(new SessionEvent.Degraded(ID, "reason " + i), activity);
		}
		stuck.countDown();
		SessionEvent last = new SessionEvent.Degraded(ID, "reason " + (told - 1));
		Await.until("the last one is told", () -> this.events.contains(last));
		// One was being told when the queue filled up.
		assertThat(this.events.stream().filter(SessionEvent.Degraded.class::isInstance)).hasSize(EventQueue.SIZE + 1);
		assertThat(activity.count(Event.EVENT_DROPPED)).isEqualTo(told - EventQueue.SIZE - 1);
		assertThat(output.toString().split("is too slow", -1)).hasSize(2);
		queue.close();
	}

	@Test
	void whenListenerThrowsThenTheNextOneIsTold() throws Exception {
		store(OnConflict.WAIT, (event) -> {
			throw new IllegalStateException("a listener's defect");
		}, this.events::add).open(ID);
		awaitEvent(SessionEvent.Opened.class);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private RedisSessionStore store(OnConflict onConflict, SessionListener... listeners) throws SessionException {
		StoreSettings settings = new StoreSettings("test", Load.millis(800), Load.millis(1500), Load.seconds(10),
				onConflict, OnOutage.REJECT, Durability.BEFORE_RETURN);
		RedisSessionStore store = new RedisSessionStore(this.factory, settings, List.of(listeners));
		this.stores.add(store);
		store.start();
		return store;
	}

	private <T extends SessionEvent> T awaitEvent(Class<T> type) {
		Await.until("there is " + type.getSimpleName(), () -> this.events.stream().anyMatch(type::isInstance));
		return this.events.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
	}

}
