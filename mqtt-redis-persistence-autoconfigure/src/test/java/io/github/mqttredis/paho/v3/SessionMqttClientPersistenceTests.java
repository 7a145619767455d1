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

package io.github.mqttredis.paho.v3;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.internal.MqttPersistentData;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRec;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPubRel;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how {@link SessionMqttClientPersistence} encodes records, against a real
 * Redis.
 */
class SessionMqttClientPersistenceTests {

	private static final String URI = "tcp://broker:1883";

	private static final String HASH = "test:{client@" + URI + "}:v3";

	@SharedServer
	private static RedisServer server;

	private RedisStores stores;

	private Jedis redis;

	private SessionMqttClientPersistence persistence;

	@BeforeEach
	void connect() {
		this.redis = server.connect();
		this.redis.flushAll();
		this.stores = new RedisStores(server);
		this.persistence = persistence(this.stores.start());
	}

	@AfterEach
	void disconnect() {
		this.stores.close();
		this.redis.close();
	}

	private static SessionMqttClientPersistence persistence(RedisSessionStore store) {
		return new SessionMqttClientPersistence(store, null);
	}

	@Test
	void whenRecordsArePutThenValuesAreThoseOfPahosFileStore(@TempDir Path directory) throws Exception {
		MqttDefaultFilePersistence files = new MqttDefaultFilePersistence(directory.toString());
		files.open("client", URI);
		this.persistence.open("client", URI);
		MqttMessage message = new MqttMessage(new byte[] { 0, 1, (byte) 0xff, '\r', '\n' });
		message.setQos(2);
		message.setRetained(true);
		MqttPublish publish = new MqttPublish("a/ä/b", message);
		publish.setMessageId(7);
		MqttPubRel pubrel = new MqttPubRel(new MqttPubRec(publish));
		MqttPersistable sliced = new MqttPersistentData("r-9", "xxheaderxx".getBytes(), 2, 6, "yypayloady".getBytes(),
				2, 7);
		for (var record : List.of(new Record("s-7", publish), new Record("sc-7", pubrel), new Record("r-9", sliced))) {
			files.put(record.key(), record.value());
			this.persistence.put(record.key(), record.value());
		}
		try (var found = Files.walk(directory)) {
			List<Path> stored = found.filter((file) -> file.toString().endsWith(".msg")).toList();
			assertThat(stored).hasSize(3);
			for (Path file : stored) {
				String key = file.getFileName().toString().replace(".msg", "");
				assertThat(this.redis.hget(HASH.getBytes(), key.getBytes())).as(key)
					.isEqualTo(Files.readAllBytes(file));
				assertThat(this.persistence.get(key).getHeaderBytes()).isEqualTo(files.get(key).getHeaderBytes());
				assertThat(this.persistence.get(key).getPayloadBytes()).isNull();
			}
		}
		files.close();
	}

	private record Record(String key, MqttPersistable value) {

	}

}
