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

package io.github.mqttredis.paho.v5;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.internal.MqttPersistentData;
import org.eclipse.paho.mqttv5.client.persist.MqttDefaultFilePersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttPersistable;
import org.eclipse.paho.mqttv5.common.MqttPersistenceException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttPubRel;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for how {@link SessionMqttClientPersistence} encodes records, against a real
 * Redis.
 */
class SessionMqttClientPersistenceTests {

	private static final String URI = "tcp://broker:1883";

	private static final String HASH = "test:{client@" + URI + "}:v5";

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
		return new SessionMqttClientPersistence(store, URI, null);
	}

	@Test
	void whenRecordsArePutThenValuesAreThoseOfPahosFileStore(@TempDir Path directory) throws Exception {
		MqttDefaultFilePersistence files = new MqttDefaultFilePersistence(directory.toString());
		files.open("client");
		this.persistence.open("client");
		MqttMessage message = new MqttMessage(new byte[] { 0, 1, (byte) 0xff, '\r', '\n' });
		message.setQos(2);
		message.setRetained(true);
		MqttPublish publish = new MqttPublish("a/ä/b", message, properties());
		publish.setMessageId(7);
		MqttPubRel pubrel = new MqttPubRel(MqttReturnCode.RETURN_CODE_PACKET_ID_NOT_FOUND, 7, reason());
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

	/**
	 * What a message carries in MQTT 5. A topic alias holds for one connection only, and
	 * Paho leaves it out of what it stores.
	 */
	private static MqttProperties properties() {
		MqttProperties properties = new MqttProperties();
		properties.setMessageExpiryInterval(3600L);
		properties.setPayloadFormat(true);
		properties.setContentType("text/plain");
		properties.setResponseTopic("answer/ü");
		properties.setCorrelationData(new byte[] { 0, (byte) 0x80, 7 });
		properties.setUserProperties(List.of(new UserProperty("k", "1"), new UserProperty("k", "ü")));
		properties.setTopicAlias(4);
		return properties;
	}

	private static MqttProperties reason() {
		MqttProperties properties = new MqttProperties();
		properties.setReasonString("gone");
		properties.setUserProperties(List.of(new UserProperty("a", "b")));
		return properties;
	}

	@Test
	void whenRecordsAreReadByASuccessorThenPropertiesAndReasonCodesAreThere() throws Exception {
		this.persistence.open("client");
		MqttMessage message = new MqttMessage("m".getBytes());
		message.setQos(2);
		MqttPublish publish = new MqttPublish("a", message, properties());
		publish.setMessageId(7);
		this.persistence.put("s-7", publish);
		this.persistence.put("sc-7", new MqttPubRel(MqttReturnCode.RETURN_CODE_PACKET_ID_NOT_FOUND, 7, reason()));
		SessionMqttClientPersistence successor = persistence(this.stores.startSuccessor());
		successor.open("client");
		MqttPublish restored = (MqttPublish) MqttWireMessage.createWireMessage(successor.get("s-7"));
		MqttProperties expected = properties();
		assertThat(restored.getProperties().getMessageExpiryInterval()).isEqualTo(3600L);
		assertThat(restored.getProperties().getUserProperties()).isEqualTo(expected.getUserProperties());
		assertThat(restored.getProperties().getCorrelationData()).isEqualTo(expected.getCorrelationData());
		assertThat(restored.getProperties().getResponseTopic()).isEqualTo("answer/ü");
		assertThat(restored.getProperties().getContentType()).isEqualTo("text/plain");
		assertThat(restored.getProperties().getPayloadFormat()).isTrue();
		assertThat(restored.getProperties().getTopicAlias()).isNull();
		assertThat(publish.getProperties().getTopicAlias()).isEqualTo(4);
		MqttPubRel pubrel = (MqttPubRel) MqttWireMessage.createWireMessage(successor.get("sc-7"));
		assertThat(pubrel.getReturnCode()).isEqualTo(MqttReturnCode.RETURN_CODE_PACKET_ID_NOT_FOUND);
		assertThat(pubrel.getProperties().getReasonString()).isEqualTo("gone");
		assertThat(pubrel.getProperties().getUserProperties()).isEqualTo(reason().getUserProperties());
	}

	@Test
	void whenClientIdIsEmptyThenIsRefusedWithTheProperty() {
		assertThat(catchThrowableOfType(MqttException.class, () -> new MqttAsyncClient(URI, "", this.persistence)))
			.isInstanceOf(MqttPersistenceException.class)
			.hasMessageContaining("mqtt.client.client-id")
			.hasCauseInstanceOf(IllegalStateException.class);
		assertThat(this.redis.keys("*")).isEmpty();
	}

	private record Record(String key, MqttPersistable value) {

	}

}
