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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.SessionActivity.Operation;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionStatus.QueueStatus;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import io.github.mqttredis.session.WriteLog.Appended;
import io.github.mqttredis.session.WriteLog.QueueSize;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.Assert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The contract of a {@link SessionStore}, whatever keeps the sessions. Two stores of a
 * test are two owners of the same sessions, as two processes are.
 */
public abstract class AbstractSessionStoreContractTests {

	protected static final SessionId ID = id(MqttVersion.V3);

	private static final Duration IMPATIENT = Load.millis(500);

	private final List<InspectableStore> stores = new ArrayList<>();

	private final List<SessionEvent> events = new CopyOnWriteArrayList<>();

	/**
	 * Make a store over the sessions of the test, and start it.
	 * @param takeover whether it takes a session that somebody else owns, or waits
	 * @param acquireTimeout how long it waits
	 * @param listener told how sessions change
	 * @return the store
	 */
	protected abstract InspectableStore start(boolean takeover, Duration acquireTimeout, SessionListener listener);

	/**
	 * Stop a store, as an application does that ends.
	 * @param store the store
	 */
	protected abstract void stop(InspectableStore store);

	/**
	 * Start a store that was stopped.
	 * @param store the store
	 */
	protected abstract void startAgain(InspectableStore store);

	@AfterEach
	void stopStores() {
		this.stores.forEach(this::stop);
	}

	private InspectableStore anOwner() {
		return owner(false, IMPATIENT);
	}

	private InspectableStore aThief() {
		return owner(true, Duration.ZERO);
	}

	private InspectableStore owner(boolean takeover, Duration acquireTimeout) {
		InspectableStore store = start(takeover, acquireTimeout, this.events::add);
		this.stores.add(store);
		return store;
	}

	protected static SessionId id(MqttVersion version) {
		return SessionId.ofUri("client-1", "tcp://broker:1883", version);
	}

	private static SessionId id(String clientId) {
		return new SessionId(clientId, "tcp://broker:1883", MqttVersion.V3);
	}

