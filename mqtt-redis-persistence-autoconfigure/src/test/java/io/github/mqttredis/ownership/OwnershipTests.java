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

package io.github.mqttredis.ownership;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttPersistenceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * One owner of a session: who gets it when, and what becomes of the one who had it. Where
 * a process has to die or to stop, it is a process.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnershipTests {

	private static final Duration LONG = Load.seconds(60);

	private static final Duration SHORT = Load.millis(1500);

	private static final String FOREIGN = "elsewhere|4711|1700000000000|other-boot/pid:[1]/root|some-random|60000";

	private static final int CONNECT = 1;

	private static final int PUBLISH = 3;

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	private String clientId;

	private String hash;

	private Jedis redis;

	private Subscriber subscriber;

	@BeforeEach
	void start(TestInfo test) throws Exception {
		this.clientId = test.getTestMethod().orElseThrow().getName();
		this.hash = Application.hash(this.clientId);
		this.redis = server.connect();
		this.redis.flushAll();
		this.subscriber = Subscriber.to(broker, this.clientId);
	}

	@AfterEach
	void stop() {
		this.subscriber.close();
		this.redis.close();
	}

	private static StoreSettings settings(Duration leaseTtl, OnConflict onConflict) {
		return new StoreSettings("test", Load.seconds(1), leaseTtl, Load.seconds(20), onConflict, OnOutage.REJECT,
				Durability.BEFORE_RETURN);
	}

	private Application application(Duration leaseTtl) throws MqttException {
		return Application.start(this.clientId, server, broker, settings(leaseTtl, OnConflict.WAIT));
	}

	private Application usurper() throws MqttException {
		return Application.start(this.clientId, server, broker, settings(LONG, OnConflict.TAKEOVER));
	}

	private OwnerChild child(FaultyLink link, Duration leaseTtl) throws Exception {
		return OwnerChild.start(server.port(), link.uri(), this.clientId, leaseTtl);
	}

	private static Duration since(long start) {
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private void assertDelivered(String... payloads) {
		Await.until("all is delivered", () -> this.subscriber.received().keySet().containsAll(List.of(payloads)));
		Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
		this.subscriber.assertNoDuplicates();
	}

	// Who gets it when

	@Test
	void whenOwnerStopsGracefullyThenSuccessorOwnsAtOnce() throws Exception {
		try (Application first = application(LONG)) {
			first.connect();
			first.client().disconnect().waitForCompletion(Await.MILLIS);
			first.store().stop();
			assertThat(this.redis.exists(this.hash + ":lease")).isFalse();
			long start = System.nanoTime();
			try (Application second = application(LONG)) {
				assertThat(since(start)).isLessThan(Load.seconds(5));
				assertThat(second.state()).isEqualTo(SessionState.OWNER);
			}
		}
	}

	@Test
	void whenOwnerProcessStopsGracefullyThenSuccessorOwnsAtOnce() throws Exception {
		try (FaultyLink link = FaultyLink.to(broker.uri()); OwnerChild child = child(link, LONG)) {
			assertThat(child.ask("connect")).isEqualTo("done");
			assertThat(child.ask("stop")).isEqualTo("done");
			long start = System.nanoTime();
			try (Application second = application(LONG)) {
				assertThat(since(start)).isLessThan(Load.seconds(5));
				assertThat(second.state()).isEqualTo(SessionState.OWNER);
			}
		}
	}

	@Test
	void whenDeadOwnerCannotBeProvedDeadThenSuccessorWaitsForItsLeaseToEnd() throws Exception {
		this.redis.set(this.hash + ":lease", FOREIGN, SetParams.setParams().px(SHORT.toMillis()));
		this.redis.hset(this.hash.getBytes(), "s-1".getBytes(), Packets.publish(1, 2, "kept"));
		long start = System.nanoTime();
		try (Application successor = application(SHORT)) {
			assertThat(since(start)).isBetween(SHORT.minusMillis(100), SHORT.plusSeconds(5));
			assertThat(successor.status().size()).isEqualTo(1);
		}
	}

	@Test
	void whenLiveOwnerGoesOnThenOpenFailsAndNamesIt() throws Exception {
		this.redis.set(this.hash + ":lease", FOREIGN, SetParams.setParams().px(LONG.toMillis()));
		StoreSettings impatient = new StoreSettings("test", Load.seconds(1), SHORT, Load.millis(300));
		MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class,
				() -> Application.start(this.clientId, server, broker, impatient));
		assertThat(ex.getReasonCode()).isEqualTo((int) MqttPersistenceException.REASON_CODE_PERSISTENCE_IN_USE);
		assertThat(ex).hasMessageContaining("process 4711 on elsewhere").hasMessageContaining("ms");
		assertThat(this.redis.get(this.hash + ":lease")).isEqualTo(FOREIGN);
	}

	@Test
	void whenOwnerProcessIsKilledOnThisHostThenSuccessorNeedNotWait() throws Exception {
		try (FaultyLink link = FaultyLink.to(broker.uri()); OwnerChild child = child(link, LONG)) {
			assertThat(child.ask("connect")).isEqualTo("done");
			link.holdRequests();
			assertThat(child.ask("publish kept-1-q2 2")).isEqualTo("done");
			assertThat(child.ask("publish kept-2-q1 1")).isEqualTo("done");
			child.kill();
			link.close();
			assertThat(this.redis.pttl(this.hash + ":lease")).isGreaterThan(30_000);
			long start = System.nanoTime();
			try (Application successor = application(LONG)) {
				assertThat(since(start)).isLessThan(Load.seconds(5));
				successor.connect();
				assertDelivered("kept-1-q2", "kept-2-q1");
			}
		}
	}

	@Test
	void whenTakeoverIsAskedForThenSessionIsTakenAtOnce() throws Exception {
		try (Application first = application(LONG)) {
			first.connect();
			first.brokerLink().holdRequests();
			first.publish("kept-q2", 2);
			long start = System.nanoTime();
			try (Application second = usurper()) {
				assertThat(since(start)).isLessThan(Load.seconds(5));
				second.connect();
				assertDelivered("kept-q2");
				assertThat(second.connectionsLost()).isZero();
			}
		}
	}

	// What becomes of the one who had it

	@Test
	void whenOwnerIsStoppedAcrossATakeoverAndResumedThenNeverReachesTheBrokerAgain() throws Exception {
		try (FaultyLink link = FaultyLink.to(broker.uri()); OwnerChild child = child(link, LONG)) {
			assertThat(child.ask("connect")).isEqualTo("done");
			link.holdAnswers();
			for (int i = 0; i < 10; i++) {
				assertThat(child.ask("publish kept-" + i + "-q2 2")).isEqualTo("done");
			}
			Await.until("they have arrived", () -> this.subscriber.received().size() == 10);
			child.stop();
			// Neither an acknowledgement nor a renewal tells the old owner what happened,
			// before it connects.
			link.cut();
			link.release();
			try (Application second = usurper().connect()) {
				Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
				int connacks = link.connacks();
				int published = link.sent(PUBLISH);
				String lease = this.redis.get(this.hash + ":lease");
				child.resume();
				Await.until("the old owner is fenced", () -> "FENCED".equals(child.ask("state")));
				assertThat(child.ask("health")).contains("DOWN", "process " + ProcessHandle.current().pid());
				assertThat(child.ask("publish refused-q2 2")).startsWith("failed");
				// Its reconnection has an attempt after 1 s, which ends it.
				second.publish("next-q2", 2);
				assertDelivered("next-q2");
				long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
				Await.until("time for two attempts has passed", () -> System.nanoTime() > end);
				assertThat(link.connacks()).isEqualTo(connacks);
				assertThat(link.sent(PUBLISH)).isEqualTo(published);
				assertThat(link.sent(CONNECT)).isEqualTo(1);
				assertThat(second.connectionsLost()).isZero();
				assertThat(second.client().isConnected()).isTrue();
				assertThat(this.redis.get(this.hash + ":lease")).isEqualTo(lease);
				assertThat(this.subscriber.received()).doesNotContainKey("refused-q2").hasSize(11);
				this.subscriber.assertNoDuplicates();
			}
		}
	}

	@Test
	void whenOwnerIsStoppedForLongerThanItsLeaseAndNobodyTookItThenGoesOn() throws Exception {
		try (FaultyLink link = FaultyLink.to(broker.uri()); OwnerChild child = child(link, SHORT)) {
			assertThat(child.ask("connect")).isEqualTo("done");
			assertThat(child.ask("publish before-q2 2")).isEqualTo("done");
			child.stop();
			Await.until("the lease has ended", () -> !this.redis.exists(this.hash + ":lease"));
			child.resume();
			// A command that was under way has timed out meanwhile, and the link may be
			// down
			// for a moment.
			AtomicInteger attempts = new AtomicInteger();
			Await.until("messages are accepted again",
					() -> "done".equals(child.ask("publish after-" + attempts.incrementAndGet() + "-q2 2")));
			assertDelivered("before-q2", "after-" + attempts + "-q2");
			Await.until("the lease is taken back", () -> this.redis.exists(this.hash + ":lease"));
			Await.until("it is the owner", () -> "OWNER".equals(child.ask("state")));
		}
	}

	@Test
	void whenFencedThenEveryWriteThrowsAndHealthNamesTheOwner() throws Exception {
		try (Application old = application(LONG)) {
			old.connect();
			try (Application second = usurper()) {
				second.connect();
				Await.until("the old owner is fenced", () -> old.state() == SessionState.FENCED || publishFails(old));
				RedisSessionStore store = old.store();
				assertThat(old.state()).isEqualTo(SessionState.FENCED);
				assertThat(old.health().getStatus()).isEqualTo(Status.DOWN);
				assertThat(old.health().getDetails().get("clients").toString()).contains("fenced",
						"owned by process " + ProcessHandle.current().pid());
				assertThat(store.sessions()).hasSize(1);
				Map<String, String> before = this.redis.hgetAll(this.hash);
				MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class,
						() -> old.client().connect(Application.options()).waitForCompletion(Await.MILLIS));
				assertThat(ex).as("open of a fenced owner").isNotNull();
				assertThat(ex.getReasonCode()).isEqualTo((int) MqttPersistenceException.REASON_CODE_PERSISTENCE_IN_USE);
				assertThat(this.redis.hgetAll(this.hash)).isEqualTo(before);
			}
		}
	}

	private static boolean publishFails(Application application) {
		try {
			application.publish("probe-q1", 1);
			return false;
		}
		catch (MqttException ex) {
			return application.state() == SessionState.FENCED;
		}
	}

	@Test
	void whenFencedThenPutClearAndOpenThrowAndRemoveChangesNothing() throws Exception {
		SessionId id = new SessionId(this.clientId, "broker", MqttVersion.V3);
		try (Application old = application(LONG)) {
			Session session = old.store().open(id);
			session.put("s-1", Packets.publish(1, 2, "kept"));
			try (Application second = usurper()) {
				assertThatExceptionOfType(SessionInUseException.class)
					.isThrownBy(() -> session.put("s-2", Packets.publish(2, 2, "refused")))
					.satisfies((ex) -> assertThat(ex.owner()).contains("process " + ProcessHandle.current().pid()));
				assertThatExceptionOfType(SessionInUseException.class).isThrownBy(session::clear);
				assertThatExceptionOfType(SessionInUseException.class).isThrownBy(session::resume);
				assertThatExceptionOfType(SessionInUseException.class).isThrownBy(session::confirmOwned);
				assertThatExceptionOfType(SessionInUseException.class)
					.isThrownBy(() -> session.put("sc-1", Packets.pubrel(1)));
				session.remove("s-1");
				assertThat(second.status().size()).isEqualTo(1);
				Await.until("the old owner is fenced", () -> old.state() == SessionState.FENCED);
				assertThat(this.redis.hkeys(this.hash)).containsExactly("s-1");
			}
		}
	}

	@Test
	void whenWriteIsDelayedAcrossATakeoverThenChangesNothingHoweverLate() throws Exception {
		SessionId id = new SessionId(this.clientId, "broker", MqttVersion.V3);
		try (Application old = application(SHORT)) {
			Session session = old.store().open(id);
			session.put("s-1", Packets.publish(1, 2, "kept"));
			old.redisLink().holdRequests();
			// Or it would come back, and do it all, before the other one takes over.
			old.redisLink().refuse();
			session.remove("s-1");
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> session.put("s-2", Packets.publish(2, 2, "refused")));
			try (Application second = usurper()) {
				assertThat(second.status().size()).isEqualTo(1);
				Map<String, String> before = this.redis.hgetAll(this.hash);
				String lease = this.redis.get(this.hash + ":lease");
				old.redisLink().release();
				Await.until("the late write has landed", () -> old.redisLink().lateAnswers() > 0);
				assertThat(this.redis.hgetAll(this.hash)).isEqualTo(before);
				assertThat(this.redis.get(this.hash + ":lease")).isEqualTo(lease);
				assertThat(second.state()).isEqualTo(SessionState.OWNER);
				second.connect();
				Await.until("nothing is in flight", () -> !this.redis.exists(this.hash));
			}
		}
	}

	// What does not disturb

	@Test
	void whenClientIdsOrBrokersDifferThenSessionsDoNotDisturbEachOther() throws Exception {
		try (Application one = application(LONG); Application other = usurper()) {
			RedisSessionStore store = other.store();
			Session differentId = store.open(new SessionId(this.clientId + "2", "broker", MqttVersion.V3));
			Session differentBroker = store.open(new SessionId(this.clientId, "broker2", MqttVersion.V3));
			Session same = other.store().open(new SessionId(this.clientId, "broker", MqttVersion.V3));
			differentId.put("s-1", Packets.publish(1, 1, "a"));
			differentBroker.put("s-1", Packets.publish(1, 1, "b"));
			differentId.clear();
			same.put("s-1", Packets.publish(1, 1, "c"));
			assertThat(this.redis.hlen(Application.hash(this.clientId + "2"))).isZero();
			assertThat(this.redis.hlen("test:{" + this.clientId + "@broker2}:v3")).isEqualTo(1);
			assertThat(this.redis.hlen(this.hash)).isEqualTo(1);
			assertThat(differentId.status().state()).isEqualTo(SessionState.OWNER);
			assertThat(differentBroker.status().state()).isEqualTo(SessionState.OWNER);
			assertThat(one.store().sessions()).hasSize(1);
		}
	}

	@Test
	void whenClientDisconnectsAndConnectsThenLeaseStaysAndNobodyElseGetsIn() throws Exception {
		try (Application owner = application(LONG)) {
			String lease = this.redis.get(this.hash + ":lease");
			assertThat(lease).isNotNull();
			String epoch = this.redis.get(this.hash + ":mark").split(":")[0];
			for (int i = 0; i < 3; i++) {
				owner.connect();
				owner.publish("kept-" + i + "-q2", 2);
				owner.client().disconnect().waitForCompletion(Await.MILLIS);
				assertThat(this.redis.get(this.hash + ":lease")).isEqualTo(lease);
			}
			assertThat(this.redis.get(this.hash + ":mark")).startsWith(epoch + ":");
			assertDelivered("kept-0-q2", "kept-1-q2", "kept-2-q2");
		}
	}

	@Test
	void whenSessionIsOpenedAgainInTheProcessThenNewerWinsAndOlderIsWarnedOf(CapturedOutput output) throws Exception {
		try (Application owner = application(LONG)) {
			owner.connect();
			Session newer = owner.store().open(new SessionId(this.clientId, "broker", MqttVersion.V3));
			assertThat(output).contains("was opened by a second client while the first one used it");
			MqttPersistenceException ex = catchThrowableOfType(MqttPersistenceException.class,
					() -> owner.publish("refused-q2", 2));
			assertThat(ex.getReasonCode()).isEqualTo((int) MqttPersistenceException.REASON_CODE_PERSISTENCE_IN_USE);
			newer.put("s-9", Packets.publish(9, 1, "newer"));
			assertThat(this.redis.hkeys(this.hash)).containsExactly("s-9");
		}
	}

	@Test
	void whenSessionIsOpenedAgainAfterItsClientWasClosedThenNobodyIsWarned(CapturedOutput output) throws Exception {
		try (Application owner = application(LONG)) {
			owner.connect();
			owner.client().disconnect().waitForCompletion(Await.MILLIS);
			owner.store().open(new SessionId(this.clientId, "broker", MqttVersion.V3));
			assertThat(output).doesNotContain("second client");
		}
	}

	@Test
	void whenOtherVersionLeftASessionThenIsReportedAndLeftAlone(CapturedOutput output) throws Exception {
		for (MqttVersion version : MqttVersion.values()) {
			MqttVersion other = (version == MqttVersion.V3) ? MqttVersion.V5 : MqttVersion.V3;
			String client = this.clientId + "-" + version;
			String left = "test:{" + client + "@broker}:" + other.suffix();
			this.redis.hset(left.getBytes(), "s-1".getBytes(), Packets.publish(1, 2, "left"));
			Map<String, String> before = this.redis.hgetAll(left);
			try (Application any = application(LONG)) {
				Session session = any.store().open(new SessionId(client, "broker", version));
				assertThat(session.keys()).isEmpty();
				session.put("s-1", Packets.publish(1, 1, "own"));
				session.clear();
			}
			assertThat(output.getOut()).containsPattern("WARN .*" + client + "@broker \\(" + other.suffix()
					+ "\\) holds 1 records that this client cannot read");
			assertThat(this.redis.hgetAll(left)).isEqualTo(before);
			assertThat(this.redis.exists(left + ":lease")).isFalse();
		}
	}

}
