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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import io.github.mqttredis.testing.SharedServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link SessionPersistence} as both versions of Paho use it, against a real
 * Redis.
 */
@ParameterizedClass
@ValueSource(strings = { "v3", "v5" })
@ExtendWith(OutputCaptureExtension.class)
class SessionPersistenceTests {

	private static final String URI = "tcp://broker:1883";

	private static final int IN_USE = 32200;

	@SharedServer
	private static RedisServer server;

	private final String version;

	private final String hash;

	private RedisStores stores;

	private Jedis redis;

	private PahoPersistence paho;

	private SessionPersistence<?> persistence;

	SessionPersistenceTests(String version) {
		this.version = version;
		this.hash = "test:{client@" + URI + "}:" + version;
	}

	@BeforeEach
	void connect() {
		this.redis = server.connect();
		this.redis.flushAll();
		this.stores = new RedisStores(server);
		this.paho = persistence(this.stores.start());
		this.persistence = this.paho.persistence();
	}

	@AfterEach
	void disconnect() {
		this.stores.close();
		this.redis.close();
	}

	private PahoPersistence persistence(RedisSessionStore store) {
		return PahoPersistence.create(this.version, store, URI, null);
	}

	private void open() throws Exception {
		this.paho.open("client", URI);
	}

	private void put(String key) throws Exception {
		this.paho.put(key, new byte[] { 1, 2, 3 });
	}

	private List<String> keys() throws Exception {
		return new ArrayList<>(Collections.list(this.persistence.keys()));
	}

	private Exception failureOf(ThrowingCallable call) {
		return catchThrowableOfType(this.paho.failure(), call);
	}

	private static int reasonCode(Exception ex) {
		return (int) new DirectFieldAccessor(ex).getPropertyValue("reasonCode");
	}

	/**
	 * As Paho does with another server, or another version of MQTT, when the attempt ends
	 * that was under way.
	 */
	@Test
	void whenAClosedClientTriesOnceMoreThenItsSessionStaysGivenBack() throws Exception {
		this.persistence.withholdRecords();
		open();
		this.persistence.client().closed();
		assertThat(this.redis.exists(this.hash + ":lease")).isFalse();
		assertThat(failureOf(this::open)).hasMessageContaining("client").hasMessageContaining("closed");
		assertThat(this.redis.exists(this.hash + ":lease")).isFalse();
		// The next client.
		this.persistence.withholdRecords();
		open();
		assertThat(this.redis.exists(this.hash + ":lease")).isTrue();
	}

	@Test
	void whenACleanSessionRemovesRecordsThenTheirNumberIsSaid(CapturedOutput output) throws Exception {
		open();
		this.persistence.clear();
		assertThat(output).doesNotContain("were removed");
		put("s-1");
		put("s-2");
		this.persistence.clear();
		assertThat(output).contains("MQTT session client@" + URI + " (" + this.version
				+ "): 2 records were removed, because its client connects with a clean session");
	}

	@Test
	void whenRecordsAreStoredThenKeysGetAndContainsSeeThem() throws Exception {
		open();
		put("s-2");
		put("s-1");
		assertThat(keys()).containsExactly("s-1", "s-2");
		assertThat(this.paho.get("s-1")).containsExactly(1, 2, 3);
		assertThat(this.persistence.containsKey("s-1")).isTrue();
		this.persistence.remove("s-1");
		assertThat(this.persistence.containsKey("s-1")).isFalse();
		this.persistence.clear();
		assertThat(keys()).isEmpty();
		assertThat(this.redis.exists(this.hash)).isFalse();
	}

	@Test
	void whenOpenedTwiceThenStaysAsItIs() throws Exception {
		open();
		put("s-1");
		open();
		assertThat(keys()).containsExactly("s-1");
	}

	@Test
	void whenClosedTwiceOrWithoutOpenThenNothingHappens() throws Exception {
		this.persistence.close();
		open();
		put("s-1");
		this.persistence.close();
		this.persistence.close();
		open();
		assertThat(this.redis.exists(this.hash + ":lease")).isTrue();
	}

	@Test
	void whenClosedThenWhatPahosThreadsStillDoCounts() throws Exception {
		open();
		put("s-1");
		this.persistence.close();
		this.persistence.remove("s-1");
		Await.until("the record is removed", () -> !this.redis.hexists(this.hash, "s-1"));
		put("s-2");
		assertThat(this.redis.hkeys(this.hash)).containsExactly("s-2");
	}

