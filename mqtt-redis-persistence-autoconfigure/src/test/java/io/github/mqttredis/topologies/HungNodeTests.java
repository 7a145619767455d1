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

package io.github.mqttredis.topologies;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisCluster;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node of a Cluster hangs, and nobody takes its place: the sessions of the other nodes
 * go on.
 */
@Tag("thorough")
@ExtendWith(OutputCaptureExtension.class)
class HungNodeTests {

	private static final Duration TIMEOUT = Load.seconds(2);

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenANodeHangsThenSessionsOfOthersGoOn(String client, CapturedOutput output) throws Exception {
		try (RedisCluster cluster = RedisCluster.start()) {
			cluster.servers()
				.forEach((server) -> server.ask((node) -> node.configSet("cluster-require-full-coverage", "no")));
			RedisConnectionFactory factory = client.equals("jedis") ? cluster.jedis()
					: cluster.lettuce(LettuceClientConfiguration.defaultConfiguration());
			((InitializingBean) factory).afterPropertiesSet();
			RedisSessionStore store = new RedisSessionStore(factory,
					new StoreSettings("test", TIMEOUT, Load.seconds(60), Load.seconds(5)));
			store.start();
			RedisServer hung = cluster.master(hash(0));
			int other = IntStream.range(1, 100)
				.filter((number) -> cluster.master(hash(number)) != hung)
				.findFirst()
				.orElseThrow();
			Session stuck = open(store, 0);
			Session living = open(store, other);
			publish(stuck, 1);
			publish(living, 1);
			AtomicBoolean over = new AtomicBoolean();
			AtomicInteger refused = new AtomicInteger();
			Thread publisher = new Thread(() -> {
				for (int i = 2; !over.get(); i++) {
					try {
						publish(stuck, i);
					}
					catch (SessionException ex) {
						refused.incrementAndGet();
					}
				}
			}, "publisher");
			hung.pause();
			publisher.start();
			long longest = 0;
			for (int i = 2; refused.get() < 3; i++) {
				long start = System.nanoTime();
				publish(living, i % 1000 + 1);
				longest = Math.max(longest, System.nanoTime() - start);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			assertThat(Duration.ofNanos(longest)).isLessThan(TIMEOUT.dividedBy(2));
			assertThat(living.status().state()).isEqualTo(SessionState.OWNER);
			over.set(true);
			publisher.join();
			hung.resume();
			Await.until("it goes on there", () -> {
				try {
					publish(stuck, 60_000);
					return true;
				}
				catch (SessionException ex) {
					return false;
				}
			});
			Await.until("all is well", () -> stuck.status().state() == SessionState.OWNER);
			assertThat(output).doesNotContain("is away");
			store.stop();
			((DisposableBean) factory).destroy();
		}
	}

	private static Session open(RedisSessionStore store, int number) throws SessionException {
		Session session = store.open(new SessionId("client-" + number, "b", MqttVersion.V3));
		session.guarded();
		return session;
	}

	private static String hash(int number) {
		return "test:{client-" + number + "@b}:v3";
	}

	private static void publish(Session session, int packetId) throws SessionException {
		session.beginPublish();
		boolean accepted = false;
		try {
			session.put("s-" + packetId, Packets.publish(packetId, 1, "a"));
			accepted = true;
		}
		finally {
			session.endPublish(accepted);
		}
	}

}
