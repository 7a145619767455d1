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

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records up to the largest packet of MQTT (2.2.3). They take longer than a write
 * time-out, which says nothing about whether Redis is away.
 */
@ExtendWith(OutputCaptureExtension.class)
class LargeRecordTests {

	private static final int MIB = 1024 * 1024;

	/** In a run with all crash points the largest that MQTT allows. */
	private static final int SIZE = "all".equals(System.getProperty("crashpoints")) ? 268_435_455 : 32 * MIB;

	/** Longer than Redis itself is busy with the record, shorter than it is under way. */
	private static final Duration TIMEOUT = (SIZE > 32 * MIB) ? Load.seconds(5) : Load.seconds(1);

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private static final SessionId OTHER = new SessionId("other", "b", MqttVersion.V3);

	@ParameterizedTest
	@EnumSource
	void whenARecordTakesLongerThanTheTimeoutThenRedisIsNotAwayAndAllIsStored(RedisClient client, CapturedOutput output)
			throws Exception {
		byte[] large = publish(1, SIZE);
		try (RedisServer server = RedisServer.start(); FaultyLink link = FaultyLink.to(server.port())) {
			RedisSessionStore store = store(link, client, TIMEOUT);
			Session session = store.open(ID);
			session.guarded();
			// Longer than the time-out, and far shorter than the time that a record of
			// this
			// size has more than that.
			Duration underWay = TIMEOUT.multipliedBy(5).dividedBy(4);
			link.limitRequests((int) (SIZE * 1000L / underWay.toMillis()));
			session.put("sc-9", Packets.pubrel(9));
			boolean publishing = session.beginPublish();
			session.put("s-1", large);
			session.put("s-2", Packets.publish(2, 1, "small"));
			assertThat(publishing).isTrue();
			session.endPublish(false);
			try (Jedis redis = new Jedis("127.0.0.1", server.port(), (int) Await.MILLIS)) {
				Await.until("all is stored", () -> redis.hlen("test:{client@b}:v3") == 3);
			}
			Await.until("the session is whole", () -> store.sessions().get(0).state() == SessionState.OWNER);
			assertThat(store.activity().get(ID).count(Event.RESYNC)).isZero();
			assertThat(output).doesNotContain("is away");
			store.stop();
			RedisSessionStore next = store(link, client, Load.seconds(20));
			assertThat(next.open(ID).get("s-1")).isEqualTo(large);
			assertThat(output).doesNotContain("is away");
			next.stop();
		}
	}

	@Test
	void whenAWaitingMessageIsLargeThenOtherSessionsGoOnWhileItIsRead() throws Exception {
		byte[] large = publish(0, 16 * MIB);
		byte[] small = Packets.publish(0, 1, "small");
		try (RedisServer server = RedisServer.start(); FaultyLink link = FaultyLink.to(server.port())) {
			RedisSessionStore store = store(link, RedisClient.LETTUCE, Load.seconds(20));
			Session former = store.open(ID);
			former.guarded();
			for (byte[] record : List.of(large, small, large, small)) {
				former.queue().awaitStored(former.queue().append(record, 0));
			}
			store.stop();
			RedisSessionStore next = store(link, RedisClient.LETTUCE, Load.seconds(20));
			Session other = next.open(OTHER);
			Session session = next.open(ID);
			session.guarded();
			assertNext(session, large);
			assertNext(session, small);
			assertThat(session.queue().first()).isNull();
			link.limitAnswers(large.length / 2);
			session.queue().loadAhead();
			int stored = 0;
			while (session.queue().first() == null) {
				other.put("s-" + ++stored, Packets.publish(stored, 1, "beside it"));
			}
			assertThat(stored).as("records of the other session meanwhile").isGreaterThan(3);
			assertNext(session, large);
			assertNext(session, small);
			next.stop();
		}
	}

	private static void assertNext(Session session, byte[] record) throws SessionException {
		QueuedMessage first = session.queue().first();
		if (first == null) {
			session.queue().load();
			first = session.queue().first();
		}
		assertThat(first).isNotNull();
		assertThat(first.record()).isEqualTo(record);
		session.queue().remove(first.number());
	}

	@Test
	void whenManyLargeRecordsAreReadThenEachComesAlone() throws Exception {
		try (RedisServer server = RedisServer.start(); FaultyLink link = FaultyLink.to(server.port())) {
			RedisSessionStore store = store(link, RedisClient.LETTUCE, Load.seconds(20));
			Session session = store.open(ID);
			for (int i = 1; i <= 12; i++) {
				session.put("s-" + i, publish(i, 4 * MIB));
			}
			store.stop();
			RedisSessionStore next = store(link, RedisClient.LETTUCE, Load.seconds(20));
			assertThat(next.open(ID).keys()).hasSize(12);
			next.stop();
			try (Jedis redis = server.connect()) {
				assertThat(redis.info("commandstats")).containsPattern("cmdstat_hmget:calls=12,");
			}
		}
	}

	private static RedisSessionStore store(FaultyLink link, RedisClient client, Duration timeout) throws Exception {
		RedisSessionStore store = new RedisSessionStore(client.connect(link.port()),
				new StoreSettings("test", timeout, Duration.ofMinutes(2), Load.seconds(5)));
		store.start();
		return store;
	}

	private static byte[] publish(int packetId, int length) {
		ByteBuffer packet = Packets.publishOf(packetId, length);
		byte[] payload = new byte[MIB];
		new Random(packetId).nextBytes(payload);
		while (packet.hasRemaining()) {
			packet.put(payload, 0, Math.min(payload.length, packet.remaining()));
		}
		return packet.array();
	}

}
