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

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many sessions have something to say to Redis: one round trip serves them all. Redis
 * counts how often it reads from its clients.
 */
class RoundTests {

	private static final int SESSIONS = 100;

	private static final int MIB = 1024 * 1024;

	private final RedisServer server = RedisServer.start();

	private final FaultyLink link = FaultyLink.to(this.server.port());

	/** A record of many bytes keeps Redis busy for a while. */
	private final Jedis redis = new Jedis("127.0.0.1", this.server.port(), (int) Await.MILLIS);

	private RedisConnectionFactory factory;

	private RedisSessionStore store;

	@AfterEach
	void stop() throws Exception {
		this.server.resume();
		this.store.stop();
		((DisposableBean) this.factory).destroy();
		this.redis.close();
		this.link.close();
		this.server.close();
	}

	private List<Session> open(RedisClient client, Duration lease, int sessions) throws SessionException {
		this.factory = client.connect(this.link.port());
		this.store = new RedisSessionStore(this.factory,
				new StoreSettings("test", Load.seconds(30), lease, Duration.ZERO).with(Durability.BEFORE_SEND));
		List<Session> opened = new ArrayList<>();
		for (int i = 0; i < sessions; i++) {
			opened.add(this.store.open(id(i)));
			opened.get(i).guarded();
		}
		return opened;
	}

	private static SessionId id(int number) {
		return new SessionId("client-" + number, "b", MqttVersion.V3);
	}

	private long length(int number) {
		return this.redis.hlen("test:{client-" + number + "@b}:v3");
	}

	private long count(String section, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(this.redis.info(section));
		return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
	}

	private long reads() {
		return count("stats", "total_reads_processed:([0-9]+)");
	}

	private long scripts() {
		return count("commandstats", "cmdstat_evalsha:calls=([0-9]+)");
	}

	@ParameterizedTest
	@EnumSource
	void whenManySessionsWriteThenTheyShareRoundTrips(RedisClient client) throws Exception {
		List<Session> sessions = open(client, Load.seconds(60), SESSIONS + 1);
		// Redis knows the script then: a command that it refuses for want of it comes
		// twice.
		Session first = sessions.remove(SESSIONS);
		first.put("s-1", Packets.publish(1, 1, "a"));
		first.awaitPuts(null, () -> false);
		long before = reads();
		// What this test reads itself, this look at the count included.
		int[] own = { 1 };
		this.server.pause();
		for (Session session : sessions) {
			session.put("s-1", Packets.publish(1, 1, "a"));
		}
		this.server.resume();
		for (int i = 0; i < SESSIONS; i++) {
			int number = i;
			Await.until("it is stored", () -> {
				own[0]++;
				return length(number) == 1;
			});
		}
		assertThat(reads() - before - own[0]).isLessThan(SESSIONS / 4);
	}

	/** Jedis reads all before it tells any. */
	@Test
	void whenOneAnswerIsLateThenWhoIsAnsweredBeforeGoesOn() throws Exception {
		List<Session> sessions = open(RedisClient.LETTUCE, Load.seconds(60), 3);
		this.server.pause();
		sessions.get(0).put("s-1", Packets.publish(1, 1, "a"));
		Await.until("the I/O thread waits", RoundTests::isIoThreadWaiting);
		sessions.get(1).put("s-1", Packets.publish(1, 1, "a"));
		sessions.get(2).put("s-1", Packets.publish(1, 1, "a"));
		// Some 60 bytes each.
		this.link.limitAnswers(40);
		this.server.resume();
		sessions.get(1).awaitPuts(null, () -> false);
		long first = System.nanoTime();
		sessions.get(2).awaitPuts(null, () -> false);
		assertThat(System.nanoTime() - first).isGreaterThan(Duration.ofMillis(500).toNanos());
		this.link.limitAnswers(0);
	}

