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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.encryption.AesGcmRecordCodec;
import io.github.mqttredis.encryption.RecordEncryptionKey;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionKeyException;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Sessions that are opened where Redis, or the session, is not as it should be.
 */
class SessionOpenerTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final String HASH = "test:{client@b}:v3";

	@RegisterExtension
	private static final SharedRedis server = new SharedRedis();

	private final RedisStores stores = server.stores();

	private final Jedis redis = server.jedis();

	@AfterEach
	void allowAll() {
		this.redis.configSet("maxmemory", "0");
		this.redis.aclSetUser("default", "+@all");
	}

	@Test
	void whenRedisIsFullThenASessionIsOpenedAndItsRecordsAreRemoved() throws Exception {
		this.stores.start().open(ID).put("s-1", Packets.publish(1, 1, "a"));
		this.stores.stop();
		this.redis.configSet("maxmemory", "1");
		Session session = this.stores.start().open(ID);
		assertThat(session.keys()).containsExactly("s-1");
		session.remove("s-1");
		Await.until("Redis has room", () -> !this.redis.exists(HASH));
	}

	@Test
	void whenARecordCannotBeReadAndRedisIsFullThenASessionIsOpenedAndTheRecordIsPutAside() throws Exception {
		this.stores.start().open(ID).put("s-1", Packets.publish(1, 1, "a"));
		this.stores.stop();
		this.redis.hset(HASH, "s-2", "no packet");
		this.redis.hset(HASH + ":quarantine", "s-3", "of another time");
		this.redis.hset(HASH, "s-3", "no packet either");
		this.redis.configSet("maxmemory", "1");
		Session session = this.stores.start().open(ID);
		assertThat(session.keys()).containsExactly("s-1");
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
		assertThat(this.redis.hgetAll(HASH + ":quarantine")).hasSize(3)
			.containsEntry("s-2", "no packet")
			.containsEntry("s-3", "of another time")
			.containsValue("no packet either");
		session.remove("s-1");
		Await.until("Redis has room", () -> !this.redis.exists(HASH));
	}

	/** The broker is told that it arrived, so it is kept now or never. */
	@Test
	void whenAPacketCannotBeDeliveredAndRedisIsFullThenItIsKept() throws Exception {
		Session session = this.stores.start().open(ID);
		this.redis.configSet("maxmemory", "1");
		assertThat(session.keep(7, Packets.publish(7, 2, "a"), 1, "cannot be delivered")).isTrue();
		assertThat(this.redis.hlen(HASH + ":quarantine")).isEqualTo(1);
	}

	@Test
	void whenARecordCannotBeReadAndMayNotBePutAsideThenItStaysWhereItIs() throws Exception {
		this.redis.hset(HASH, "s-2", "no packet");
		this.redis.aclSetUser("default", "-hset");
		RedisSessionStore store = this.stores.start();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> store.open(ID))
			.withMessageContaining("NOPERM");
		assertThat(this.redis.hget(HASH, "s-2")).isEqualTo("no packet");
	}

	@Test
	void whenTheSetOfAllSessionsIsNoneThenASessionIsOpened() throws Exception {
		this.redis.set("test:sessions", "no set");
		this.stores.start().open(ID).put("s-1", Packets.publish(1, 1, "a"));
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
	}

	@Test
	void whenOpeningFailsThenNothingIsShippedAnyMoreAndNobodyHasToWait() throws Exception {
		// Of these, the next owner has to remove sb-1.
		this.redis.hset(HASH.getBytes(StandardCharsets.US_ASCII), bytes("sb-1"), Packets.publish(1, 2, "a"));
		this.redis.hset(HASH.getBytes(StandardCharsets.US_ASCII), bytes("sc-1"), Packets.pubrel(1));
		this.redis.aclSetUser("default", "-zadd", "-hset");
		RedisSessionStore store = this.stores.start();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> store.open(ID))
			.withMessageContaining("NOPERM");
		assertThat(this.redis.exists(HASH + ":lease")).isFalse();
		this.redis.aclSetUser("default", "+@all");
		Session session = store.open(ID);
		session.put("s-7", Packets.publish(7, 1, "b"));
		String epoch = epoch();
		for (int i = 0; i < 50; i++) {
			// Each of them is a round trip, and time for an earlier owner to come in.
			session.put("s-8", Packets.publish(8, 1, "c" + i));
			assertThat(this.redis.hexists(HASH, "s-7")).isTrue();
		}
		assertThat(epoch()).isEqualTo(epoch);
	}

	@Test
	void whenASessionWasOnlyRestoredThenItsLossIsNoticed() throws Exception {
		this.stores.start().open(ID).put("s-1", Packets.publish(1, 1, "a"));
		this.stores.stop();
		this.stores.start().open(ID);
		this.redis.del(HASH);
		Await.until("it is written back", () -> this.redis.hexists(HASH, "s-1"));
	}

	@Test
	void whenARecordIsPutAsideWhoseNameIsTakenThenBothAreKept() throws Exception {
		for (String content : List.of("one", "two")) {
			this.redis.hset(HASH, "s-1", content);
			this.stores.start().open(ID);
			this.stores.stop();
		}
		assertThat(this.redis.hgetAll(HASH + ":quarantine")).hasSize(2)
			.containsEntry("s-1", "one")
			.containsValue("two");
		assertThat(this.redis.exists(HASH)).isFalse();
	}

	@Test
	void whenASessionCannotBeReadThenItsOwnerIsNotReplaced() throws Exception {
		Session owned = this.stores.start(RedisStores.SETTINGS.with(codec(1))).open(ID);
		owned.put("s-1", Packets.publish(1, 1, "a"));
		StoreSettings takeover = new StoreSettings("test", Load.seconds(1), Load.seconds(1), Load.seconds(5),
				OnConflict.TAKEOVER, RedisStores.SETTINGS.onOutage(), RedisStores.SETTINGS.durability());
		String epoch = epoch();
		assertThatExceptionOfType(SessionKeyException.class)
			.isThrownBy(() -> this.stores.start(takeover.with(codec(2))).open(ID));
		assertThat(epoch()).isEqualTo(epoch);
		owned.put("s-2", Packets.publish(2, 1, "b"));
		assertThat(this.stores.start(takeover.with(codec(1))).open(ID).keys()).containsExactly("s-1", "s-2");
		assertThatExceptionOfType(SessionException.class)
			.isThrownBy(() -> owned.put("s-3", Packets.publish(3, 1, "c")));
	}

	@Test
	void whenAClientOfRedisSendsABatchTwiceThenNothingSeemsToBeLost() throws Exception {
		LettuceConnectionFactory factory = RedisClient.lettuce(server.port());
		AtomicInteger repeated = new AtomicInteger();
		AtomicInteger sent = new AtomicInteger();
		RedisSessionStore store = new RedisSessionStore(InterceptedConnections.of(factory, (method, call) -> {
			if (method.equals("evalSha")) {
				sent.incrementAndGet();
				if (repeated.get() > 0) {
					call.run();
					repeated.decrementAndGet();
				}
			}
			return call.run();
		}), RedisStores.SETTINGS);
		Session session = store.open(ID);
		session.put("s-1", Packets.publish(1, 1, "a"));
		repeated.set(1);
		session.put("s-2", Packets.publish(2, 1, "b"));
		assertThat(repeated).hasValue(0);
		sent.set(0);
		session.put("s-3", Packets.publish(3, 1, "c"));
		assertThat(store.activity().get(ID).count(io.github.mqttredis.session.SessionActivity.Event.RESYNC)).isZero();
		// One batch, and neither a question nor anything written back before it.
		assertThat(sent).hasValue(1);
		store.stop();
		factory.destroy();
	}

	private String epoch() {
		return this.redis.get(HASH + ":mark").replaceAll(":.*", "");
	}

	private static RecordCodec codec(int seed) {
		byte[] secret = new byte[RecordEncryptionKey.LENGTH];
		Arrays.fill(secret, (byte) seed);
		return new AesGcmRecordCodec(RecordEncryptionKey.of(secret), List.of(), false);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
