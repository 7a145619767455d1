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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

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
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The store's own connection goes where the application's goes, however that was made.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnConnectionFactoryTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	@Test
	void whenLettuceWasGivenAConfigurationOfAnyKindThenItIsUsed() throws Exception {
		try (RedisServer server = RedisServer.start()) {
			RedisConfiguration configuration = LettuceConnectionFactory
				.createRedisConfiguration("redis://127.0.0.1:" + server.port() + "/3");
			LettuceConnectionFactory factory = RedisClient.lettuce(configuration);
			RedisSessionStore store = new RedisSessionStore(factory, RedisStores.SETTINGS);
			store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			try (Jedis redis = new Jedis("127.0.0.1", server.port())) {
				redis.select(3);
				assertThat(redis.hkeys("test:{client@b}:v3")).containsExactly("s-1");
			}
			store.stop();
			factory.destroy();
		}
	}

	@Test
	void whenTheFactoryIsBehindAProxyThenItIsFound(CapturedOutput output) throws Exception {
		try (RedisServer server = RedisServer.start()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			ProxyFactory proxy = new ProxyFactory(factory);
			proxy.setProxyTargetClass(true);
			RedisConnectionFactory proxied = (RedisConnectionFactory) proxy.getProxy();
			RedisConnectionFactory derived = OwnConnectionFactory.derive(proxied, Duration.ofSeconds(1), Duration.ZERO);
			assertThat(derived).isInstanceOf(LettuceConnectionFactory.class).isNotSameAs(factory);
			((LettuceConnectionFactory) derived).destroy();
			RedisSessionStore store = new RedisSessionStore(proxied, RedisStores.SETTINGS);
			store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			store.stop();
			factory.destroy();
			assertThat(output).doesNotContain("unchanged, so that opening a session may wait longer");
		}
	}

	@Test
	void whenTheFactoryIsOfNoKnownKindThenItIsUsedAndThatIsReported(CapturedOutput output) throws Exception {
		try (RedisServer server = RedisServer.start()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			RedisSessionStore store = new RedisSessionStore(
					InterceptedConnections.of(factory, (method, call) -> call.run()), RedisStores.SETTINGS);
			store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
			store.stop();
			factory.destroy();
			assertThat(output).containsOnlyOnce("unchanged, so that opening a session may wait longer")
				.contains("mqtt.persistence.write-timeout");
		}
	}

	@Test
	void whenAFactoryOfNoKnownKindWaitsForLongThenPublishersDoNotAndRedisCountsAsAway(CapturedOutput output)
			throws Exception {
		StoreSettings settings = new StoreSettings("test", Load.seconds(1), Load.seconds(30), Load.seconds(30));
		CountDownLatch answer = new CountDownLatch(1);
		AtomicBoolean hangs = new AtomicBoolean();
		try (RedisServer server = RedisServer.start()) {
			LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
			RedisSessionStore store = new RedisSessionStore(InterceptedConnections.of(factory, (method, call) -> {
				if (hangs.get() && method.equals("evalSha")) {
					answer.await();
				}
				return call.run();
			}), settings);
			Session session = store.open(ID);
			hangs.set(true);
			assertThatExceptionOfType(SessionException.class)
				.isThrownBy(() -> session.put("s-1", Packets.publish(1, 1, "payload")));
			assertThat(answer.getCount()).isOne();
			Await.until("it is said", () -> output.getOut().contains("is away; MQTT messages are not accepted"));
			hangs.set(false);
			Await.until("Redis is back", () -> isStored(session));
			answer.countDown();
			session.put("s-3", Packets.publish(3, 1, "payload"));
			Set<String> stored = server.ask((redis) -> redis.hkeys("test:{client@b}:v3"));
			assertThat(stored).contains("s-3");
			store.stop();
			factory.destroy();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenTheAddressLeadsToANewMasterThenTheFormerOneIsLeft(RedisClient client) throws Exception {
		try (RedisServer former = RedisServer.start();
				RedisServer next = RedisServer.start("--repl-diskless-sync-delay", "0");
				FaultyLink link = FaultyLink.to(former.port())) {
			RedisSessionStore store = new RedisSessionStore(client.connect(link.port()), RedisStores.SETTINGS);
			Session session = store.open(ID);
			session.put("s-1", Packets.publish(1, 1, "payload"));
			next.ask((redis) -> redis.replicaof("127.0.0.1", former.port()));
			former.awaitReplicas(1);
			link.leadTo(next.port());
			next.ask(Jedis::replicaofNoOne);
			// It stays up, and so do the connections to it.
			former.ask((redis) -> redis.replicaof("127.0.0.1", next.port()));
			Await.until("the new master is found", () -> isStored(session));
			Set<String> stored = next.ask((redis) -> redis.hkeys("test:{client@b}:v3"));
			assertThat(stored).containsExactlyInAnyOrder("s-1", "s-2");
			store.stop();
		}
	}

	@Test
	void whenTheApplicationsTimeoutIsShortThenALargeCommandHasItsTimeAllTheSame() throws Exception {
		Duration own = Duration.ofMillis(500);
		Duration extra = Duration.ofSeconds(8);
		RedisStandaloneConfiguration nowhere = new RedisStandaloneConfiguration("127.0.0.1", 1);
		JedisConnectionFactory jedis = (JedisConnectionFactory) OwnConnectionFactory.derive(
				new JedisConnectionFactory(nowhere, JedisClientConfiguration.builder().readTimeout(own).build()),
				Duration.ofSeconds(2), extra);
		assertThat(jedis.getClientConfiguration().getReadTimeout()).isEqualTo(own.plus(extra));
		LettuceConnectionFactory lettuce = (LettuceConnectionFactory) OwnConnectionFactory.derive(
				new LettuceConnectionFactory(nowhere, LettuceClientConfiguration.builder().commandTimeout(own).build()),
				Duration.ofSeconds(2), extra);
		assertThat(lettuce.getClientConfiguration().getCommandTimeout()).isEqualTo(own.plus(extra));
		jedis.destroy();
		lettuce.destroy();
	}

	private static boolean isStored(Session session) {
		try {
			session.put("s-2", Packets.publish(2, 1, "payload"));
			return true;
		}
		catch (SessionException ex) {
			return false;
		}
	}

}
