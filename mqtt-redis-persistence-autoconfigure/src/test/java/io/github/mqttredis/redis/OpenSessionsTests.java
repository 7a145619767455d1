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

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.RedisSessionStore.OpenSessions;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Test;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One caller at a time opens a session, and nothing of it stays.
 */
class OpenSessionsTests {

	private static final SessionId ID = new SessionId("client", "b", MqttVersion.V3);

	private final OpenSessions sessions = new OpenSessions();

	private Map<?, ?> openings() {
		return (Map<?, ?>) ReflectionTestUtils.getField(this.sessions, "openings");
	}

	@Test
	void whenTwoOpenASessionThenOneWaitsAndNoLockStays() throws Exception {
		OpenSessions.Opening first = this.sessions.opening(ID);
		CompletableFuture<Thread> waiting = new CompletableFuture<>();
		CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
			waiting.complete(Thread.currentThread());
			this.sessions.opening(ID).end();
		});
		Thread other = waiting.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		Await.until("the second one waits", () -> other.getState() == Thread.State.WAITING);
		assertThat(openings()).hasSize(1);
		first.end();
		second.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertThat(openings()).isEmpty();
	}

}
