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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import io.github.mqttredis.redis.ServerMonitor.OrphanSearch;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The set of all sessions, and what is found by it.
 */
class SessionIndexTests {

	@RegisterExtension
	private static final SharedRedis server = new SharedRedis();

	private final Jedis redis = server.jedis();

	private final LettuceConnectionFactory factory = RedisClient.lettuce(server.port());

	private final RedisConnection connection = this.factory.getConnection();

	private final SessionIndex index = new SessionIndex("test");

	@AfterEach
	void close() {
		this.connection.close();
		this.factory.destroy();
	}

	@Test
	void whenSessionsAreNotedThenAllAreSeenAtTheTimeOfRedis() {
		List<SessionKeys> sessions = IntStream.range(0, 1300)
			.mapToObj((i) -> new SessionKeys("test", new SessionId("client-" + i, "b", MqttVersion.V5)))
			.toList();
		this.redis.configResetStat();
		Instant seen = Commands.run(this.connection, this.index.add(sessions));
		assertThat(this.redis.zcard("test:sessions")).isEqualTo(1300);
		assertThat(this.redis.zcount("test:sessions", seen.toEpochMilli(), seen.toEpochMilli())).isEqualTo(1300);
		assertThat(this.redis.info("commandstats")).contains("cmdstat_time:calls=1,");
		assertThat(this.index.now(this.connection)).isBetween(seen, seen.plus(Duration.ofMinutes(1)));
		assertThat(this.redis.zcard("test:sessions")).isEqualTo(1300);
	}

	@Test
	void whenAnOrphanWasDeletedThenItIsFoundNoMore() {
		OrphanSearch search = new OrphanSearch(this.index);
		for (int i = 0; i < 120; i++) {
			this.redis.zadd("test:sessions", i, "test:{client-" + i + "@b}:v3");
		}
		this.redis.hset("test:{client-3@b}:v3", "s-1", "left");
		this.redis.hset("test:{client-110@b}:v3", "s-1", "left");
		round(search);
		assertThat(round(search)).containsExactly("test:{client-110@b}:v3", "test:{client-3@b}:v3");
		this.redis.del("test:{client-3@b}:v3");
		this.redis.zrem("test:sessions", "test:{client-3@b}:v3");
		this.redis.set("test:{client-110@b}:v3:lease", "somebody");
		round(search);
		assertThat(round(search)).isEmpty();
	}

	private List<String> round(OrphanSearch search) {
		search.next(this.connection);
		search.next(this.connection);
		return search.next(this.connection);
	}

	@Test
	void whenThereIsOnePageThenADeletedOrphanIsForgottenAtOnce() {
		OrphanSearch search = new OrphanSearch(this.index);
		String orphan = "test:{client@b}:v3";
		Commands.run(this.connection,
				this.index.add(List.of(new SessionKeys("test", new SessionId("client", "b", MqttVersion.V3)))));
		this.redis.hset(orphan, "s-1", "left");
		assertThat(search.next(this.connection)).containsExactly(orphan);
		this.redis.del(orphan);
		this.index.remove(this.connection, orphan.getBytes(StandardCharsets.UTF_8));
		assertThat(search.next(this.connection)).isEmpty();
	}

}
