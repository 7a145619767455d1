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

import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.SharedRedis;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One client, of either version of Paho, with a link of its own to the broker.
 */
abstract class AbstractLinkTests {

	private static final AtomicInteger CLIENTS = new AtomicInteger();

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	final FaultyLink link = FaultyLink.to(broker.uri());

	/** Of its own in each test: the broker keeps its session. */
	final String clientId = "linked-" + CLIENTS.incrementAndGet();

	private PahoClient client;

	@AfterEach
	void close() throws Exception {
		closeClient();
		this.link.close();
	}

	final PahoClient create(String version) throws Exception {
		this.client = PahoClient.create(version, redis.stores().start(), this.link.uri(), this.clientId);
		return this.client;
	}

	final PahoClient connect(String version, PahoClient.Application application) throws Exception {
		create(version);
		this.client.call(application);
		this.client.connect(60);
		return this.client;
	}

	private void closeClient() throws Exception {
		if (this.client != null) {
			this.client.disconnect();
			this.client.close();
		}
	}

	/** Publish by another client, in order. */
	final void publish(int qos, byte[] payload, String... topics) throws Exception {
		try (MqttClient publisher = new MqttClient(broker.uri(), "publisher", new MemoryPersistence())) {
			publisher.connect();
			for (String topic : topics) {
				publisher.publish(topic, payload, qos, false);
			}
			publisher.disconnect();
		}
	}

	final String brokerUri() {
		return broker.uri();
	}

}
