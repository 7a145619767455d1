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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.redis.Speaker.Command;

import org.springframework.data.redis.connection.RedisConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends a command for a test.
 */
final class Commands {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private Commands() {
	}

	static <T> T run(RedisConnection connection, Command<T> command) {
		CompletableFuture<Object> answer = new CompletableFuture<>();
		Pipelines.over(connection, true).send(List.of(command), TIMEOUT, (index, reply) -> answer.complete(reply));
		Object reply = answer.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).join();
		assertThat(reply).isInstanceOf(List.class);
		return command.reader().apply((List<?>) reply);
	}

}
