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

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionRecordException;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.CommandSizeProxy;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Redis ends the connection over what is too large for it, or answers with an error. Such
 * a record stops nobody: it is set aside, and named.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedRecordTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final SessionId OTHER = new SessionId("other", "b", MqttVersion.V3);

	private static final String HASH = "test:{client@b}:v3";

	private static final int LARGE = 3 * 1024 * 1024;

	private static final String SET_ASIDE = "The record is set aside after 5 attempts";

	private static final Pattern CONNECTIONS = Pattern.compile("total_connections_received:(\\d+)");

	@ParameterizedTest
	@CsvSource({ "LETTUCE,--client-query-buffer-limit", "JEDIS,--client-query-buffer-limit",
			"LETTUCE,--proto-max-bulk-len", "JEDIS,--proto-max-bulk-len" })
	void whenRedisEndsTheConnectionOverARecordThenItIsSetAsideAndTheRestGoesOn(RedisClient client, String limit,
			CapturedOutput output) throws Exception {
		try (RedisServer server = RedisServer.start(limit, "1mb"); Jedis redis = server.connect()) {
			RedisSessionStore store = store(client, server.port(), Durability.BEFORE_RETURN);
			Session session = store.open(ID);
			session.guarded();
			Session other = store.open(OTHER);
			long connections = connections(redis);
			long renewed = store.activity().get(OTHER).count(Event.LEASE_RENEWED);
			long start = System.nanoTime();
			assertThatExceptionOfType(SessionException.class).isThrownBy(() -> publish(session, 1, LARGE))
				.withMessageContaining("s-1")
				.withMessageContaining(Integer.toString(publish(1, LARGE).length));
			assertThat(System.nanoTime() - start).isLessThan(Load.seconds(4).toNanos());
			session.put("sc-7", Packets.pubrel(7));
			Await.until("the rest goes on, and what is beside it all the time", () -> {
				other.put("s-1", Packets.publish(1, 1, "beside it"));
				return redis.hexists(HASH, "sc-7");
			});
			assertThat(redis.hkeys(HASH)).containsExactly("sc-7");
			assertThat(output).containsOnlyOnce(SET_ASIDE);
			Await.until("the rest is well", () -> session.status().state() == SessionState.OWNER);
			assertThat(connections(redis) - connections).isLessThan(20);
			assertThat(store.activity().get(OTHER).count(Event.LEASE_RENEWED) - renewed).isLessThan(10);
			assertNotSent(session);
			publish(session, 2, 10);
			assertThat(session.status().quarantined()).isEqualTo(1);
			session.remove("s-1");
			publish(session, 1, 10);
			session.awaitPuts(RecordKey.require("s-1"), () -> false);
			assertThat(redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-2", "sc-7");
			assertThat(store.activity().get(ID).count(Event.RESYNC)).isZero();
			store.stop();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenAProxyAnswersARecordWithAnErrorThenItIsSetAsideAndTheRestGoesOn(RedisClient client, CapturedOutput output)
			throws Exception {
		try (RedisServer server = RedisServer.start();
				CommandSizeProxy proxy = CommandSizeProxy.to(server.port());
				Jedis redis = server.connect()) {
			RedisSessionStore store = store(client, proxy.port(), Durability.BEFORE_RETURN);
			Session session = store.open(ID);
			session.guarded();
			Session other = store.open(OTHER);
			proxy.limit(1024 * 1024);
			int connections = proxy.connections();
			assertThatExceptionOfType(SessionException.class).isThrownBy(() -> publish(session, 1, LARGE))
				.withMessageContaining("s-1")
				.withMessageContaining(Integer.toString(publish(1, LARGE).length));
			session.put("sc-7", Packets.pubrel(7));
			Await.until("the rest goes on, and what is beside it all the time", () -> {
				other.put("s-1", Packets.publish(1, 1, "beside it"));
				return redis.hexists(HASH, "sc-7");
			});
			assertThat(redis.hkeys(HASH)).containsExactly("sc-7");
			assertThat(output).containsOnlyOnce(SET_ASIDE);
			Await.until("the rest is well", () -> session.status().state() == SessionState.OWNER);
			assertThat(proxy.refused()).isEqualTo(BrokenBatches.ATTEMPTS);
			assertThat(proxy.connections()).isEqualTo(connections);
			assertNotSent(session);
			publish(session, 2, 10);
			assertThat(store.activity().get(ID).count(Event.RESYNC)).isZero();
			store.stop();
		}
	}

	@Test
	void whenRecordsAreTooManyForACommandThenAllAreWrittenBack(CapturedOutput output) throws Exception {
		withProxy((session, redis, proxy) -> {
			for (int i = 1; i <= 200; i++) {
				session.put("s-" + i, publish(i, 10_000));
			}
			session.awaitPuts(null, () -> false);
			proxy.limit(300_000);
			redis.flushAll();
			session.put("sc-400", Packets.pubrel(400));
			Await.until("all is written back", () -> redis.hlen(HASH) == 201);
			Await.until("all is well", () -> session.status().state() == SessionState.OWNER);
			assertThat(proxy.refused()).isLessThan(20);
			assertThat(output).doesNotContain(SET_ASIDE);
		});
	}

	/** Redis as a whole does not do what it is asked, so the record is not the reason. */
	@Test
	void whenEveryCommandIsAnsweredWithAnErrorThenNothingIsSetAside(CapturedOutput output) throws Exception {
		withProxy((session, redis, proxy) -> {
			proxy.limit(1);
			session.put("sc-1", Packets.pubrel(1));
			Await.until("it is tried often enough", () -> proxy.refused() > 4 * BrokenBatches.ATTEMPTS);
			assertThat(session.status().state()).isEqualTo(SessionState.DEGRADED);
			proxy.limit(Integer.MAX_VALUE);
			Await.until("it is stored", () -> redis.hexists(HASH, "sc-1"));
			assertThat(output).doesNotContain(SET_ASIDE);
		});
	}

	private static void withProxy(Trial<CommandSizeProxy> trial) throws Exception {
		try (RedisServer server = RedisServer.start();
				CommandSizeProxy proxy = CommandSizeProxy.to(server.port());
				Jedis redis = server.connect()) {
			run(trial, redis, proxy, proxy.port());
		}
	}

	private static <W> void run(Trial<W> trial, Jedis redis, W way, int port) throws Exception {
		RedisSessionStore store = store(RedisClient.LETTUCE, port, Durability.BEFORE_SEND);
		Session session = store.open(ID);
		session.guarded();
		trial.run(session, redis, way);
		store.stop();
	}

	private static void assertNotSent(Session session) throws Exception {
		assertThatExceptionOfType(SessionRecordException.class)
			.isThrownBy(() -> session.awaitPuts(RecordKey.require("s-1"), () -> false))
			.satisfies((ex) -> assertThat(ex.record()).hasToString("s-1"));
		session.awaitPuts(RecordKey.require("sc-7"), () -> false);
		session.awaitPuts(null, () -> false);
		assertThat(session.keys()).containsExactly("sc-7");
		// The next one does not hold up anybody.
		assertThatExceptionOfType(SessionRecordException.class).isThrownBy(() -> publish(session, 3, LARGE));
		assertThat(session.contains("s-3")).isFalse();
	}

	@Test
	void whenRecordsAreTooManyForAProxyAtATimeThenAllAreWrittenBack(CapturedOutput output) throws Exception {
		withSession((session, redis, link) -> {
			for (int i = 1; i <= 200; i++) {
				session.put("s-" + i, publish(i, 10_000));
			}
			session.awaitPuts(null, () -> false);
			link.limit(300_000);
			long connections = connections(redis);
			redis.flushAll();
			session.put("sc-400", Packets.pubrel(400));
			Await.until("all is written back", () -> redis.hlen(HASH) == 201);
			Await.until("all is well", () -> session.status().state() == SessionState.OWNER);
			assertThat(connections(redis) - connections).isLessThan(20);
			assertThat(output).doesNotContain(SET_ASIDE);
		});
	}

	@Test
	void whenRedisLosesDataAndTakesARecordNoMoreThenTheOthersAreWrittenBack(CapturedOutput output) throws Exception {
		withSession((session, redis, link) -> {
			for (int i = 1; i <= 20; i++) {
				session.put("s-" + i, publish(i, (i == 10) ? LARGE : 100));
			}
			session.awaitPuts(null, () -> false);
			redis.configSet("client-query-buffer-limit", "1048576");
			redis.flushAll();
			session.put("sc-400", Packets.pubrel(400));
			Await.until("the others are written back", () -> redis.hlen(HASH) == 20 && !redis.hexists(HASH, "s-10"));
			Await.until("all is well", () -> session.status().state() == SessionState.OWNER);
			assertThat(output).containsOnlyOnce(SET_ASIDE);
			redis.flushAll();
			session.put("sc-400", Packets.pubrel(400));
			Await.until("the others are written back", () -> redis.hlen(HASH) == 20);
			assertThat(output).containsOnlyOnce(SET_ASIDE);
		});
	}

	@Test
	void whenConnectionsEndAgainAndAgainThenNothingIsSetAside(CapturedOutput output) throws Exception {
		withSession((session, redis, link) -> {
			for (int i = 1; i <= 30; i++) {
				session.put("s-" + i, publish(i, 1000));
				link.cut();
			}
			Await.until("all is stored", () -> redis.hlen(HASH) == 30);
			assertThat(output).doesNotContain(SET_ASIDE);
		});
	}

	/** Whoever waits for a received message waits for the time-out, which is shorter. */
	@Test
	void whenAReceivedRecordIsWaitedForInVainThenItIsSetAsideAllTheSame() throws Exception {
		try (RedisServer server = RedisServer.start("--client-query-buffer-limit", "1mb")) {
			RedisSessionStore store = new RedisSessionStore(RedisClient.JEDIS.connect(server.port()),
					new StoreSettings("test", Load.millis(500), Load.seconds(10), Load.seconds(5)));
			store.start();
			Session session = store.open(ID);
			session.guarded();
			byte[] received = publish(1, LARGE);
			received[0] = 0x34;
			Await.until("Redis is known not to take it", () -> {
				try {
					session.put("r-1", received);
					session.awaitPuts(RecordKey.require("r-1"), () -> false);
				}
				catch (SessionRecordException ex) {
					return true;
				}
				catch (SessionException ex) {
					// Not yet: the link is dropped, and the broker sends it again.
				}
				return false;
			});
			store.stop();
		}
	}

	private static void publish(Session session, int packetId, int length) throws SessionException {
		assertThat(session.beginPublish()).isTrue();
		boolean accepted = false;
		try {
			session.put("s-" + packetId, publish(packetId, length));
			accepted = true;
		}
		finally {
			session.endPublish(accepted);
		}
	}

	/** Have something done with a session whose client waits as late as it may. */
	private static void withSession(Trial<FaultyLink> trial) throws Exception {
		try (RedisServer server = RedisServer.start();
				FaultyLink link = FaultyLink.to(server.port());
				Jedis redis = server.connect()) {
			run(trial, redis, link, link.port());
		}
	}

	private static long connections(Jedis redis) {
		Matcher matcher = CONNECTIONS.matcher(redis.info("stats"));
		assertThat(matcher.find()).isTrue();
		return Long.parseLong(matcher.group(1));
	}

	private static RedisSessionStore store(RedisClient client, int port, Durability durability) throws Exception {
		RedisSessionStore store = new RedisSessionStore(client.connect(port), new StoreSettings("test", Load.seconds(2),
				Load.seconds(10), Load.seconds(5), OnConflict.WAIT, OnOutage.REJECT, durability), List.of());
		store.start();
		return store;
	}

	private static byte[] publish(int packetId, int length) {
		return Packets.publishOf(packetId, length).array();
	}

	/**
	 * Does something with a session.
	 *
	 * @param <W> the type of the way to Redis
	 */
	@FunctionalInterface
	private interface Trial<W> {

		void run(Session session, Jedis redis, W way) throws Exception;

	}

}
