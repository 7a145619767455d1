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
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that take longer to come in than a keep-alive interval.
 */
class SlowReceptionTests {

	private static final int KEEP_ALIVE = 2;

	private static final int BYTES_PER_SECOND = 20_000;

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	private final FaultyLink link = FaultyLink.to(broker.uri());

	private final String clientId = "slow-" + CLIENTS.incrementAndGet();

	private final List<Integer> arrived = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.link.close();
	}

	@ParameterizedTest
	@CsvSource({ "v3, 0", "v3, 1", "v3, 2", "v5, 0", "v5, 1", "v5, 2" })
	void whenAMessageTakesLongerThanKeepAliveThenItArrivesOverOneLink(String version, int qos) throws Exception {
		PahoClient client = PahoClient.create(version, redis.stores().start(), this.link.uri(), this.clientId);
		client.call((topic, payload, packetId) -> this.arrived.add(payload.length));
		client.connect(KEEP_ALIVE);
		client.subscribe(this.clientId);
		this.link.limitAnswers(BYTES_PER_SECOND);
		byte[] payload = new byte[2 * KEEP_ALIVE * BYTES_PER_SECOND];
		try (MqttClient publisher = new MqttClient(broker.uri(), "publisher", new MemoryPersistence())) {
			publisher.connect();
			publisher.publish(this.clientId, payload, qos, false);
			publisher.disconnect();
		}
		Await.until("the message has arrived", () -> !this.arrived.isEmpty());
		assertThat(this.arrived).containsExactly(payload.length);
		assertThat(this.link.connacks()).isEqualTo(1);
		client.disconnect();
		client.close();
	}

}
