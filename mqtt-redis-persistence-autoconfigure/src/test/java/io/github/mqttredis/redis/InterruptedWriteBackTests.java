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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a loss which was seen is made good, even if Redis goes away before the
 * writing back has begun.
 */
class InterruptedWriteBackTests {

	private static final SessionId ID = SessionId.ofUri("client", "tcp://broker:1883", MqttVersion.V3);

	private static final String HASH = "test:{client@tcp://broker:1883}:v3";

	private final AtomicInteger failures = new AtomicInteger();

	@Test
	void whenRedisGoesAwayBetweenFindingTheLossAndWritingBackThenIsWrittenBackLater() throws Exception {
		try (RedisServer server = RedisServer.start()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			RedisSessionStore store = new RedisSessionStore(
					InterceptedConnections.of(factory, (method, call) -> failing(server, method, call)),
					new StoreSettings("test", Load.seconds(2), Load.seconds(1), Duration.ZERO));
			Session session = store.open(ID);
			session.put("s-1", Packets.of("s-1", "a"));
			session.put("s-2", Packets.of("s-2", "b"));
			try (Jedis other = server.connect()) {
				other.flushAll();
				this.failures.set(1);
				Await.until("the session is written back", () -> other.hkeys(HASH).equals(Set.of("s-1", "s-2")));
			}
			assertThat(this.failures).hasValue(0);
			store.stop();
			factory.destroy();
		}
	}

	@Test
	void whenRedisIsFlushedAndTheAnswerThatTellsItIsMissedThenIsWrittenBack() throws Exception {
		assertUntoldLossIsMadeGood(Jedis::flushAll);
	}

	@Test
	void whenRedisIsAsBeforeAndTheAnswerThatTellsItIsMissedThenIsWrittenBack() throws Exception {
		assertUntoldLossIsMadeGood((redis) -> {
			redis.set(HASH + ":mark", redis.get(HASH + ":mark").replaceAll(":.*", ":0:0"));
			redis.hdel(HASH, "s-2");
			redis.hset(HASH, "s-3", "older");
		});
	}

	/**
	 * The owner asks, which sets the mark anew, and never gets to know what was there.
	 */
	private static void assertUntoldLossIsMadeGood(Consumer<Jedis> loss) throws Exception {
		try (RedisServer server = RedisServer.start()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			AtomicInteger missed = new AtomicInteger();
			RedisSessionStore store = new RedisSessionStore(InterceptedConnections.of(factory, (method, call) -> {
				String before = mark(server);
				Object answer = call.run();
				boolean moved = method.startsWith("eval") && !Objects.equals(before, mark(server));
				if (moved && missed.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
					throw new QueryTimeoutException("no answer");
				}
				return answer;
			}), new StoreSettings("test", Load.seconds(2), Load.seconds(1), Duration.ZERO));
			Session session = store.open(ID);
			session.put("s-1", Packets.of("s-1", "a"));
			session.put("s-2", Packets.of("s-2", "b"));
			try (Jedis other = server.connect()) {
				loss.accept(other);
				missed.set(1);
				Await.until("the session is written back", () -> other.hkeys(HASH).equals(Set.of("s-1", "s-2")));
			}
			Await.until("an answer was missed", () -> missed.get() == 0);
			store.stop();
			factory.destroy();
		}
	}

	/** Called on several threads. */
	private static String mark(RedisServer server) {
		return server.ask((redis) -> redis.get(HASH + ":mark"));
	}

	/** What is asked once the loss was seen, which sets the mark anew, has no answer. */
	private Object failing(RedisServer server, String method, InterceptedConnections.Call call) throws Throwable {
		if (method.startsWith("eval") && this.failures.get() > 0 && mark(server) != null) {
			this.failures.decrementAndGet();
			throw new QueryTimeoutException("no answer");
		}
		return call.run();
	}

}
