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

package io.github.mqttredis.faults;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Jedis;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis loses data, or a part of it, while the application lives.
 */
@ExtendWith(OutputCaptureExtension.class)
class LostDataTests extends AbstractFaultTests {

	private static final String LOST = "Redis lost records of MQTT session ";

	@Test
	void whenRedisIsKilledAndRestartedEmptyThenSessionIsWrittenBack() throws Exception {
		start();
		fill();
		Map<String, String> before = records();
		server().kill();
		assertReported("Redis");
		restartSlowly();
		assertWrittenBack(before);
		application().brokerLink().release();
		assertHealed();
	}

	@Test
	void whenRedisIsKilledUnderLoadAndRestartedEmptyThenNothingIsLost(CapturedOutput output) throws Exception {
		start();
		server().kill();
		assertReported("Redis");
		publisher().awaitThrown(10);
		server().restart();
		assertHealed();
		assertThat(output).contains(LOST + clientId());
	}

	@Test
	void whenRedisIsKilledAndRestartedWithItsDataThenNothingIsWrittenBack(CapturedOutput output) throws Exception {
		start("--appendonly", "yes", "--appendfsync", "always");
		server().kill();
		assertReported("Redis");
		publisher().awaitThrown(10);
		server().restart();
		assertHealed();
		assertThat(output).doesNotContain(LOST);
	}

	@Test
	void whenRedisIsRestartedFromAnOlderDumpThenSessionIsWrittenBack() throws Exception {
		start();
		application().brokerLink().holdAnswers();
		publisher().awaitReturned(30);
		redis(Jedis::save);
		publisher().awaitReturned(10);
		// What is acknowledged now is removed from the session and stays in the dump.
		application().brokerLink().release();
		publisher().awaitReturned(10);
		fill();
		Map<String, String> before = settled();
		server().kill();
		assertReported("Redis");
		restartSlowly();
		assertWrittenBack(before);
		application().brokerLink().release();
		assertHealed();
	}

	@Test
	void whenRedisIsFlushedThenSessionIsWrittenBack() throws Exception {
		start();
		fill();
		assertLossIsHealed(Jedis::flushAll);
	}

	@Test
	@Tag("thorough")
	void whenRedisIsFlushedAgainAndAgainUnderLoadThenNothingIsLost() throws Exception {
		start();
		for (int i = 0; i < 5; i++) {
			redis(Jedis::flushAll);
			publisher().awaitReturned(20);
		}
		assertHealed();
	}

	@Test
	void whenOnlyTheHashIsLostThenSessionIsWrittenBack() throws Exception {
		start();
		fill();
		assertLossIsHealed((redis) -> redis.del(hash()));
	}

	@Test
	@Tag("thorough")
	void whenOneRecordIsLostThenSessionIsWrittenBack() throws Exception {
		start();
		fill();
		assertLossIsHealed((redis) -> redis.hdel(hash(), redis.hkeys(hash()).iterator().next()));
	}

	@Test
	void whenOnlyTheMarkIsLostThenSessionIsWrittenBack() throws Exception {
		start();
		fill();
		assertLossIsHealed((redis) -> redis.del(hash() + ":mark"));
	}

	@Test
	void whenOnlyTheLeaseIsLostThenIsTakenBackAndNothingElseHappens(CapturedOutput output) throws Exception {
		start();
		watch();
		fill();
		try (Jedis redis = server().connect()) {
			String token = redis.get(hash() + ":lease");
			Map<String, String> before = settled();
			redis.del(hash() + ":lease");
			Await.until("the lease is taken back", () -> token.equals(redis.get(hash() + ":lease")));
			assertThat(redis.hgetAll(hash())).isEqualTo(before);
		}
		application().brokerLink().release();
		assertHealed();
		assertThat(seen()).containsOnly(SessionState.OWNER);
		assertThat(output).doesNotContain(LOST);
	}

	@Test
	void whenApplicationIsKilledAndThenRedisThenSuccessorDeliversAll() throws Exception {
		start("--appendonly", "yes", "--appendfsync", "always");
		fill();
		kill();
		server().kill();
		server().restart();
		assertThat(length()).isGreaterThanOrEqualTo(60);
		succeed();
	}

	@Test
	void whenRedisIsKilledAndThenApplicationThenSuccessorDeliversAll() throws Exception {
		start();
		fill();
		Map<String, String> before = records();
		server().kill();
		assertReported("Redis");
		server().restart();
		Await.until("the session is written back", () -> records().equals(before));
		kill();
		succeed();
	}

	private void assertLossIsHealed(Consumer<Jedis> loss) throws Exception {
		Map<String, String> before = settled();
		application().redisLink().delay(Duration.ofMillis(30));
		watch();
		redis(loss);
		assertWrittenBack(before);
		application().brokerLink().release();
		assertHealed();
	}

	private void restartSlowly() {
		// Each step of writing back takes a while, so that it can be seen.
		application().redisLink().delay(Duration.ofMillis(30));
		watch();
		server().restart();
	}

	/**
	 * Wait until Redis holds exactly the mirror.
	 * @return what it holds
	 */
	private Map<String, String> settled() {
		Await.until("Redis holds the mirror", () -> length() == application().status().size());
		return records();
	}

	private void assertWrittenBack(Map<String, String> before) {
		Await.until("it is told that the session is written back", () -> seen().contains(SessionState.RESYNCING));
		Await.until("the session is written back", () -> records().equals(before));
		awaitState(SessionState.OWNER);
		application().redisLink().delay(Duration.ZERO);
	}

}
