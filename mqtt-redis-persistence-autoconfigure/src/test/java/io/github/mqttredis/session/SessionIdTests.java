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

package io.github.mqttredis.session;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SessionId}.
 */
class SessionIdTests {

	@ParameterizedTest
	@CsvSource({ "tcp://broker:1883, tcp://broker:1883", "ssl://user:secret@broker:8883, ssl://broker:8883",
			"ws://u@broker/mqtt?token=secret, ws://broker/mqtt", "wss://broker/a@b, wss://broker/a@b",
			"tcp://us@er:p@ss@broker:1883, tcp://broker:1883", "tcp://broker:1883#x, tcp://broker:1883" })
	void whenUriHoldsSecretsThenTheyDoNotCount(String uri, String broker) {
		assertThat(SessionId.ofUri("client", uri, MqttVersion.V3))
			.isEqualTo(new SessionId("client", broker, MqttVersion.V3));
	}

	@Test
	void whenShownThenNamesClientBrokerAndVersion() {
		assertThat(SessionId.ofUri("c1", "tcp://h:1", MqttVersion.V5)).hasToString("c1@tcp://h:1 (v5)");
	}

}
