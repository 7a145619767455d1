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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
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
		try (RedisServer server = RedisServer.start(); Jedis redis = server.connect()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			RedisSessionStore store = new RedisSessionStore(failing(factory),
					new StoreSettings("test", Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO));
			Session session = store.open(ID);
			session.put("s-1", Packets.of("s-1", "a"));
			session.put("s-2", Packets.of("s-2", "b"));
			this.failures.set(1);
			redis.flushAll();
			Await.until("the session is written back", () -> redis.hkeys(HASH).equals(Set.of("s-1", "s-2")));
			assertThat(this.failures).hasValue(0);
			store.stop();
			factory.destroy();
		}
	}

	/**
	 * Return a factory whose connections time out when keys are listed, as often as asked
	 * for.
	 */
	private RedisConnectionFactory failing(RedisConnectionFactory factory) {
		return (RedisConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
					Object result = invoke(() -> method.invoke(factory, arguments));
					return (result instanceof RedisConnection connection && method.getName().equals("getConnection"))
							? failing(connection) : result;
				});
	}

	private RedisConnection failing(RedisConnection connection) {
		return (RedisConnection) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RedisConnection.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("hashCommands") && this.failures.get() > 0) {
						this.failures.decrementAndGet();
						throw new QueryTimeoutException("no answer");
					}
					return invoke(() -> method.invoke(connection, arguments));
				});
	}

	private static Object invoke(Call call) throws Throwable {
		try {
			return call.run();
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private interface Call {

		Object run() throws ReflectiveOperationException;

	}

}
