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

package io.github.mqttredis.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.AbstractSessionStoreContractTests;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.InspectableStore;
import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionListener;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every Redis client has to make true of a {@link RedisSessionStore}, against a real
 * server: the contract of a session store, and what is about Redis.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractSessionStoreTests extends AbstractSessionStoreContractTests {

	private static final String HASH = "test:{client-1@tcp://broker:1883}:v3";

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.millis(1500), Load.millis(1500),
			Load.millis(500));

	@SharedServer
	private static RedisServer server;

	private final List<RedisSessionStore> stores = new ArrayList<>();

	private RedisConnectionFactory factory;

	private Jedis redis;

	@BeforeEach
	void connect() {
		this.redis = server.connect();
		this.redis.flushAll();
		this.redis.configSet("maxmemory", "0");
		this.factory = connectionFactory(server.port());
	}

	@AfterEach
	void stop() throws Exception {
		this.stores.forEach(RedisSessionStore::stop);
		((DisposableBean) this.factory).destroy();
		this.redis.close();
	}

	/**
	 * Make a factory as an application has it.
	 * @param port where Redis listens
	 * @return the factory, started
	 */
	abstract RedisConnectionFactory connectionFactory(int port);

	private RedisSessionStore store() {
		return store(SETTINGS);
	}

	private RedisSessionStore store(StoreSettings settings) {
		RedisSessionStore store = new RedisSessionStore(this.factory, settings);
		this.stores.add(store);
		store.start();
		return store;
	}

	@Override
	protected InspectableStore start(boolean takeover, Duration acquireTimeout, SessionListener listener) {
		StoreSettings settings = new StoreSettings("test", SETTINGS.writeTimeout(), SETTINGS.leaseTtl(), acquireTimeout,
				takeover ? OnConflict.TAKEOVER : OnConflict.WAIT, OnOutage.REJECT, Durability.BEFORE_RETURN);
		RedisSessionStore store = new RedisSessionStore(this.factory, settings, List.of(listener));
		this.stores.add(store);
		store.start();
		return store;
	}

	@Override
	protected void stop(InspectableStore store) {
		((RedisSessionStore) store).stop();
	}

	@Override
	protected void startAgain(InspectableStore store) {
		((RedisSessionStore) store).start();
	}

	@Test
	void whenMoreWaitsThanIsInMemoryAndRedisKeepsNothingOnDiskThenThatIsSaidAtTheStart(CapturedOutput output)
			throws Exception {
		StoreSettings narrow = SETTINGS.withQueueWindow(100);
		RedisSessionStore first = store(narrow);
		MessageQueue queue = first.open(ID).queue();
		// More than is read at a time.
		for (int i = 1; i < 4000; i++) {
			queue.append(Packets.publish(0, 1, "x".repeat(80)), 0);
		}
		queue.awaitStored(queue.append(Packets.publish(0, 1, "last"), 0));
		first.stop();
		store(narrow).open(ID);
		assertThat(output).contains("4000 messages wait in Redis", "mqtt.persistence.offline-buffer.window",
				"Set appendonly to yes");
		this.stores.get(1).stop();
		this.redis.configSet("appendonly", "yes");
		try {
			int said = output.getAll().length();
			store(narrow).open(ID);
			assertThat(output.getAll().substring(said)).doesNotContain("messages wait in Redis");
		}
		finally {
			this.redis.configSet("appendonly", "no");
		}
	}

	/**
	 * What the first client is told that it has stored, the second one sends.
	 */
	@Test
	void whenAnotherClientOpensTheSessionThenItHasAllThatTheFirstOneStored() throws Exception {
		RedisSessionStore store = store(
				new StoreSettings("test", Await.LIMIT, Await.LIMIT, Duration.ZERO).with(Durability.BEFORE_SEND));
		for (int round = 0; round < 100; round++) {
			Session first = store.open(ID);
			first.guarded();
			AtomicInteger stored = new AtomicInteger();
			Thread client = new Thread(() -> {
				try {
					while (stored.get() < 60_000) {
						first.put("s-" + (stored.get() + 1), Packets.of("s-" + (stored.get() + 1), "a"));
						stored.incrementAndGet();
					}
				}
				catch (SessionException ex) {
					// The other one has it.
				}
			}, "client");
			client.start();
			Await.until("it stores", () -> stored.get() > 0);
			Session second = store.open(ID);
			int found = second.keys().size();
			client.join(Await.MILLIS);
			assertThat(client.isAlive()).as("stores in another's session").isFalse();
			assertThat(found).as("records, round %d", round).isEqualTo(stored.get());
			second.clear();
			store.release(second);
		}
	}

	/**
	 * As a client does that is closed while it tries to connect.
	 */
	@Test
	void whenSessionIsGivenBackWhileItsClientConnectsThenItsLeaseIsNotTakenAgain() throws Exception {
		RedisSessionStore store = store();
		for (int i = 0; i < 200; i++) {
			Session session = store.open(ID);
			CountDownLatch connecting = new CountDownLatch(1);
			Thread client = new Thread(() -> {
				try {
					while (true) {
						session.confirmOwned();
						connecting.countDown();
					}
				}
				catch (SessionException ex) {
					// It was given back.
				}
			}, "client");
			client.start();
			assertThat(connecting.await(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
			store.release(session);
			client.join(Await.MILLIS);
			assertThat(client.isAlive()).as("tries to connect with what was given back").isFalse();
			assertThat(this.redis.exists(HASH + ":lease")).as("lease after %d times", i).isFalse();
		}
	}

	@Test
	void whenRecordIsPutThenRedisHoldsItsBytesOnReturn() throws Exception {
		Session session = store().open(ID);
		byte[] record = new byte[300];
		for (int i = 0; i < record.length; i++) {
			record[i] = (byte) i;
		}
		session.put("s-1", record);
		assertThat(this.redis.hgetAll(HASH.getBytes(StandardCharsets.UTF_8)).values()).containsExactly(record);
		assertThat(session.get("s-1")).isEqualTo(record);
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-1");
	}

	private static String hash(MqttVersion version) {
		return "test:{client-1@tcp://broker:1883}:" + version.suffix();
	}

	@Test
	void whenSessionIsLargeThenIsLoadedInFewRoundTrips() throws Exception {
		Map<byte[], byte[]> records = new HashMap<>();
		for (int id = 1; id <= 60_000; id++) {
			records.put(bytes("s-" + id), Packets.publish(id, 1, "x".repeat(200)));
		}
		this.redis.hset(bytes(HASH), records);
		this.redis.configResetStat();
		Session session = store().open(ID);
		assertThat(session.keys()).hasSize(60_000).startsWith("s-1", "s-2");
		long commands = calls("hmget") + calls("hkeys") + calls("hgetall") + calls("hscan") + calls("hget");
		assertThat(commands).isBetween(2L, 60L);
	}

	private long calls(String command) {
		for (String line : this.redis.info("commandstats").split("\r\n")) {
			if (line.startsWith("cmdstat_" + command + ":calls=")) {
				return Long.parseLong(line.replaceAll("^[^=]*=(\\d+),.*", "$1"));
			}
		}
		return 0;
	}

	@Test
	void whenOwnerLivesThenLeaseOutlivesItsTime() throws Exception {
		store().open(ID);
		String token = this.redis.get(HASH + ":lease");
		String mark = this.redis.get(HASH + ":mark");
		await(() -> !mark.equals(this.redis.get(HASH + ":mark")));
		assertThat(this.redis.get(HASH + ":lease")).isEqualTo(token);
		assertThat(this.redis.pttl(HASH + ":lease")).isGreaterThan(1000);
	}

	@Test
	void whenTheClockOfRedisWasSetBackThenTheLeaseOfADeadOwnerIsNoLonger() throws Exception {
		RedisSessionStore dead = store();
		dead.open(ID);
		String token = this.redis.get(HASH + ":lease");
		dead.stop();
		// The end of a lease is a time of day: to Redis it is a day away now.
		this.redis.set(HASH + ":lease", token, SetParams.setParams().ex(TimeUnit.DAYS.toSeconds(1)));
		StoreSettings patient = new StoreSettings("test", SETTINGS.writeTimeout(), SETTINGS.leaseTtl(),
				Load.seconds(20));
		assertThat(store(patient).open(ID)).isNotNull();
	}

	@Test
	void whenAMessageIsSetAsideThenItIsKeptWithItsReasonAndTheRestGoesOn() throws Exception {
		RedisSessionStore store = store();
		Session session = store.open(ID);
		byte[] record = Packets.of("s-1", "a");
		session.put("s-1", record);
		session.put("s-2", Packets.of("s-2", "b"));
		session.setAside("s-1", 3, "too large");
		Map<byte[], byte[]> quarantine = this.redis.hgetAll(bytes(HASH + ":quarantine"));
		assertThat(quarantine).hasSize(1).allSatisfy((name, value) -> {
			SetAside note = SetAside.parse(new String(name, StandardCharsets.ISO_8859_1));
			assertThat(note.record()).isEqualTo("s-1");
			assertThat(note.attempts()).isEqualTo(3);
			assertThat(note.reason()).isEqualTo("too large");
			assertThat(value).isEqualTo(record);
		});
		assertThat(session.contains("s-1")).isFalse();
		// As Paho does, and then uses the packet id again.
		session.remove("s-1");
		session.put("s-1", Packets.of("s-1", "c"));
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-2");
		assertThat(session.status().state()).isEqualTo(SessionState.OWNER);
		assertThat(store.activity().get(ID).count(Event.RESYNC)).isZero();
		assertThat(store.activity().get(ID).count(Event.MESSAGE_UNDELIVERABLE)).isEqualTo(1);
		store(Application.THIEF).open(ID);
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> session.setAside("s-2", 3, "x"));
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-2");
	}

	@Test
	void whenRedisDoesNotAnswerThenAMessageThatIsToBeSetAsideIsNotLost() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		server.pause();
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.setAside("s-1", 3, "too large"));
		server.resume();
		// The command may land late, and does or does not count then.
		Await.until("it is set aside", () -> {
			try {
				session.setAside("s-1", 3, "too large");
				return true;
			}
			catch (SessionUnavailableException ex) {
				return false;
			}
		});
		assertThat(session.contains("s-1")).isFalse();
		assertThat(this.redis.exists(HASH)).isFalse();
		assertThat(this.redis.hvals(bytes(HASH + ":quarantine"))).isNotEmpty()
			.allSatisfy((record) -> assertThat(record).isEqualTo(Packets.of("s-1", "a")));
	}

	@Test
	void whenRedisForgetsATakeoverThenLastOwnerGoesOnAndFormerIsFenced() throws Exception {
		StoreSettings settings = new StoreSettings("test", Load.millis(1500), Duration.ofMinutes(1), Duration.ZERO,
				OnConflict.TAKEOVER, OnOutage.REJECT, Durability.BEFORE_RETURN);
		Session former = store(settings).open(ID);
		former.put("s-1", Packets.of("s-1", "a"));
		String mark = this.redis.get(HASH + ":mark");
		String lease = this.redis.get(HASH + ":lease");
		Session last = store(settings).open(ID);
		last.put("s-2", bytes("b"));
		try (AbstractTransaction transaction = this.redis.multi()) {
			transaction.set(HASH + ":mark", mark);
			transaction.set(HASH + ":lease", lease);
			transaction.hdel(HASH, "s-2");
			transaction.exec();
		}
		last.put("s-3", bytes("c"));
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-2", "s-3");
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> former.put("s-4", bytes("d")));
		assertThat(former.status().state()).isEqualTo(SessionState.FENCED);
		Await.until("all is written back", () -> last.status().state() == SessionState.OWNER);
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-2", "s-3");
	}

	@ParameterizedTest
	@EnumSource(MqttVersion.class)
	void whenFieldIsNoRecordThenGoesToQuarantineAndTheRestIsRestored(MqttVersion version) throws Exception {
		String hash = hash(version);
		this.redis.hset(bytes(hash), bytes("s-1"), Packets.of("s-1", "a", version));
		this.redis.hset(bytes(hash), bytes("s-5"), Packets.of("s-6", "of another packet id", version));
		this.redis.hset(hash, Map.of("noise", "x", "s-2", "", "s-70000", "y", "sc-1", "b"));
		Session session = store().open(id(version));
		assertThat(session.keys()).containsExactly("s-1");
		assertThat(session.status().quarantined()).isEqualTo(5);
		assertThat(this.redis.hgetAll(hash + ":quarantine")).containsOnlyKeys("noise", "s-2", "s-70000", "s-5", "sc-1")
			.containsEntry("s-70000", "y");
		session.put("s-3", bytes("b"));
		assertThat(this.redis.hkeys(hash)).containsExactlyInAnyOrder("s-1", "s-3");
	}

	@ParameterizedTest
	@EnumSource(MqttVersion.class)
	void whenBufferedMessageCannotBeStoredThenIsKeptWhereItsPahoKeepsIt(MqttVersion version) throws Exception {
		Session session = store().open(id(version));
		this.redis.configSet("maxmemory", "1");
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("sb-1", bytes("a")));
		// Paho 3 lets publish fail; Paho 5 swallows the failure, and sends the message.
		assertThat(session.contains("sb-1")).isEqualTo(version == MqttVersion.V5);
		this.redis.configSet("maxmemory", "0");
		session.put("s-2", bytes("b"));
		await(() -> this.redis.hkeys(hash(version)).contains("sb-1") == (version == MqttVersion.V5));
	}

	@Test
	void whenRedisLosesEverythingThenMirrorIsWrittenBack() throws Exception {
		Session session = store().open(ID);
		for (int id = 1; id <= 2500; id++) {
			session.put("s-" + id, bytes("record " + id));
		}
		this.redis.flushAll();
		await(() -> this.redis.hlen(HASH) == 2500);
		session.put("s-2501", bytes("more"));
		await(() -> this.redis.hlen(HASH) == 2501 && session.status().state() == SessionState.OWNER);
	}

	@Test
	void whenOnlyTheHashIsLostThenMirrorIsWrittenBack() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", bytes("a"));
		session.put("s-2", bytes("b"));
		this.redis.del(HASH);
		session.put("s-3", bytes("c"));
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-1", "s-2", "s-3")));
	}

	@Test
	void whenRedisIsFullThenPutFailsRemovalsGoOnAndItRecovers() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", bytes("a"));
		session.put("s-2", bytes("b"));
		this.redis.configSet("maxmemory", "1");
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("s-3", bytes("c")))
			.withMessageContaining("maxmemory");
		assertThat(session.contains("s-3")).isFalse();
		assertThat(session.status().state()).isEqualTo(SessionState.DEGRADED);
		session.remove("s-1");
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-2")));
		this.redis.configSet("maxmemory", "0");
		session.put("s-4", bytes("d"));
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-2", "s-4");
		await(() -> session.status().state() == SessionState.OWNER);
	}

	@Test
	void whenRedisRefusesAPublishThenItIsKeptAndThoseAfterItAreRefusedAtOnce() throws Exception {
		Session session = store().open(ID);
		session.guarded();
		this.redis.configSet("maxmemory", "1");
		assertThat(session.beginPublish()).isTrue();
		assertThat(session.beginPublish()).as("in the same thread").isFalse();
		session.put("s-1", bytes("a"));
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.endPublish(true))
			.withMessageContaining("maxmemory");
		session.beginPublish();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("s-2", bytes("b")));
		session.endPublish(false);
		assertThat(session.keys()).containsExactly("s-1");
		this.redis.configSet("maxmemory", "0");
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-1")));
		await(() -> session.status().state() == SessionState.OWNER);
		session.beginPublish();
		session.put("s-3", bytes("c"));
		session.endPublish(true);
		assertThat(this.redis.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-3");
	}

	@Test
	void whenReceivedMessageCannotBeStoredThenItIsForgotten() throws Exception {
		Session session = store().open(ID);
		session.guarded();
		this.redis.configSet("maxmemory", "1");
		session.put("r-1", bytes("a"));
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.awaitPuts(RecordKey.require("r-1"), () -> false));
		assertThat(session.contains("r-1")).isFalse();
		this.redis.configSet("maxmemory", "0");
		await(() -> session.status().state() == SessionState.OWNER);
		assertThat(this.redis.exists(HASH)).isFalse();
	}

	@Test
	void whenRecordIsStoredThenItsPacketDoesNotWaitForLaterOnes() throws Exception {
		Session session = store().open(ID);
		session.guarded();
		session.put("s-1", bytes("a"));
		session.awaitPuts(null, () -> false);
		server.pause();
		try {
			session.beginPublish();
			session.put("s-2", bytes("b"));
			session.awaitPuts(RecordKey.require("s-1"), () -> false);
			assertThatExceptionOfType(SessionUnavailableException.class)
				.isThrownBy(() -> session.awaitPuts(RecordKey.require("s-2"), () -> false));
			session.endPublish(false);
		}
		finally {
			server.resume();
		}
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-1", "s-2")));
		await(() -> isStored(session, "s-2"));
	}

	private static boolean isStored(Session session, String key) {
		try {
			session.awaitPuts(RecordKey.require(key), () -> false);
			return true;
		}
		catch (SessionException ex) {
			return false;
		}
	}

	@Test
	void whenPubrelCannotBeStoredThenIsStoredLater() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", bytes("a"));
		// A full Redis takes it: it leads to a removal.
		this.redis.configSet("min-replicas-to-write", "1");
		try {
			assertThatExceptionOfType(SessionUnavailableException.class)
				.isThrownBy(() -> session.put("sc-1", bytes("b")));
			assertThat(session.contains("sc-1")).isTrue();
			assertThatExceptionOfType(SessionUnavailableException.class)
				.isThrownBy(() -> session.awaitPuts(null, () -> false));
		}
		finally {
			this.redis.configSet("min-replicas-to-write", "0");
		}
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-1", "sc-1")));
		session.awaitPuts(null, () -> false);
	}

	@Test
	void whenRedisIsPausedThenNoCallWaitsLongerThanTheTimeoutAndItRecovers() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", bytes("a"));
		server.pause();
		try {
			assertThatExceptionOfType(SessionUnavailableException.class)
				.isThrownBy(() -> session.put("s-2", bytes("b")));
			await(() -> session.status().state() == SessionState.DEGRADED);
			long started = System.nanoTime();
			assertThatExceptionOfType(SessionUnavailableException.class)
				.isThrownBy(() -> session.put("s-3", bytes("c")));
			session.remove("s-1");
			assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SETTINGS.writeTimeout());
		}
		finally {
			server.resume();
		}
		await(() -> session.status().state() == SessionState.OWNER);
		session.put("s-4", bytes("d"));
		assertThat(this.redis.hkeys(HASH)).containsExactly("s-4");
	}

	@Test
	void whenRedisIsKilledAndComesBackEmptyThenRecoversByItself() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", bytes("a"));
		server.kill();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("s-2", bytes("b")));
		server.restart();
		try (Jedis again = server.connect()) {
			await(() -> again.hkeys(HASH).equals(Set.of("s-1")));
			session.put("s-3", bytes("c"));
			assertThat(again.hkeys(HASH)).containsExactlyInAnyOrder("s-1", "s-3");
		}
	}

	@Test
	void whenBufferedMessageIsFlushedThenPutNeitherWaitsNorFails() throws Exception {
		Session session = store().open(ID);
		session.put("sb-1", bytes("a"));
		this.redis.configSet("maxmemory", "1");
		session.put("s-1", bytes("a"));
		session.remove("sb-1");
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.awaitPuts(null, () -> false));
		assertThat(this.redis.hkeys(HASH)).containsExactly("sb-1");
		this.redis.configSet("maxmemory", "0");
		await(() -> this.redis.hkeys(HASH).equals(Set.of("s-1")));
	}

	@Test
	void whenStoreIsStoppedThenLeaseIsGivenBackAndCallsSaySo() throws Exception {
		RedisSessionStore store = store();
		Session session = store.open(ID);
		session.put("s-1", bytes("a"));
		session.remove("s-1");
		store.stop();
		assertThat(this.redis.exists(HASH + ":lease")).isFalse();
		assertThat(this.redis.exists(HASH)).isFalse();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> session.put("s-2", bytes("b")))
			.withMessageContaining("stopped");
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> store.open(ID));
		store.start();
		assertThat(store.open(ID).keys()).isEmpty();
	}

	@Test
	void whenSessionIsOpenedThenIsListed() throws Exception {
		RedisSessionStore store = store();
		store.open(ID);
		assertThat(this.redis.zrange("test:sessions", 0, -1)).containsExactly(HASH);
		assertThat(store.sessions()).singleElement().satisfies((status) -> assertThat(status.id()).isEqualTo(ID));
		assertThat(store.server().facts().get("version")).asString().matches("(Valkey )?\\d+\\..*");
	}

	@Test
	void whenRecordsAreCountedThenTheSessionIsNotOwned() throws Exception {
		assertThat(store().countRecords(ID)).isZero();
		RedisSessionStore first = store();
		first.open(ID).put("s-1", Packets.of("s-1", "a"));
		first.stop();
		assertThat(store().countRecords(ID)).isEqualTo(1);
		assertThat(this.redis.exists(HASH + ":lease")).isFalse();
	}

	@Test
	void whenRedisIsUnreachableAtStartThenSaysWhere() {
		RedisConnectionFactory nowhere = connectionFactory(1);
		RedisSessionStore store = new RedisSessionStore(nowhere, SETTINGS);
		assertThatExceptionOfType(RedisUnavailableException.class).isThrownBy(store::start)
			.withMessageContaining("127.0.0.1:1");
	}

	private static void await(BooleanSupplier condition) throws InterruptedException {
		long deadline = System.nanoTime() + Load.seconds(20).toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("condition not met in 20 s").isLessThan(deadline);
			Thread.sleep(5);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