	@Test
	void whenARecordIsPutThenItIsStoredOnReturn() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		byte[] record = Packets.publish(1, 1, "payload");
		session.put("s-1", record);
		assertThat(session.get("s-1")).isEqualTo(record);
		assertThat(session.contains("s-1")).isTrue();
		assertThat(session.get("s-2")).isNull();
		assertThat(session.get("no key")).isNull();
		assertThat(stored(store, ID)).containsExactly("s-1");
		assertThat(store.activity().get(ID).count(Operation.PUT, true)).isEqualTo(1);
	}

	@Test
	void whenRecordsAreRemovedThenTheStoreFollowsInOrder() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-1", Packets.publish(1, 2, "a"));
		session.put("sc-1", Packets.pubrel(1));
		session.remove("s-1");
		session.remove("sc-1");
		session.remove("sc-1");
		session.remove("no key");
		session.put("s-1", Packets.publish(1, 1, "c"));
		assertThat(stored(store, ID)).containsExactly("s-1");
		stop(store);
		assertThat(anOwner().open(ID).get("s-1")).isEqualTo(Packets.publish(1, 1, "c"));
	}

	@Test
	void whenAPubrelIsRemovedThenItsBufferedMessageGoesWithIt() throws Exception {
		Session session = anOwner().open(ID);
		session.put("sb-1", Packets.publish(1, 2, "a"));
		session.put("s-1", Packets.publish(1, 2, "a"));
		session.put("sc-1", Packets.pubrel(1));
		session.remove("s-1");
		session.remove("sc-1");
		assertThat(session.keys()).isEmpty();
	}

	@Test
	void whenASessionIsClearedThenOnlyItsRecordsGo() throws Exception {
		InspectableStore store = anOwner();
		SessionId otherId = id("client-2");
		Session session = store.open(ID);
		Session other = store.open(otherId);
		session.put("s-1", Packets.publish(1, 1, "a"));
		other.put("s-1", Packets.publish(1, 1, "b"));
		session.clear();
		assertThat(session.keys()).isEmpty();
		assertThat(stored(store, ID)).isEmpty();
		assertThat(other.contains("s-1")).isTrue();
		assertThat(stored(store, otherId)).containsExactly("s-1");
	}

	@ParameterizedTest
	@EnumSource(MqttVersion.class)
	void whenAnOwnerEndsThenItsSuccessorFindsAllRecords(MqttVersion version) throws Exception {
		InspectableStore first = anOwner();
		Session session = first.open(id(version));
		List<String> keys = List.of("s-2", "s-10", "sc-10", "r-1");
		for (String key : keys) {
			session.put(key, Packets.of(key, "a", version));
		}
		stop(first);
		InspectableStore second = anOwner();
		Session successor = second.open(id(version));
		assertThat(successor.keys()).containsExactlyElementsOf(keys);
		for (String key : keys) {
			assertThat(successor.get(key)).isEqualTo(Packets.of(key, "a", version));
		}
		assertThat(successor.status().records()).containsEntry(RecordKind.SENT, 2);
		assertThat(second.activity().get(id(version)).count(Event.RECORD_RESTORED)).isEqualTo(4);
	}

	@Test
	void whenASessionIsOwnedThenOpeningWaitsAndThenNamesTheOwner() throws Exception {
		anOwner().open(ID);
		InspectableStore second = anOwner();
		long started = System.nanoTime();
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> second.open(ID))
			.withMessageContaining("process " + ProcessHandle.current().pid())
			.satisfies((ex) -> assertThat(ex.remaining()).isPositive());
		assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(IMPATIENT);
		assertThat(second.sessions()).isEmpty();
	}

	@Test
	void whenTheOwnerEndsThenAWaitingSuccessorTakesOver() throws Exception {
		InspectableStore first = anOwner();
		first.open(ID).put("s-1", Packets.of("s-1", "a"));
		InspectableStore second = owner(false, Load.seconds(30));
		CompletableFuture<Session> waiting = CompletableFuture.supplyAsync(() -> open(second));
		Await.until("it waits",
				() -> second.sessions().stream().anyMatch((status) -> status.state() == SessionState.WAITING));
		assertThat(waiting).isNotDone();
		stop(first);
		assertThat(waiting.get(Await.MILLIS, TimeUnit.MILLISECONDS).keys()).containsExactly("s-1");
	}

	@Test
	void whenAClientIsClosedForGoodThenItsSessionIsFree() throws Exception {
		InspectableStore first = anOwner();
		Session session = first.open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		first.release(session);
		assertThat(session.isEnded()).isTrue();
		assertThat(first.sessions()).isEmpty();
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.put("s-2", Packets.of("s-2", "a")))
			.withMessageContaining("given back");
		assertThat(anOwner().open(ID).keys()).containsExactly("s-1");
	}

	@Test
	void whenANewerClientHasTheSessionThenTheOlderOneDoesNotGiveItBack() throws Exception {
		InspectableStore store = anOwner();
		Session older = store.open(ID);
		Session newer = store.open(ID);
		store.release(older);
		newer.put("s-1", Packets.of("s-1", "a"));
		assertThat(stored(store, ID)).containsExactly("s-1");
	}

	@Test
	void whenASessionWasTakenOverThenTheOldOwnerWritesNoMore() throws Exception {
		InspectableStore first = anOwner();
		Session old = first.open(ID);
		old.put("s-1", Packets.of("s-1", "a"));
		InspectableStore thief = aThief();
		Session taken = thief.open(ID);
		taken.put("s-2", Packets.of("s-2", "b"));
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> old.put("s-3", Packets.of("s-3", "c")));
		old.remove("s-1");
		for (ThrowingCall call : List.<ThrowingCall>of(old::resume, old::clear, old::confirmOwned,
				() -> old.awaitPuts(null, () -> false), () -> old.setAside("s-1", 3, "x"))) {
			assertThatExceptionOfType(SessionInUseException.class).isThrownBy(call::run);
		}
		assertThat(old.keep(9, Packets.of("s-9", "a"), 0, "x")).isFalse();
		assertThat(old.status().state()).isEqualTo(SessionState.FENCED);
		assertThat(old.status().leaseRemaining()).isZero();
		assertThat(stored(thief, ID)).containsExactly("s-1", "s-2");
		assertThat(taken.status().state()).isEqualTo(SessionState.OWNER);
		assertThat(first.activity().get(ID).count(Event.LEASE_LOST)).isEqualTo(1);
		Await.until("it is told", () -> this.events.stream().anyMatch(SessionEvent.Fenced.class::isInstance));
	}

	@Test
	void whenANewerClientOfTheProcessOpensThenTheOlderOneStoresNothingMore() throws Exception {
		InspectableStore store = anOwner();
		Session older = store.open(ID);
		older.put("s-1", Packets.of("s-1", "a"));
		Session newer = store.open(ID);
		assertThat(newer.keys()).containsExactly("s-1");
		assertThatExceptionOfType(SessionInUseException.class)
			.isThrownBy(() -> older.put("s-2", Packets.of("s-2", "b")))
			.withMessageContaining("newer client");
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(older::resume);
		older.remove("s-1");
		newer.put("s-3", Packets.of("s-3", "c"));
		assertThat(stored(store, ID)).containsExactly("s-1", "s-3");
	}

	@Test
	void whenRecordsCannotBeReadThenTheyGoToQuarantineAndTheRestIsRestored() throws Exception {
		InspectableStore first = anOwner();
		Session session = first.open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		session.put("s-2", bytes("broken"));
		session.put("s-5", Packets.of("s-6", "of another packet id"));
		stop(first);
		InspectableStore second = anOwner();
		Session successor = second.open(ID);
		assertThat(successor.keys()).containsExactly("s-1");
		assertThat(successor.status().quarantined()).isEqualTo(2);
		assertThat(stored(second, ID)).containsExactly("s-1");
		assertThat(quarantine(second)).containsExactly("s-2", "s-5");
		Await.until("it is told", () -> this.events.stream().anyMatch(SessionEvent.Quarantined.class::isInstance));
	}

	@Test
	void whenAClientLeftRecordsElsewhereThenTheyAreMovedInOnce() throws Exception {
		InspectableStore store = anOwner();
		FormerRecords former = (destination) -> {
			assertThat(destination.id()).isEqualTo(ID);
			destination.store(Map.of(RecordKey.require("s-7"), Packets.of("s-7", "a")));
			assertThat(destination.get(RecordKey.require("s-7"))).isEqualTo(Packets.of("s-7", "a"));
		};
		assertThat(store.open(ID, former).keys()).containsExactly("s-7");
		store.open(ID, (destination) -> {
			throw new IllegalStateException("It is open already");
		});
		assertThat(stored(store, ID)).containsExactly("s-7");
	}

	@Test
	void whenWhatWasLeftCannotBeMovedThenNobodyOwnsTheSession() throws Exception {
		InspectableStore store = anOwner();
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> store.open(ID, (destination) -> {
			throw new SessionUnavailableException("no disk");
		}));
		assertThat(store.sessions()).isEmpty();
		anOwner().open(ID).put("s-1", Packets.of("s-1", "a"));
	}

	@Test
	void whenClientsOfBothVersionsShareAnIdThenNeitherSeesTheOthersRecords() throws Exception {
		InspectableStore store = anOwner();
		Session three = store.open(id(MqttVersion.V3));
		Session five = store.open(id(MqttVersion.V5));
		three.put("s-1", Packets.of("s-1", "a", MqttVersion.V3));
		assertThat(five.keys()).isEmpty();
		five.put("s-2", Packets.of("s-2", "b", MqttVersion.V5));
		three.clear();
		assertThat(five.keys()).containsExactly("s-2");
		assertThat(stored(store, id(MqttVersion.V5))).containsExactly("s-2");
	}

	@Test
	void whenManyThreadsWriteThenTheStoreHoldsWhatTheSessionSays() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		ExecutorService threads = Executors.newFixedThreadPool(8);
		List<Future<?>> done = new ArrayList<>();
		for (int thread = 0; thread < 8; thread++) {
			int first = 1 + thread * 1000;
			done.add(threads.submit(() -> {
				for (int id = first; id < first + 200; id++) {
					session.put("s-" + id, bytes("record " + id));
					if (id % 2 == 0) {
						session.remove("s-" + id);
					}
				}
				return null;
			}));
		}
		for (Future<?> each : done) {
			each.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		}
		threads.shutdown();
		session.put("r-1", bytes("last"));
		assertThat(stored(store, ID)).hasSize(801).containsExactlyInAnyOrderElementsOf(session.keys());
	}

	@Test
	void whenAClientAsksBeforeItSendsThenWhatItHasPutIsStored() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.guarded();
		boolean begun = session.beginPublish();
		session.put("s-1", Packets.of("s-1", "a"));
		if (begun) {
			session.endPublish(true);
		}
		session.put("r-1", Packets.of("r-1", "b"));
		session.awaitPuts(RecordKey.require("r-1"), () -> false);
		session.awaitPuts(null, () -> false);
		session.confirmOwned();
		session.pause();
		session.resume();
		assertThat(stored(store, ID)).containsExactly("r-1", "s-1");
	}

	@Test
	void whenAMessageIsSetAsideThenItIsKeptWithItsReasonAndTheRestGoesOn() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		session.put("s-2", Packets.of("s-2", "b"));
		session.setAside("s-1", 3, "too large");
		session.setAside("s-3", 3, "there is none");
		assertThat(records(store, ID, Part.QUARANTINE)).singleElement().satisfies((record) -> {
			assertThat(record.setAside().record()).isEqualTo("s-1");
			assertThat(record.setAside().attempts()).isEqualTo(3);
			assertThat(record.setAside().reason()).isEqualTo("too large");
			assertThat(record.packet().publish().payload()).isEqualTo(bytes("a"));
		});
		assertThat(session.contains("s-1")).isFalse();
		// As Paho does, and then uses the packet id again.
		session.remove("s-1");
		session.put("s-1", Packets.of("s-1", "c"));
		assertThat(stored(store, ID)).containsExactly("s-1", "s-2");
		assertThat(session.status().state()).isEqualTo(SessionState.OWNER);
		assertThat(session.status().quarantined()).isEqualTo(1);
		assertThat(session.status().lastFailure()).contains("too large");
		assertThat(store.activity().get(ID).count(Event.MESSAGE_UNDELIVERABLE)).isEqualTo(1);
		Await.until("it is told", () -> this.events.stream().anyMatch(SessionEvent.Undeliverable.class::isInstance));
	}

	private static void setAside(Session session, String... names) throws SessionException {
		for (String name : names) {
			session.put(name, Packets.of(name, "of " + name));
			session.setAside(name, 3, "too large");
		}
	}

	private static String payload(MqttUndeliveredMessageEvent message) {
		return new String(message.message().payload(), StandardCharsets.UTF_8);
	}

	@Test
	void whenMessagesWereSetAsideThenEachLeavesTheQuarantineOnceItIsTaken() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		setAside(session, "s-1", "s-2", "s-3");
		session.keep(7, Packets.publish(7, 2, "a"), 5, "cannot be delivered");
		List<String> taken = new ArrayList<>();
		try (SessionInspector inspector = store.inspector()) {
			assertThatIllegalStateException().isThrownBy(() -> inspector.handSetAside(ID, (message) -> {
				Assert.state(taken.isEmpty(), "One is enough");
				assertThat(message.reason()).isEqualTo(Reason.REFUSED);
				assertThat(message.description()).isEqualTo("too large");
				taken.add(payload(message));
			}));
			assertThat(records(store, ID, Part.QUARANTINE)).hasSize(3);
			assertThat(inspector.handSetAside(ID, (message) -> taken.add(payload(message)))).isEqualTo(2);
			assertThat(taken).containsExactly("of s-1", "of s-2", "of s-3");
			assertThat(inspector.handSetAside(ID, (message) -> taken.add("again"))).isZero();
		}
		assertThat(records(store, ID, Part.QUARANTINE)).singleElement()
			.satisfies((record) -> assertThat(record.setAside().record()).isEqualTo("r-7"));
		assertThat(session.status().quarantined()).isEqualTo(1);
	}

	@Test
	void whenAMessageThatWasSetAsideIsNeverTakenThenTheOthersAre() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		setAside(session, "s-1", "s-2", "s-3");
		List<String> taken = new ArrayList<>();
		try (SessionInspector inspector = store.inspector()) {
			assertThatIllegalStateException().isThrownBy(() -> inspector.handSetAside(ID, (message) -> {
				Assert.state(!payload(message).equals("of s-1"), "Not this one");
				taken.add(payload(message));
			})).withMessage("Not this one");
		}
		assertThat(taken).containsExactly("of s-2", "of s-3");
		assertThat(records(store, ID, Part.QUARANTINE)).singleElement()
			.satisfies((record) -> assertThat(record.setAside().record()).isEqualTo("s-1"));
	}

	@Test
	void whenAReceivedPacketIsKeptThenItIsInQuarantine() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		assertThat(session.keep(7, Packets.publish(7, 2, "a"), 5, "cannot be delivered")).isTrue();
		assertThat(records(store, ID, Part.QUARANTINE)).singleElement().satisfies((record) -> {
			assertThat(record.setAside().record()).isEqualTo("r-7");
			assertThat(record.setAside().attempts()).isEqualTo(5);
		});
		assertThat(session.keys()).isEmpty();
		assertThat(session.status().quarantined()).isEqualTo(1);
		Await.until("it is told", () -> this.events.contains(new SessionEvent.Quarantined(ID, List.of("r-7"))));
	}

	@Test
	void whenTheStoreIsStoppedThenCallsSaySoUntilItIsStartedAgain() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-1", Packets.of("s-1", "a"));
		session.remove("s-1");
		session.put("s-2", Packets.of("s-2", "a"));
		stop(store);
		assertThatExceptionOfType(SessionUnavailableException.class)
			.isThrownBy(() -> session.put("s-3", Packets.of("s-3", "b")))
			.withMessageContaining("stopped");
		assertThatExceptionOfType(SessionUnavailableException.class).isThrownBy(() -> store.open(ID));
		startAgain(store);
		assertThat(store.open(ID).keys()).containsExactly("s-2");
	}

	@Test
	void whenASessionIsOpenedThenItIsListedAndTold() throws Exception {
		InspectableStore store = anOwner();
		store.open(ID);
		assertThat(store.sessions()).singleElement().satisfies((status) -> {
			assertThat(status.id()).isEqualTo(ID);
			assertThat(status.state()).isEqualTo(SessionState.OWNER);
			assertThat(status.leaseRemaining()).isPositive();
		});
		assertThat(store.server().isAvailable()).isTrue();
		assertThat(store.server().facts()).isNotEmpty();
		assertThat(store.kind()).isNotBlank();
		Await.until("it is told", () -> !this.events.isEmpty());
		assertThat(this.events.get(0)).isInstanceOfSatisfying(SessionEvent.Opened.class,
				(opened) -> assertThat(opened.owner()).contains("process " + ProcessHandle.current().pid()));
	}

	@Test
	void whenRecordsAreCountedThenTheSessionIsNotOwned() throws Exception {
		assertThat(anOwner().countRecords(ID)).isZero();
		InspectableStore first = anOwner();
		first.open(ID).put("s-1", Packets.of("s-1", "a"));
		stop(first);
		InspectableStore second = anOwner();
		assertThat(second.countRecords(ID)).isEqualTo(1);
		assertThat(look(second, ID).owner()).isNull();
	}

	@Test
	void whenSessionsAreLookedAtThenTheirOwnersAreNamed() throws Exception {
		InspectableStore store = anOwner();
		store.open(ID).put("s-1", Packets.of("s-1", "a"));
		InspectedSession seen = look(store, ID);
		assertThat(seen.records()).isEqualTo(1);
		assertThat(seen.owner()).contains("process " + ProcessHandle.current().pid());
		assertThat(seen.remaining()).isPositive();
		assertThat(seen.lastSeen()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
		try (SessionInspector inspector = store.inspector()) {
			assertThat(inspector.session(seen.name()).id()).isEqualTo(ID);
			assertThat(inspector.session("nothing")).isNull();
			assertThat(inspector.records("nothing", Part.RECORDS, SessionInspector.FIRST, 10).entries()).isEmpty();
			assertThat(inspector.delete("nothing")).isFalse();
			assertThat(inspector.requeue("nothing", "s-1")).isFalse();
			assertThat(inspector.discard("nothing", Part.RECORDS, "s-1")).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "../..", "a b+c&d=e?f#g", "line\r\nbreak", "\u0000", "a@b@c", "\uD83D\uDE00", "\uD83D",
			"\"}],'", "" })
	void whenAClientIdIsHostileThenItsNameIsHarmlessAndLeadsBackToIt(String clientId) throws Exception {
		InspectableStore store = anOwner();
		store.release(store.open(id(clientId)));
		InspectedSession seen = look(store, id(clientId));
		assertThat(seen.name()).matches("[A-Za-z0-9_-]+");
		try (SessionInspector inspector = store.inspector()) {
			assertThat(inspector.session(seen.name()).id()).isEqualTo(id(clientId));
			assertThat(inspector.delete(seen.name())).isTrue();
			assertThat(inspector.session(seen.name())).isNull();
		}
	}

	@Test
	void whenThereIsMuchThenItComesInPagesThatMissNothing() throws Exception {
		InspectableStore store = anOwner();
		for (int i = 0; i < 150; i++) {
			store.open(id("stays-" + i));
		}
		Session session = store.open(ID);
		for (int i = 1; i <= 150; i++) {
			session.put("s-" + i, Packets.of("s-" + i, "a"));
		}
		Set<String> found = new TreeSet<>();
		try (SessionInspector inspector = store.inspector()) {
			int pages = 0;
			for (String cursor = SessionInspector.FIRST; cursor != null; pages++) {
				Page<InspectedSession> page = inspector.sessions(cursor, 20);
				assertThat(page.entries()).hasSizeLessThan(120);
				page.entries().forEach((each) -> found.add(each.id().clientId()));
				cursor = page.next();
				store.release(store.open(id("comes-" + pages)));
			}
			assertThat(pages).isGreaterThan(1);
		}
		assertThat(found).containsAll(IntStream.range(0, 150).mapToObj((i) -> "stays-" + i).toList());
		assertThat(stored(store, ID)).hasSize(150);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "-1", "99999999999999999999", "+5" })
	void whenACursorIsNoneThenItIsRefused(String cursor) {
		try (SessionInspector inspector = anOwner().inspector()) {
			assertThatIllegalArgumentException().isThrownBy(() -> inspector.sessions(cursor, 10));
			assertThatIllegalArgumentException().isThrownBy(() -> inspector.records("x", Part.RECORDS, cursor, 10));
		}
	}

	@Test
	void whenMessagesWaitThenTheNextOwnerHasThemInTheirOrderAndTheClearingOfASessionLeavesThem() throws Exception {
		InspectableStore first = anOwner();
		Session session = first.open(ID);
		List<Appended> appended = new ArrayList<>();
		for (int i = 1; i <= 5; i++) {
			appended.add(session.queue().append(Packets.publish(0, 1, "payload-" + i), 0));
			session.queue().awaitStored(appended.get(i - 1));
		}
		session.queue().remove(appended.get(1).message().number());
		session.clear();
		assertThat(session.keys()).isEmpty();
		stop(first);
		Session next = anOwner().open(ID);
		assertThat(next.status().records()).containsEntry(RecordKind.QUEUED, 4);
		assertThat(take(next, 4)).containsExactly("payload-1", "payload-3", "payload-4", "payload-5");
		assertThat(next.queue().size()).isEqualTo(new QueueSize(0, 0));
		assertThat(next.keys()).containsExactly("s-1", "s-2", "s-3", "s-4");
	}

	/** Hand messages over, as a client does. */
	private static List<String> take(Session session, int count) throws Exception {
		List<String> taken = new ArrayList<>();
		for (int i = 1; i <= count; i++) {
			if (session.queue().first() == null) {
				session.queue().load();
			}
			QueuedMessage message = session.queue().first();
			session.queue().hand(message, "s-" + i, Packets.publish(i, 1, "sent"));
			session.queue().handed();
			String text = new String(message.record(), StandardCharsets.UTF_8);
			taken.add(text.substring(text.indexOf("payload")));
		}
		session.awaitPuts(null, () -> false);
		return taken;
	}

	@Test
	void whenAMessageIsTakenBackThenItIsTheOldestAndItsRecordIsNeverThere() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		MessageQueue queue = session.queue();
		queue.append(Packets.publish(0, 1, "payload-1"), 0);
		queue.awaitStored(queue.append(Packets.publish(0, 1, "payload-2"), 0));
		QueuedMessage message = queue.first();
		queue.hand(message, "s-1", Packets.publish(1, 1, "sent"));
		assertThat(session.contains("s-1")).isTrue();
		queue.takeBack();
		assertThat(session.contains("s-1")).isFalse();
		stop(store);
		Session next = anOwner().open(ID);
		assertThat(next.keys()).isEmpty();
		assertThat(take(next, 2)).containsExactly("payload-1", "payload-2");
	}

	@Test
	void whenAnotherClientOpensTheSessionWhileAMessageIsHandedOverThenItHasTheRecordAndGoesOn() throws Exception {
		InspectableStore store = anOwner();
		Session first = store.open(ID);
		first.queue().awaitStored(first.queue().append(Packets.publish(0, 1, "payload"), 0));
		first.queue().hand(first.queue().first(), "s-1", Packets.publish(1, 1, "sent"));
		Session second = store.open(ID);
		first.queue().takeBack();
		assertThat(second.keys()).containsExactly("s-1");
		assertThat(second.queue().size().messages()).isZero();
		second.put("s-2", Packets.publish(2, 1, "next"));
		second.awaitPuts(null, () -> false);
		stop(store);
		assertThat(anOwner().open(ID).keys()).containsExactly("s-1", "s-2");
	}

	@Test
	void whenAMessageWaitsThenItGrowsOlderAlsoWhileNobodyHasItsSession() throws Exception {
		InspectableStore store = anOwner();
		MessageQueue queue = store.open(ID).queue();
		queue.awaitStored(queue.append(Packets.publish(0, 1, "payload"), 50));
		long taken = queue.first().taken();
		assertThat(queue.first().expires()).isEqualTo(taken + 50);
		assertThat(queue.now()).isGreaterThanOrEqualTo(taken);
		stop(store);
		MessageQueue next = anOwner().open(ID).queue();
		assertThat(next.first().taken()).isEqualTo(taken);
		assertThat(next.first().expires()).isEqualTo(taken + 50);
		Await.until("it has expired", () -> next.now() >= next.first().expires());
	}

	@Test
	void whenMessagesWaitThenAnInspectorShowsThemInPages() throws Exception {
		InspectableStore store = anOwner();
		MessageQueue queue = store.open(ID).queue();
		for (int i = 1; i <= 40; i++) {
			queue.append(Packets.publish(0, 1, "payload-" + i), 0);
		}
		queue.awaitStored(queue.append(Packets.publish(0, 2, "payload-41"), 0));
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThat(inspector.session(name).records()).isEqualTo(41);
			List<String> keys = new ArrayList<>();
			String cursor = SessionInspector.FIRST;
			while (cursor != null) {
				Page<InspectedRecord> page = inspector.records(name, Part.QUEUE, cursor, 10);
				assertThat(page.entries()).allSatisfy((record) -> assertThat(record.waitingSince())
					.isBetween(Instant.now().minus(Duration.ofMinutes(10)), Instant.now()));
				page.entries().forEach((record) -> keys.add(record.key()));
				cursor = page.next();
			}
			assertThat(keys).hasSize(41)
				.allMatch((key) -> key.startsWith("q-"))
				.extracting((key) -> Long.valueOf(key.substring(2)))
				.isSorted()
				.doesNotHaveDuplicates();
		}
	}

	@Test
	void whenMessagesWaitThenTheStatusTellsForHowLongAndHowFastTheyAreSent() throws Exception {
		Session session = anOwner().open(ID);
		assertThat(session.status().contents().queue()).isEqualTo(QueueStatus.EMPTY);
		byte[] record = Packets.publish(0, 1, "payload");
		for (int i = 0; i < 3; i++) {
			session.queue().append(record, 0);
		}
		Await.until("they have waited",
				() -> session.status().contents().queue().oldest().compareTo(Duration.ofMillis(20)) > 0);
		QueueStatus before = session.status().contents().queue();
		assertThat(before.messages()).isEqualTo(3);
		assertThat(before.bytes()).isEqualTo(3L * record.length);
		assertThat(before.timeToDrain()).as("nothing was sent").isNull();
		assertThat(session.status().contents().oldest()).isGreaterThanOrEqualTo(before.oldest());
		take(session, 1);
		QueueStatus after = session.status().contents().queue();
		assertThat(after.messages()).isEqualTo(2);
		assertThat(after.perSecond()).isPositive();
		assertThat(after.timeToDrain()).isPositive();
	}

	@Test
	void whenNobodyOwnsASessionThenAMessageInQuarantineIsPutBackBehindTheOthers() throws Exception {
		InspectableStore store = aSessionWithAMessageAside();
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThat(inspector.requeue(name, "s-1")).isTrue();
			assertThat(inspector.requeue(name, "s-1")).isFalse();
			assertThat(inspector.session(name).quarantined()).isZero();
			assertThat(inspector.session(name).owner()).isNull();
		}
		Session session = store.open(ID);
		assertThat(session.keys()).containsExactly("s-2");
		assertThat(session.queue().first().record()).isEqualTo(Packets.publish(0, 1, "large"));
	}

	@Test
	void whenNobodyOwnsASessionThenRecordsAreRemovedWithoutTheOthers() throws Exception {
		InspectableStore store = aSessionWithAMessageAside();
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThat(inspector.discard(name, Part.QUARANTINE, "s-1")).isTrue();
			assertThat(inspector.discard(name, Part.QUARANTINE, "s-1")).isFalse();
			assertThat(inspector.discard(name, Part.RECORDS, "s-2")).isTrue();
			assertThat(inspector.discard(name, Part.RECORDS, "s-2")).isFalse();
			assertThat(inspector.discard(name, Part.RECORDS, "../..")).isFalse();
			assertThat(inspector.session(name).quarantined()).isZero();
		}
		assertThat(store.open(ID).keys()).isEmpty();
	}

	@Test
	void whenTheBrokerHasAMessageThenItIsNotRemoved() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-7", Packets.publish(7, 2, "payload"));
		session.put("sc-7", Packets.pubrel(7));
		store.release(session);
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			for (String record : List.of("s-7", "sc-7")) {
				assertThatIllegalArgumentException().isThrownBy(() -> inspector.discard(name, Part.RECORDS, record))
					.withMessageContaining("The broker has the message with packet id 7");
			}
			assertThat(inspector.session(name).records()).isEqualTo(2);
		}
	}

	@Test
	void whenAClientServesRequestsThenItCarriesThemOut() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-1", Packets.publish(1, 1, "large"));
		session.put("s-2", Packets.publish(2, 1, "b"));
		session.setAside("s-1", 3, "too large");
		List<String> asked = new CopyOnWriteArrayList<>();
		session.serveRequests(new SessionClient() {

			@Override
			public void requeue(byte[] publish) {
				asked.add("requeue " + publish.length);
			}

			@Override
			public void discard(RecordKey record) {
				asked.add("discard " + record);
				session.remove(record.toString());
			}

			@Override
			public boolean refused(RecordKey message, byte[] record, SessionException reason) {
				return true;
			}

			@Override
			public LinkStatus link() {
				return new LinkStatus(LinkStatus.State.AWAY, "tcp://broker:1883", Instant.EPOCH, "refused",
						Instant.EPOCH);
			}

		});
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThat(inspector.requeue(name, "s-1")).isTrue();
			assertThat(inspector.discard(name, Part.RECORDS, "s-2")).isTrue();
		}
		assertThat(asked).containsExactly("requeue " + Packets.publish(1, 1, "large").length, "discard s-2");
		assertThat(session.status().quarantined()).isZero();
	}

	@Test
	void whenAClientsLinkChangesThenItIsCountedAndTold() throws Exception {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		assertThat(session.status().link()).isNull();
		session.serveRequests(new RecordOperations.NoClient(session));
		assertThat(session.status().link().state()).isEqualTo(LinkStatus.State.CLOSED);
		SessionEvent news = new SessionEvent.Disconnected(ID, "tcp://broker:1883", "refused");
		session.happened(Event.LINK_FAILED, news);
		session.happened(Event.LINK_FAILED, null);
		assertThat(store.activity().get(ID).count(Event.LINK_FAILED)).isEqualTo(2);
		Await.until("the news is told", () -> this.events.contains(news));
		assertThat(this.events.stream().filter(news::equals)).hasSize(1);
	}

	@Test
	void whenAClientOfPahosOwnHasTheSessionThenItsMessagesAreLeftAlone() throws Exception {
		InspectableStore store = anOwner();
		store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThatExceptionOfType(SessionInUseException.class)
				.isThrownBy(() -> inspector.discard(name, Part.RECORDS, "s-1"))
				.withMessageContaining("Close it first");
		}
	}

	@Test
	void whenAnotherOwnerHasASessionThenNothingOfItIsChanged() throws Exception {
		Session session = anOwner().open(ID);
		session.put("s-1", Packets.publish(1, 1, "a"));
		session.put("s-2", Packets.publish(2, 1, "b"));
		session.setAside("s-1", 3, "too large");
		InspectableStore other = anOwner();
		try (SessionInspector inspector = other.inspector()) {
			String name = look(other, ID).name();
			for (ThrowingCall request : List.<ThrowingCall>of(() -> inspector.requeue(name, "s-1"),
					() -> inspector.discard(name, Part.QUARANTINE, "s-1"),
					() -> inspector.discard(name, Part.RECORDS, "s-2"))) {
				assertThatExceptionOfType(SessionInUseException.class).isThrownBy(request::run)
					.withMessageContaining("Ask that process");
			}
			assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> inspector.delete(name));
			assertThat(inspector.sweep(Duration.ofMinutes(1)).deleted()).isEmpty();
			assertThat(inspector.session(name).records()).isEqualTo(1);
			assertThat(inspector.session(name).quarantined()).isEqualTo(1);
		}
	}

	@Test
	void whenASessionIsDeletedThenNothingOfItIsLeft() throws Exception {
		InspectableStore store = aSessionWithAMessageAside();
		try (SessionInspector inspector = store.inspector()) {
			String name = look(store, ID).name();
			assertThat(inspector.delete(name)).isTrue();
			assertThat(inspector.delete(name)).isFalse();
			assertThat(inspector.sessions(SessionInspector.FIRST, 10).entries()).isEmpty();
		}
		assertThat(store.open(ID).keys()).isEmpty();
	}

	@Test
	void whenASweepWouldDeleteWhatWasThereAMomentAgoThenItIsRefused() throws Exception {
		InspectableStore store = aSessionWithAMessageAside();
		try (SessionInspector inspector = store.inspector()) {
			assertThatIllegalArgumentException().isThrownBy(() -> inspector.sweep(Duration.ofSeconds(59)));
			assertThat(inspector.sweep(Duration.ofMinutes(1)).deleted()).isEmpty();
		}
	}

	/** One that nobody owns. */
	private InspectableStore aSessionWithAMessageAside() throws SessionException {
		InspectableStore store = anOwner();
		Session session = store.open(ID);
		session.put("s-1", Packets.publish(1, 1, "large"));
		session.put("s-2", Packets.publish(2, 1, "b"));
		session.setAside("s-1", 3, "too large");
		store.release(session);
		return store;
	}

	private static List<String> stored(InspectableStore store, SessionId id) throws SessionException {
		return names(records(store, id, Part.RECORDS));
	}

	private static List<String> quarantine(InspectableStore store) throws SessionException {
		return names(records(store, ID, Part.QUARANTINE));
	}

	private static List<String> names(List<InspectedRecord> records) {
		return records.stream().map(InspectedRecord::key).sorted().toList();
	}

	private static List<InspectedRecord> records(InspectableStore store, SessionId id, Part part)
			throws SessionException {
		String name = look(store, id).name();
		List<InspectedRecord> result = new ArrayList<>();
		try (SessionInspector inspector = store.inspector()) {
			for (String cursor = SessionInspector.FIRST; cursor != null;) {
				Page<InspectedRecord> page = inspector.records(name, part, cursor, 40);
				result.addAll(page.entries());
				cursor = page.next();
			}
		}
		return result;
	}

	private static InspectedSession look(InspectableStore store, SessionId id) throws SessionException {
		try (SessionInspector inspector = store.inspector()) {
			for (String cursor = SessionInspector.FIRST; cursor != null;) {
				Page<InspectedSession> page = inspector.sessions(cursor, 1000);
				for (InspectedSession session : page.entries()) {
					if (session.id().equals(id)) {
						return session;
					}
				}
				cursor = page.next();
			}
		}
		throw new AssertionError("There is no session " + id);
	}

	private static Session open(InspectableStore store) {
		try {
			return store.open(ID);
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Something that is refused. */
	@FunctionalInterface
	private interface ThrowingCall {

		void run() throws Exception;

	}

}
