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

package io.github.mqttredis.autoconfigure;

import java.net.ConnectException;
import java.time.Duration;

import io.github.mqttredis.redis.RedisUnavailableException;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationContextException;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the failure analyzers say.
 */
class StartFailureAnalyzerTests {

	@Test
	void whenRedisIsNotReachedThenTheReasonIsSaidOnce() {
		FailureAnalysis analysis = redis("No Redis at 10.0.0.1:6379", new ConnectException("Connection refused"));
		assertThat(analysis.getDescription()).contains("No Redis at 10.0.0.1:6379", "Reason: Connection refused");
		assertThat(analysis.getAction()).startsWith("Start Redis at that address");
		assertThat(redis("No Redis: Connection refused", new ConnectException("Connection refused")).getDescription())
			.doesNotContain("Reason");
	}

	@ParameterizedTest
	@ValueSource(strings = { "NOAUTH Authentication required.", "NOAUTH HELLO must be called",
			"WRONGPASS invalid username-password pair or user is disabled.",
			"ERR AUTH <password> called without any password configured for the default user.",
			"ERR invalid password" })
	void whenRedisRefusesThePasswordThenTheActionIsAboutThePassword(String answer) {
		FailureAnalysis analysis = redis("No Redis at 10.0.0.1:6379", new IllegalStateException(answer));
		assertThat(analysis.getAction()).contains("spring.data.redis.password").doesNotContain("Start Redis");
	}

	@Test
	void whenASessionIsInUseThenTheActionSaysHowLongToWait() {
		FailureAnalysis analysis = session(Duration.ofMillis(7001));
		assertThat(analysis.getDescription()).contains("gateway@tcp://broker:1883", "host-a, process 7", "7001 ms");
		assertThat(analysis.getAction()).contains("in 8 seconds", "mqtt.persistence.lease.acquire-timeout",
				"host-a, process 7", "mqtt.client.client-id");
	}

	@Test
	void whenTheRemainingTimeIsUnknownThenTheActionNamesNone() {
		assertThat(session(Duration.ZERO).getAction()).doesNotContain("seconds").contains("host-a, process 7");
	}

	private static FailureAnalysis redis(String message, Exception cause) {
		RedisUnavailableException failure = new RedisUnavailableException(message, new IllegalStateException(cause));
		FailureAnalysis analysis = new StartFailureAnalyzer(new DefaultListableBeanFactory(), new StandardEnvironment())
			.analyze(new ApplicationContextException("Failed to start bean", failure));
		assertThat(analysis).isNotNull();
		return analysis;
	}

	private static FailureAnalysis session(Duration remaining) {
		SessionId id = new SessionId("gateway", "tcp://broker:1883", MqttVersion.V3);
		SessionInUseException failure = new SessionInUseException(id, "host-a, process 7", remaining, "");
		FailureAnalysis analysis = new StartFailureAnalyzer(new DefaultListableBeanFactory(), new StandardEnvironment())
			.analyze(new ApplicationContextException("Failed to start bean", new IllegalStateException(failure)));
		assertThat(analysis).isNotNull();
		return analysis;
	}

}
