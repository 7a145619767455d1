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

package io.github.mqttredis.paho;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.mqttredis.testing.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that take longer to come in than a keep-alive interval.
 */
class SlowReceptionTests extends AbstractLinkTests {

	private static final int KEEP_ALIVE = 2;

	private static final int BYTES_PER_SECOND = 20_000;

	private final List<Integer> arrived = new CopyOnWriteArrayList<>();

	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v3, 2", "v5, 0", "v5, 1", "v5, 2" })
	void whenAMessageTakesLongerThanKeepAliveThenItArrivesOverOneLink(String version, int qos) throws Exception {
		PahoClient client = create(version);
		client.call((topic, payload, packetId) -> this.arrived.add(payload.length));
		client.connect(KEEP_ALIVE);
		client.subscribe(this.clientId);
		this.link.limitAnswers(BYTES_PER_SECOND);
		byte[] payload = new byte[2 * KEEP_ALIVE * BYTES_PER_SECOND];
		publish(qos, payload, this.clientId);
		Await.until("the message has arrived", () -> !this.arrived.isEmpty());
		assertThat(this.arrived).containsExactly(payload.length);
		assertThat(this.link.connacks()).isEqualTo(1);
	}

}
