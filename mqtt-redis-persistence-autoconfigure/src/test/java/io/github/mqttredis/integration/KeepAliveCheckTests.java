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

package io.github.mqttredis.integration;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeepAliveCheck}.
 */
@ExtendWith(OutputCaptureExtension.class)
class KeepAliveCheckTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@Test
	void whenKeepAliveIsNotAboveWriteTimeoutThenWarnsAndNamesBoth(CapturedOutput output) {
		start("2s", "2s");
		assertThat(output).contains("'mqttv3ClientManager'", "mqtt.client.keep-alive",
				"mqtt.persistence.write-timeout");
	}

	@Test
	void whenKeepAliveIsAboveWriteTimeoutOrOffThenSaysNothing(CapturedOutput output) {
		start("3s", "2s");
		start("0s", "2s");
		assertThat(output).doesNotContain("mqtt.client.keep-alive");
	}

	private static void start(String keepAlive, String writeTimeout) {
		MqttContexts.with(REDIS)
			.withPropertyValues("mqtt.client.client-id=keep-alive",
					"mqtt.client.server-uris=tcp://127.0.0.1:" + EmbeddedRedis.freePort(),
					"mqtt.client.keep-alive=" + keepAlive, "mqtt.persistence.write-timeout=" + writeTimeout)
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
