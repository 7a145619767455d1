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
import java.util.Map;

import io.github.mqttredis.redis.MarkTracker.Mark;
import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.redis.Speaker.Command;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.QueueClock;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A command reaches Redis that its sender has given up: what has been done since stays as
 * it is.
 */
class LateCommandTests {

	private static final SessionKeys KEYS = new SessionKeys("test",
			SessionId.ofUri("client", "tcp://broker:1883", MqttVersion.V3));

	private static final StoreSettings SETTINGS = new StoreSettings("test", Duration.ofMinutes(1),
			Duration.ofMinutes(1), Duration.ZERO);

	private static final Batch BATCH = Batch.of(Map.of(RecordKey.require("s-1"), new byte[] { 1 }));

	@SharedServer
	private static RedisServer server;

	private final RedisScripts owner = new RedisScripts(KEYS, "owner", SETTINGS);

	private final RedisScripts other = new RedisScripts(KEYS, "other", SETTINGS);

	private RedisConnectionFactory factory;

	private RedisConnection connection;

	@BeforeEach
	void connect() {
		try (Jedis redis = server.connect()) {
			redis.flushAll();
		}
		this.factory = RedisClient.JEDIS.connect(server.port());
		this.connection = this.factory.getConnection();
	}

	@AfterEach
	void close() throws Exception {
		this.connection.close();
		((DisposableBean) this.factory).destroy();
	}

	private Acquired acquire(RedisScripts scripts, String replaced, long until) {
		return run(scripts.acquire(replaced, until));
	}

	private <T> T run(Command<T> command) {
		return Commands.run(this.connection, command);
	}

	private Mark mark() {
		byte[] mark = this.connection.stringCommands().get(KEYS.mark());
		return Mark.parse(new String(mark, StandardCharsets.UTF_8));
	}

	private Long records() {
		return this.connection.hashCommands().hLen(KEYS.hash());
	}

	@Test
	void whenALeaseIsGivenBackLateThenTheNextOneOfTheSameProcessStays() {
		Mark first = acquire(this.owner, RedisScripts.NOBODY, 0).mark();
		Mark second = acquire(this.owner, RedisScripts.NOBODY, 0).mark();
		assertThat(run(this.owner.release(first))).isFalse();
		assertThat(run(this.owner.release(second))).isTrue();
	}

	/** Otherwise the batch counts as applied which was to set the mark that is found. */
	@Test
	void whenALeaseIsConfirmedLateThenTheOwnersNextBatchIsApplied() {
		long epoch = acquire(this.owner, RedisScripts.NOBODY, 0).mark().epoch();
		Mark confirmed = new Mark(epoch, 2, 0);
		assertThat(run(this.owner.confirm(confirmed)).mark()).isEqualTo(confirmed);
		assertThat(run(this.owner.confirm(new Mark(epoch, 1, 0))).found()).isEqualTo(confirmed);
		Mark next = new Mark(epoch, 3, 0);
		assertThat(run(this.owner.write(confirmed, next, BATCH)).found()).isEqualTo(confirmed);
		assertThat(mark()).isEqualTo(next);
		run(this.owner.confirm(new Mark(epoch, 1, 0)));
		assertThat(mark()).isEqualTo(next);
		assertThat(records()).isOne();
	}

	@Test
	void whenALeaseIsConfirmedAfterItWasGivenBackThenItStaysFree() {
		long epoch = acquire(this.owner, RedisScripts.NOBODY, 0).mark().epoch();
		run(this.owner.release(new Mark(epoch, 2, 0)));
		run(this.owner.confirm(new Mark(epoch, 1, 0)));
		assertThat(this.connection.keyCommands().exists(KEYS.lease())).isFalse();
	}

	@Test
	void whenALeaseIsConfirmedLateThatWasTakenAnewThenTheOwnersNextBatchIsAppliedOrRefused() {
		MarkTracker former = new MarkTracker(new QueueClock());
		former.begin(acquire(this.owner, RedisScripts.NOBODY, 0).mark());
		Mark late = former.next();
		MarkTracker marks = new MarkTracker(new QueueClock());
		marks.begin(acquire(this.owner, RedisScripts.NOBODY, 0).mark());
		run(this.owner.confirm(late));
		Mark next = marks.next();
		Mark found = run(this.owner.write(marks.mark(), next, BATCH)).found();
		assertThat(MarkTracker.isApplied(found, marks.mark(), next)).isEqualTo(records() == 1);
	}

	@Test
	void whenATakeoverComesLateThenTheOwnerStays() {
		acquire(this.owner, RedisScripts.NOBODY, 0);
		Acquired held = acquire(this.other, RedisScripts.NOBODY, 0);
		assertThat(held.owned()).isFalse();
		assertThat(acquire(this.other, RedisScripts.ANYBODY, held.clock() - 1).owned()).isFalse();
		assertThat(acquire(this.other, "owner", held.clock() - 1).owned()).isFalse();
		assertThat(acquire(this.other, "owner", held.clock() + 60_000).owned()).isTrue();
		assertThat(acquire(this.owner, RedisScripts.ANYBODY, held.clock() + 60_000).owned()).isTrue();
	}

}
