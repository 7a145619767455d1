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

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Redis forgets a session some time after its owner was last there, and not before.
 */
class SessionExpiryTests {

	private static final Duration EXPIRY = Load.millis(2500);

	private static final StoreSettings EXPIRING = RedisStores.SETTINGS.withSessionExpiry(EXPIRY);

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final String HASH = "test:{client@b}:v3";

	private static final List<String> KEYS = List.of(HASH, HASH + ":mark", HASH + ":quarantine");

	@RegisterExtension
	static final SharedRedis server = new SharedRedis();

	private final RedisStores stores = server.stores();

	private final Jedis redis = server.jedis();

	@Test
	void whenASessionIsOwnedThenItIsKeptHoweverLongNothingIsWritten() throws Exception {
		this.redis.hset(HASH, "unreadable", "x");
		RedisSessionStore store = this.stores.start(EXPIRING);
		Session session = store.open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		long half = EXPIRY.toMillis() / 2;
		for (int i = 0; i < 3; i++) {
			KEYS.forEach((key) -> this.redis.pexpire(key, half));
			Await.until("the owner has renewed all",
					() -> KEYS.stream().allMatch((key) -> this.redis.pttl(key) > half));
		}
		assertThat(session.keys()).containsExactly("s-1");
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
		assertThat(store.activity().get(ID).count(Event.RESYNC)).as("times that it was lost").isZero();
	}

	@Test
	void whenRecordsAreWrittenThenTheBatchRenewsAll() throws Exception {
		this.redis.hset(HASH, "unreadable", "x");
		Session session = this.stores.start(patient()).open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		KEYS.forEach((key) -> this.redis.pexpire(key, 30_000));
		session.put("s-2", Packets.publish(2, 1, "payload"));
		assertThat(KEYS).allSatisfy((key) -> assertThat(this.redis.pttl(key)).isBetween(500_000L, 600_000L));
	}

	@Test
	void whenTheOwnerIsGoneThenTheSessionVanishesAndIsNoLongerListed() throws Exception {
		this.redis.hset(HASH, "unreadable", "x");
		RedisSessionStore owner = this.stores.start(EXPIRING);
		owner.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		owner.stop();
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
		this.redis.zadd("test:sessions", 1, "test:{kept@b}:v3");
		this.redis.set("test:{kept@b}:v3:mark", "1:1");
		this.stores.start(EXPIRING).open(new SessionId("other", "b", MqttVersion.V3));
		Await.until("Redis has forgotten the session",
				() -> KEYS.stream().noneMatch(this.redis::exists) && this.redis.zscore("test:sessions", HASH) == null);
		assertThat(this.redis.zrange("test:sessions", 0, -1)).containsExactly("test:{kept@b}:v3", "test:{other@b}:v3");
	}

	@Test
	void whenExpiryIsSwitchedOffThenTheNextOwnerKeepsTheSessionForEver() throws Exception {
		this.redis.hset(HASH, "unreadable", "x");
		RedisSessionStore owner = this.stores.start(EXPIRING);
		owner.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		owner.stop();
		RedisSessionStore next = this.stores.start(RedisStores.SETTINGS);
		next.open(ID).put("s-2", Packets.publish(2, 1, "payload"));
		next.stop();
		assertThat(KEYS).allSatisfy((key) -> assertThat(this.redis.pttl(key)).isEqualTo(-1));
	}

	@Test
	void whenExpiryIsSwitchedOnThenItCountsFromTheNextOpening() throws Exception {
		this.redis.hset(HASH, "s-1", "x");
		this.stores.start(patient()).open(ID);
		assertThat(this.redis.pttl(HASH + ":quarantine")).isPositive();
		assertThat(this.redis.pttl(HASH + ":mark")).isPositive();
	}

	@Test
	void whenRedisLostTheSessionOfALivingOwnerThenWhatIsWrittenBackExpiresToo() throws Exception {
		Session session = this.stores.start(EXPIRING).open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		this.redis.flushAll();
		Await.until("the session is written back", () -> this.redis.hexists(HASH, "s-1"));
		assertThat(this.redis.pttl(HASH)).isPositive();
	}

	@Test
	void whenExpiryIsShorterThanALeaseThenItIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RedisStores.SETTINGS.withSessionExpiry(Duration.ofMillis(100)));
	}

	private static StoreSettings patient() {
		return new StoreSettings("test", Load.seconds(5), Duration.ofMinutes(2), Load.seconds(5))
			.withSessionExpiry(Duration.ofMinutes(10));
	}

}