	/** Asleep, or reading from a socket. */
	private static boolean isIoThreadWaiting() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getName().equals("mqtt-redis-io"))
			.anyMatch((thread) -> Arrays.stream(thread.getValue())
				.anyMatch((frame) -> frame.getClassName().equals(IoLoop.class.getName())
						&& frame.getMethodName().equals("speak")));
	}

	@ParameterizedTest
	@EnumSource
	void whenSessionsAreOpenedTogetherThenTheyShareRoundTrips(RedisClient client) throws Exception {
		open(client, Load.seconds(60), 1);
		this.link.delay(Duration.ofMillis(5));
		ExecutorService threads = Executors.newFixedThreadPool(16);
		try {
			long before = reads();
			List<Future<Session>> opened = new ArrayList<>();
			for (int i = 1; i <= SESSIONS; i++) {
				SessionId id = id(i);
				opened.add(threads.submit(() -> this.store.open(id)));
			}
			for (Future<Session> session : opened) {
				assertThat(session.get(Await.MILLIS, TimeUnit.MILLISECONDS).keys()).isEmpty();
			}
			assertThat(reads() - before).isLessThan(SESSIONS / 2);
		}
		finally {
			threads.shutdownNow();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenManySessionsAreIdleThenTheyRenewTheirLeasesTogether(RedisClient client) throws Exception {
		open(client, Load.seconds(4), SESSIONS);
		long reads = reads();
		long scripts = scripts();
		int[] own = { 2 };
		Await.until("all are renewed twice", () -> {
			own[0]++;
			return scripts() - scripts > 2 * SESSIONS;
		});
		assertThat(reads() - reads - own[0]).isLessThan(SESSIONS / 2);
	}

	@ParameterizedTest
	@EnumSource
	void whenRedisTakesNothingThenTheLeaseOfWhoHasSomethingToWriteIsRenewed(RedisClient client) throws Exception {
		Duration lease = Load.seconds(1);
		List<Session> sessions = open(client, lease, 1);
		this.redis.configSet("maxmemory", "1");
		sessions.get(0).put("s-1", Packets.publish(1, 1, "a"));
		long end = System.nanoTime() + lease.multipliedBy(3).toNanos();
		Await.until("three leases are over", () -> {
			assertThat(this.redis.exists("test:{client-0@b}:v3:lease")).isTrue();
			return System.nanoTime() - end > 0;
		});
		this.redis.configSet("maxmemory", "0");
		Await.until("it is stored", () -> length(0) == 1);
	}

	@ParameterizedTest
	@EnumSource
	void whenASessionIsSmallThenOneRoundTripOpensIt(RedisClient client) throws Exception {
		List<Session> sessions = open(client, Load.seconds(60), SESSIONS);
		sessions.get(1).put("s-1", Packets.publish(1, 1, "a"));
		Await.until("it is stored", () -> length(1) == 1);
		for (Session session : sessions.subList(1, SESSIONS)) {
			this.store.release(session);
		}
		long before = reads();
		for (int i = 1; i < SESSIONS; i++) {
			Session again = this.store.open(id(i));
			assertThat(again.keys()).hasSize((i == 1) ? 1 : 0);
		}
		assertThat(reads() - before).isLessThan(SESSIONS * 3 / 2);
	}

	@ParameterizedTest
	@EnumSource
	void whenALargeRecordIsUnderWayThenOtherSessionsGoOn(RedisClient client) throws Exception {
		List<Session> sessions = open(client, Load.seconds(60), 2);
		this.link.limitRequests(2 * MIB);
		sessions.get(0).put("s-1", Packets.publishOf(1, 12 * MIB).array());
		for (int i = 1; i <= 20; i++) {
			sessions.get(1).put("s-" + i, Packets.publish(i, 1, "a"));
			sessions.get(1).awaitPuts(null, () -> false);
		}
		assertThat(length(0)).isZero();
		this.link.limitRequests(0);
		Await.until("it is stored", () -> length(0) == 1);
	}

}
