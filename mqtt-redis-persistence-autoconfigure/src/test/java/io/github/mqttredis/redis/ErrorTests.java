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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionEvent;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FailingLog;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an {@link Error} is logged, and ends nothing that goes on for as long as the
 * store lives: the next attempt may find the memory, or the thread, that this one did
 * not.
 */
@ExtendWith(OutputCaptureExtension.class)
class ErrorTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final String HASH = "test:{client@b}:v3";

	private static final String NO_THREAD = "unable to create native thread";

	private final RedisServer server = RedisServer.start();

	private final JedisConnectionFactory factory = (JedisConnectionFactory) RedisClient.JEDIS
		.connect(this.server.port());

	/** The method that fails, and how often. */
	private volatile String failing = "";

	private final AtomicInteger failures = new AtomicInteger();

	private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

	private RedisSessionStore store;

	@AfterEach
	void close() {
		this.store.stop();
		this.factory.destroy();
		this.server.close();
	}

	@Test
	void whenAProbeMeetsAnErrorThenRedisIsProbedAgain(CapturedOutput output) throws Exception {
		Session session = open();
		assertComesBackThoughAProbeFails(session);
		session.put("s-1", Packets.publish(1, 1, "a"));
		assertThat(output).contains("OutOfMemoryError: " + NO_THREAD);
	}

	@Test
	void whenRenewalsMeetErrorsThenTheyGoOn(CapturedOutput output) throws Exception {
		Session session = open();
		fail("evalSha", 8);
		Await.until("some have failed", () -> this.failures.get() == 0);
		try (Jedis redis = this.server.connect()) {
			double seen = redis.zscore("test:sessions", HASH);
			Await.until("the session is seen to be owned", () -> redis.zscore("test:sessions", HASH) > seen);
			session.put("s-1", Packets.publish(1, 1, "a"));
			assertThat(redis.hkeys(HASH)).containsExactly("s-1");
		}
		Await.until("all is well", () -> session.status().state() == SessionState.OWNER);
		assertThat(output).contains("OutOfMemoryError: " + NO_THREAD);
	}

	@Test
	void whenAListenerThrowsAnErrorThenItAndTheNextAreToldAgain() throws Exception {
		Session session = open((event) -> error(), this.events::add);
		Await.until("it is told", () -> this.events.size() == 1);
		AtomicInteger calls = new AtomicInteger();
		session.onRecovered(() -> {
			if (calls.incrementAndGet() == 1) {
				error();
			}
			return true;
		});
		this.server.pause();
		Await.until("Redis counts as away", () -> session.status().state() == SessionState.DEGRADED);
		this.server.resume();
		Await.until("the client is told until it has heard", () -> calls.get() == 2);
		Await.until("listeners are told", () -> this.events.size() == 3);
	}

	@Test
	void whenATaskThrowsAnErrorThenItRunsAgain() throws Exception {
		open();
		IoLoop loop = new IoLoop(new RedisLink(this.factory, Load.seconds(1)), Load.seconds(1),
				new Listeners(List.of()), ErrorTests::error, () -> {
				});
		AtomicInteger runs = new AtomicInteger();
		loop.every(Duration.ofMillis(1), () -> {
			runs.incrementAndGet();
			error();
		});
		Await.until("the task runs again", () -> runs.get() > 2);
		this.server.kill();
		loop.execute(() -> loop.attempt("Asking Redis", (connection) -> connection.ping()));
		Await.until("Redis counts as away, and who is told of it fails", () -> loop.away() != null);
		this.server.restart();
		Await.until("Redis is back", () -> loop.away() == null);
		loop.close();
	}

	@Test
	void whenNothingCanBeLoggedThenProbesAndTasksGoOnAllTheSame() throws Exception {
		Session session = open();
		IoLoop loop = new IoLoop(new RedisLink(this.factory, Load.seconds(1)), Load.seconds(1),
				new Listeners(List.of()), () -> {
				}, () -> {
				});
		AtomicInteger runs = new AtomicInteger();
		try (FailingLog log = FailingLog.of(RedisSessionStore.class)) {
			loop.every(Duration.ofMillis(1), () -> {
				if (runs.incrementAndGet() < 3) {
					error();
				}
			});
			Await.until("the task runs again", () -> runs.get() > 3);
			assertThat(log.failures()).isEqualTo(2);
		}
		try (FailingLog log = FailingLog.of(RedisSessionStore.class)) {
			assertComesBackThoughAProbeFails(session);
			assertThat(log.failures()).isPositive();
		}
		session.put("s-1", Packets.publish(1, 1, "a"));
		loop.close();
	}

	private void assertComesBackThoughAProbeFails(Session session) throws Exception {
		this.server.kill();
		Await.until("Redis counts as away", () -> session.status().state() == SessionState.DEGRADED);
		fail("getConnection", 1);
		Await.until("a probe has failed", () -> this.failures.get() == 0);
		this.server.restart();
		Await.until("Redis is back", () -> session.status().state() == SessionState.OWNER);
	}

	private Session open(SessionListener... listeners) throws Exception {
		this.store = new RedisSessionStore(InterceptedConnections.of(this.factory, this::around),
				new StoreSettings("test", Load.millis(300), Load.seconds(1), Load.seconds(1)), List.of(listeners));
		return this.store.open(ID);
	}

	private void fail(String method, int times) {
		this.failing = method;
		this.failures.set(times);
	}

	private Object around(String method, InterceptedConnections.Call call) throws Throwable {
		if (method.equals(this.failing) && this.failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
			error();
		}
		return call.run();
	}

	private static void error() {
		throw new OutOfMemoryError(NO_THREAD);
	}

}