	@Test
	void whenCalledBeforeOpenThenSaysSo() {
		List<ThrowingCallable> calls = List.of(() -> put("s-1"), () -> this.paho.get("s-1"),
				() -> this.persistence.remove("s-1"), this.persistence::keys, this.persistence::clear,
				() -> this.persistence.containsKey("s-1"));
		for (ThrowingCallable call : calls) {
			assertThat(failureOf(call)).hasMessageContaining("never opened")
				.hasCauseInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void whenSecondClientOpensTheSameInstanceThenIsRefused() throws Exception {
		open();
		put("s-1");
		assertRefused("client-2", URI);
		if (this.version.equals("v3")) {
			// Paho 5 does not tell the URI.
			assertRefused("client", "tcp://other:1883");
		}
		open();
		assertThat(keys()).containsExactly("s-1");
	}

	private void assertRefused(String clientId, String uri) {
		Exception ex = failureOf(() -> this.paho.open(clientId, uri));
		assertThat(reasonCode(ex)).isEqualTo(IN_USE);
		assertThat(ex).hasMessageContaining("its own persistence").hasCauseInstanceOf(Exception.class);
	}

	@Test
	void whenAnotherProcessOwnsTheSessionThenOpenNamesIt() throws Exception {
		open();
		PahoPersistence other = persistence(this.stores.start(new StoreSettings("test",
				RedisStores.SETTINGS.writeTimeout(), RedisStores.SETTINGS.leaseTtl(), java.time.Duration.ZERO)));
		Exception ex = failureOf(() -> other.open("client", URI));
		assertThat(reasonCode(ex)).isEqualTo(IN_USE);
		assertThat(ex).hasMessageContaining("process " + ProcessHandle.current().pid())
			.hasMessageContaining("client id");
	}

	@Test
	void whenRecordIsMissingThenGetFailsWithoutNull() throws Exception {
		open();
		assertThat(failureOf(() -> this.paho.get("s-1"))).hasMessageContaining("s-1");
	}

	@Test
	void whenKeyIsNotPahosThenPutFailsWithItsOwnException() throws Exception {
		open();
		assertThat(failureOf(() -> put("nonsense"))).hasMessageContaining("nonsense");
	}

	@Test
	void whenRedisIsAwayThenPutFailsWithReasonAndNothingElseDoes() throws Exception {
		open();
		put("s-1");
		server.kill();
		try {
			assertThat(failureOf(() -> put("s-2"))).hasMessageContaining("Redis").hasCauseInstanceOf(Exception.class);
			failureOf(this.persistence::clear);
			open();
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
			catch (Exception ex) {
				assertThat(ex).isInstanceOf(this.paho.failure());
				return false;
			}
		});
	}

	@Test
	void whenBrokerHasANameThenAddressDoesNotCount() throws Exception {
		RedisSessionStore store = this.stores.start();
		PahoPersistence named = PahoPersistence.create(this.version, store, URI, "plant-7");
		named.open("client", URI);
		// PUBLISH of QoS 1.
		named.put("s-1", new byte[] { 0x32, 6, 0, 1, 'a', 0, 1, 0 });
		named.open("client", "tcp://elsewhere:1883");
		PahoPersistence moved = PahoPersistence.create(this.version, store, "tcp://elsewhere:1883", "plant-7");
		moved.open("client", "tcp://elsewhere:1883");
		assertThat(moved.persistence().containsKey("s-1")).isTrue();
		assertThat(this.redis.hkeys("test:{client@plant-7}:" + this.version)).containsExactly("s-1");
	}

	@Test
	void whenUriHoldsSecretsThenTheyAreNotInTheKey() throws Exception {
		String uri = "ws://user:pw@broker:80/mqtt?token=1";
		PahoPersistence.create(this.version, this.stores.start(), uri, null).open("client", uri);
		assertThat(this.redis.keys("*")).contains("test:{client@ws://broker:80/mqtt}:" + this.version + ":lease")
			.noneMatch((key) -> key.contains("pw") || key.contains("token"));
	}

	/**
	 * A persistence of either version of Paho.
	 *
	 * @param persistence what both have
	 * @param opening opens it in the words of its version
	 * @param failure what it throws
	 */
	private record PahoPersistence(SessionPersistence<?> persistence, Opening opening,
			Class<? extends Exception> failure) {

		static PahoPersistence create(String version, RedisSessionStore store, String uri, String brokerId) {
			if (version.equals("v3")) {
				var v3 = new io.github.mqttredis.paho.v3.SessionMqttClientPersistence(store, brokerId);
				return new PahoPersistence(v3, v3::open, org.eclipse.paho.client.mqttv3.MqttPersistenceException.class);
			}
			var v5 = new io.github.mqttredis.paho.v5.SessionMqttClientPersistence(store, uri, brokerId);
			return new PahoPersistence(v5, (clientId, any) -> v5.open(clientId),
					org.eclipse.paho.mqttv5.common.MqttPersistenceException.class);
		}

		void open(String clientId, String uri) throws Exception {
			this.opening.open(clientId, uri);
		}

		void put(String key, byte[] record) throws Exception {
			this.persistence.put(key, () -> record);
		}

		byte[] get(String key) throws Exception {
			return this.persistence.record(key);
		}

	}

	@FunctionalInterface
	private interface Opening {

		void open(String clientId, String uri) throws Exception;

	}

}
