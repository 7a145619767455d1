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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.MqttPersistable;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
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
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link SessionMqttClientPersistence}, against a real Redis.
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

	@Test
	void whenRecordsAreStoredThenKeysGetAndContainsSeeThem() throws Exception {
		this.persistence.open("client", URI);
		put("s-2");
		put("s-1");
		assertThat(keys()).containsExactly("s-1", "s-2");
		assertThat(this.persistence.containsKey("s-1")).isTrue();
		this.persistence.remove("s-1");
		assertThat(this.persistence.containsKey("s-1")).isFalse();
		this.persistence.clear();
		assertThat(keys()).isEmpty();
		assertThat(this.redis.exists(HASH)).isFalse();
	}

	@Test
	void whenOpenedTwiceThenStaysAsItIs() throws Exception {
		this.persistence.open("client", URI);
		put("s-1");
		this.persistence.open("client", URI);
		assertThat(keys()).containsExactly("s-1");
	}

	@Test
	void whenClosedTwiceOrWithoutOpenThenNothingHappens() throws Exception {
		this.persistence.close();
		this.persistence.open("client", URI);
		put("s-1");
		this.persistence.close();
		this.persistence.close();
		this.persistence.open("client", URI);
		assertThat(keys()).containsExactly("s-1");
		assertThat(this.redis.exists(HASH + ":lease")).isTrue();
	}

	@Test
	void whenClosedThenWhatPahosThreadsStillDoCounts() throws Exception {
		this.persistence.open("client", URI);
		put("s-1");
		this.persistence.close();
		this.persistence.remove("s-1");
		Await.until("the record is removed", () -> !this.redis.hexists(HASH, "s-1"));
		put("s-2");
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-2");
	}

	@Test
	void whenCalledBeforeOpenThenSaysSo() {
		List<ThrowingCallable> calls = List.of(() -> put("s-1"), () -> this.persistence.get("s-1"),
				() -> this.persistence.remove("s-1"), () -> this.persistence.keys(), () -> this.persistence.clear(),
				() -> this.persistence.containsKey("s-1"));
		for (ThrowingCallable call : calls) {
			assertThat(catchThrowableOfType(MqttPersistenceException.class, call)).hasMessageContaining("never opened")
				.hasCauseInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void whenSecondClientOpensTheSameInstanceThenIsRefused() throws Exception {
		this.persistence.open("client", URI);
		put("s-1");
		for (var other : List.of(List.of("client-2", URI), List.of("client", "tcp://other:1883"))) {
			MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class,
					() -> this.persistence.open(other.get(0), other.get(1)));
			assertThat(ex.getReasonCode()).isEqualTo((int) MqttPersistenceException.REASON_CODE_PERSISTENCE_IN_USE);
			assertThat(ex).hasMessageContaining("a persistence of its own").hasCauseInstanceOf(Exception.class);
		}
		this.persistence.open("client", URI);
		assertThat(keys()).containsExactly("s-1");
	}

	@Test
	void whenAnotherProcessOwnsTheSessionThenOpenNamesIt() throws Exception {
		this.persistence.open("client", URI);
		SessionMqttClientPersistence other = persistence(this.stores
			.start(new io.github.mqttredis.redis.StoreSettings("test", RedisStores.SETTINGS.writeTimeout(),
					RedisStores.SETTINGS.leaseTtl(), java.time.Duration.ZERO)));
		MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class,
				() -> other.open("client", URI));
		assertThat(ex.getReasonCode()).isEqualTo((int) MqttPersistenceException.REASON_CODE_PERSISTENCE_IN_USE);
		assertThat(ex).hasMessageContaining("process " + ProcessHandle.current().pid())
			.hasMessageContaining("client id");
	}

	@Test
	void whenRecordIsMissingThenGetFailsWithoutNull() throws Exception {
		this.persistence.open("client", URI);
		assertThat(catchThrowableOfType(MqttPersistenceException.class, () -> this.persistence.get("s-1")))
			.hasMessageContaining("s-1");
	}

	@Test
	void whenKeyIsNotPahosThenPutFailsWithItsOwnException() throws Exception {
		this.persistence.open("client", URI);
		assertThat(catchThrowableOfType(MqttPersistenceException.class, () -> put("nonsense")))
			.hasMessageContaining("nonsense");
	}

	@Test
	void whenRedisIsAwayThenPutFailsWithReasonAndNothingElseDoes() throws Exception {
		this.persistence.open("client", URI);
		put("s-1");
		server.kill();
		try {
			MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class, () -> put("s-2"));
			assertThat(ex).hasMessageContaining("Redis").hasCauseInstanceOf(Exception.class);
			catchThrowableOfType(MqttPersistenceException.class, () -> this.persistence.clear());
			this.persistence.open("client", URI);
			this.persistence.remove("s-1");
			assertThat(keys()).isEmpty();
			this.persistence.close();
		}
		finally {
			server.restart();
		}
		Await.until("puts succeed again", () -> {
			try {
				put("s-3");
				return true;
			}
			catch (MqttException ex) {
				return false;
			}
		});
	}

	@Test
	void whenBrokerHasANameThenAddressDoesNotCount() throws Exception {
		RedisSessionStore store = this.stores.start();
		SessionMqttClientPersistence named = new SessionMqttClientPersistence(store, "plant-7");
		named.open("client", URI);
		named.put("s-1", record());
		named.open("client", "tcp://elsewhere:1883");
		assertThat(this.redis.hkeys("test:{client@plant-7}:v3")).containsExactly("s-1");
	}

	private void put(String key) throws MqttPersistenceException {
		this.persistence.put(key, record());
	}

	private static MqttPersistable record() {
		return new MqttPersistentData("any", new byte[] { 1, 2, 3 }, 0, 3, null, 0, 0);
	}

	private List<String> keys() throws MqttPersistenceException {
		return new ArrayList<>(Collections.list(this.persistence.keys()));
	}

	private record Record(String key, MqttPersistable value) {

	}

}
