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

import io.github.mqttredis.actuate.HealthApplication.Answer;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the health endpoint tells what matters of Redis, and warns of what may cost
 * sessions.
 */
class HealthOfRedisTests {

	@Test
	void whenRedisKeepsWhatItGetsThenItsFactsAreShownWithoutAWarning() {
		try (RedisServer redis = RedisServer.start("--appendonly", "yes");
				HealthApplication application = HealthApplication.start(redis.port())) {
			Answer answer = application.health();
			assertThat(answer.redis()).containsEntry("mode", "standalone")
				.containsEntry("role", "master")
				.containsEntry("maxmemory-policy", "noeviction")
				.containsEntry("appendonly", "yes")
				.containsEntry("orphanedSessions", 0);
			assertThat(answer.redis().get("version")).asString().contains(".");
			assertThat(Duration.parse(String.valueOf(answer.redis().get("roundTrip")))).isPositive();
			assertThat(answer.warnings()).isEmpty();
		}
	}

	@Test
	void whenRedisMayDropSessionsThenItWarnsAndStaysUp() {
		try (RedisServer redis = RedisServer.start("--maxmemory-policy", "allkeys-lru");
				HealthApplication application = HealthApplication.start(redis.port())) {
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("UP");
			assertThat(answer.warnings()).hasSize(2)
				.anySatisfy((warning) -> assertThat(warning).asString().contains("maxmemory-policy is allkeys-lru"))
				.anySatisfy((warning) -> assertThat(warning).asString().contains("appendonly is off"));
		}
	}

	@Test
	void whenRedisIsAReplicaThenItsRoleIsShown() {
		try (RedisServer redis = RedisServer.start();
				HealthApplication application = HealthApplication.start(redis.port());
				Jedis jedis = redis.connect()) {
			jedis.replicaof("127.0.0.1", Ports.free());
			assertThat(application.health().redis()).containsEntry("role", "replica");
		}
	}

	@Test
	void whenRedisDoesNotTellThenItIsUnknownAndUp() {
		try (RedisServer redis = RedisServer.start(); Jedis jedis = redis.connect()) {
			jedis.aclSetUser("mqtt", "on", ">secret-of-redis", "~*", "&*", "+@all", "-info", "-config", "-zrange");
			try (HealthApplication application = HealthApplication.start(redis.port(),
					"spring.data.redis.username=mqtt", "spring.data.redis.password=secret-of-redis")) {
				Answer answer = application.health();
				assertThat(answer.status()).isEqualTo("UP");
				assertThat(answer.redis()).containsEntry("version", "unknown")
					.containsEntry("role", "unknown")
					.containsEntry("maxmemory-policy", "unknown")
					.containsEntry("appendonly", "unknown")
					.containsEntry("orphanedSessions", "unknown");
				assertThat(answer.warnings()).isEmpty();
				assertThat(answer.toString()).doesNotContain("secret-of-redis");
			}
		}
	}

	/**
	 * No session is open, so nothing else notices: this answer comes from asking Redis.
	 */
	@Test
	void whenRedisHangsThenTheAnswerComesAllTheSameAndSaysSo() {
		try (RedisServer redis = RedisServer.start();
				HealthApplication application = HealthApplication.start(redis.port())) {
			redis.pause();
			Answer answer = application.health();
			assertThat(answer.status()).isEqualTo("DOWN");
			assertThat(answer.redis().get("failure")).asString().contains("not answer");
			redis.resume();
			Await.until("it is up", () -> "UP".equals(application.health().status()));
		}
	}

	@Test
	void whenHealthIsReadOftenThenRedisIsAskedOnce() {
		try (RedisServer redis = RedisServer.start();
				HealthApplication application = HealthApplication.start(redis.port());
				Jedis jedis = redis.connect()) {
			application.health();
			String before = looks(jedis);
			for (int i = 0; i < 20; i++) {
				application.health();
			}
			assertThat(looks(jedis)).isEqualTo(before);
		}
	}

	@Test
	void whenRecordsHaveNoOwnerThenTheirSessionIsNamed() throws Exception {
		try (RedisServer redis = RedisServer.start("--appendonly", "yes"); Jedis jedis = redis.connect()) {
			for (int i = 0; i < 70; i++) {
				jedis.zadd("test:sessions", i, "test:{empty-" + i + "@broker}:v3");
			}
			orphan(jedis, "test:{left@broker}:v3");
			orphan(jedis, "test:{owned@broker}:v3");
			jedis.set("test:{owned@broker}:v3:lease", "somebody");
			try (HealthApplication application = HealthApplication.start(redis.port())) {
				application.store().open(HealthApplication.ID).put("s-1", new byte[] { 0x32, 5, 0, 1, 't', 0, 1 });
				// It looks at some sessions a time.
				assertThat(application.health().redis()).containsEntry("orphanedSessions", 0);
				Await.until("it is found",
						() -> Integer.valueOf(1).equals(application.health().redis().get("orphanedSessions")));
				assertThat(application.health().warnings()).singleElement()
					.asString()
					.contains("1 stored sessions hold records and have no owner, such as test:{left@broker}:v3");
				assertThat(application.health().status()).isEqualTo("UP");
			}
		}
	}

	@Test
	void whenComponentThrowsItsSessionAwayThenItWarns() {
		try (RedisServer redis = RedisServer.start("--appendonly", "yes");
				HealthApplication application = HealthApplication.start(redis.port(), "mqtt.client.client-id=clean",
						"mqtt.client.server-uris=tcp://127.0.0.1:" + Ports.free(), "mqtt.client.clean-session=true")) {
			assertThat(application.health().warnings()).singleElement().asString().containsIgnoringCase("clean");
		}
	}

	private static void orphan(Jedis jedis, String key) {
		jedis.zadd("test:sessions", 1000, key);
		jedis.hset(key, "s-1", "record");
	}

	/** Each look for sessions without an owner is one of these. */
	private static String looks(Jedis jedis) {
		String stats = jedis.info("commandstats");
		return stats.lines().filter((line) -> line.startsWith("cmdstat_zrange")).findFirst().orElseThrow();
	}

}
