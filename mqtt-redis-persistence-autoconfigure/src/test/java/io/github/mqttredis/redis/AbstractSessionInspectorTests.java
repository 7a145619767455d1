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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.mqttredis.redis.RedisSessionInspector.InspectionLink;
import io.github.mqttredis.session.InspectedRecord;
import io.github.mqttredis.session.InspectedSession;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.Page;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionInUseException;
import io.github.mqttredis.session.SessionInspector;
import io.github.mqttredis.session.SessionInspector.Part;
import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.session.SetAside;
import io.github.mqttredis.session.SweptSessions;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.Packets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a {@link SessionInspector} shows and deletes, for every Redis client and topology.
 */
abstract class AbstractSessionInspectorTests {

	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(5), Load.millis(1500),
			Load.seconds(5));

	private static final SessionId ID = new SessionId("client-1", "tcp://broker:1883", MqttVersion.V3);

	private static final SessionKeys KEYS = new SessionKeys("test", ID);

	private final List<RedisSessionStore> stores = new ArrayList<>();

	private RedisConnectionFactory factory;

	private RedisConnection redis;

	private SessionInspector inspector;

	/**
	 * Make a factory as an application has it.
	 * @return the factory, started
	 */
	abstract RedisConnectionFactory connectionFactory();

	@BeforeEach
	void connect() {
		this.factory = connectionFactory();
		this.redis = this.factory.getConnection();
		this.redis.serverCommands().flushAll();
		RedisSessionStore store = new RedisSessionStore(this.factory, SETTINGS);
		this.stores.add(store);
		this.inspector = store.inspector();
	}

	@AfterEach
	void stop() throws Exception {
		this.inspector.close();
		this.stores.forEach(RedisSessionStore::stop);
		this.redis.close();
		((DisposableBean) this.factory).destroy();
	}

	@Test
	void whenSessionsComeAndGoWhileTheyArePagedThenThoseThatStayAreAllFound() throws Exception {
		IntStream.range(0, 400).forEach((i) -> orphan(id("stays-" + i)));
		Set<String> found = new TreeSet<>();
		int pages = 0;
		String cursor = SessionInspector.FIRST;
		while (cursor != null) {
			assertThat(pages).isLessThan(1000);
			Page<InspectedSession> page = this.inspector.sessions(cursor, 40);
			assertThat(page.entries()).hasSizeLessThan(120);
			page.entries().forEach((session) -> found.add(session.id().clientId()));
			cursor = page.next();
			for (int i = 0; i < 20; i++) {
				orphan(id("comes-" + pages + "-" + i));
				this.redis.zSetCommands()
					.zAdd(SessionKeys.sessions("test"), pages, new SessionKeys("test", id("stays-" + i)).hash());
			}
			pages++;
		}
		assertThat(pages).isGreaterThan(3);
		assertThat(found).containsAll(IntStream.range(0, 400).mapToObj((i) -> "stays-" + i).toList());
	}

	@Test
	void whenTheClockOfRedisWasSetBackThenTheSessionOfADeadOwnerCanBeDeletedSoon() throws Exception {
		RedisSessionStore dead = store();
		dead.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		byte[] token = this.redis.stringCommands().get(KEYS.lease());
		dead.stop();
		// The end of a lease is a time of day: to Redis it is a day away now.
		this.redis.stringCommands().setEx(KEYS.lease(), TimeUnit.DAYS.toSeconds(1), token);
		String name = only(this.inspector.sessions(SessionInspector.FIRST, 10)).name();
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> this.inspector.delete(name));
		Await.until("its lease has ended", () -> !this.redis.keyCommands().exists(KEYS.lease()));
		assertThat(this.inspector.delete(name)).isTrue();
	}

	@Test
	void whenASessionIsOwnedElsewhereThenItsOwnerIsShown() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		InspectedSession seen = only(this.inspector.sessions(SessionInspector.FIRST, 10));
		assertThat(seen.id()).isEqualTo(ID);
		assertThat(seen.records()).isEqualTo(1);
		assertThat(seen.owner()).contains("process " + ProcessHandle.current().pid());
		assertThat(seen.remaining()).isBetween(Duration.ofMillis(1), SETTINGS.leaseTtl());
		assertThat(seen.lastSeen()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
		assertThat(this.inspector.session(seen.name()).id()).isEqualTo(ID);
	}

	@Test
	void whenNobodyOwnsASessionThenItHasNoOwner() throws Exception {
		orphan(ID);
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes("s-2"), bytes("x"));
		InspectedSession seen = only(this.inspector.sessions(SessionInspector.FIRST, 10));
		assertThat(seen.owner()).isNull();
		assertThat(seen.remaining()).isZero();
		assertThat(seen.records()).isEqualTo(1);
		assertThat(seen.quarantined()).isEqualTo(1);
	}

	@Test
	void whenASessionIsMissingFromTheSetThenItIsFoundByItsName() throws Exception {
		String name = orphan(ID);
		this.redis.zSetCommands().zRem(SessionKeys.sessions("test"), KEYS.hash());
		InspectedSession seen = this.inspector.session(name);
		assertThat(seen.records()).isEqualTo(1);
		assertThat(seen.lastSeen()).isNull();
	}

	@Test
	void whenRecordsAreShownThenWhatCannotBeReadIsShownWithItsSize() throws Exception {
		String name = orphan(ID);
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("sc-7"), Packets.pubrel(7));
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-8"), bytes("broken"));
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes("not-ours"), bytes("abc"));
		assertThat(this.inspector.records(name, Part.RECORDS, SessionInspector.FIRST, 10).entries())
			.extracting(InspectedRecord::key, InspectedRecord::size, (record) -> record.packet() != null)
			.containsExactlyInAnyOrder(org.assertj.core.groups.Tuple.tuple("s-1", 14L, true),
					org.assertj.core.groups.Tuple.tuple("sc-7", 4L, true),
					org.assertj.core.groups.Tuple.tuple("s-8", 6L, false));
		assertThat(this.inspector.records(name, Part.QUARANTINE, SessionInspector.FIRST, 10).entries())
			.containsExactly(InspectedRecord.closed("not-ours", 3, false));
	}

	@Test
	void whenASessionIsLongThenItsRecordsComeInPages() throws Exception {
		String name = orphan(ID);
		for (int i = 2; i <= 3000; i++) {
			this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-" + i), Packets.publish(i, 1, "x".repeat(100)));
		}
		Set<String> found = new TreeSet<>();
		String cursor = SessionInspector.FIRST;
		for (int pages = 0; cursor != null; pages++) {
			assertThat(pages).isLessThan(1000);
			Page<InspectedRecord> page = this.inspector.records(name, Part.RECORDS, cursor, 100);
			// None, where Redis looked at empty places only.
			assertThat(page.entries()).hasSizeLessThanOrEqualTo(130);
			page.entries().forEach((record) -> found.add(record.key()));
			cursor = page.next();
		}
		assertThat(found).hasSize(3000);
	}

	@Test
	void whenRecordsAreLargeThenAPageEndsEarlyAndHoldsTheirBeginnings() throws Exception {
		String name = orphan(ID);
		byte[] large = large(9, 400_000);
		for (int i = 2; i <= 60; i++) {
			this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-" + i), large);
		}
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-9"), large);
		Page<InspectedRecord> page = this.inspector.records(name, Part.RECORDS, SessionInspector.FIRST, 100);
		assertThat(page.entries()).hasSizeBetween(1, 30);
		assertThat(page.next()).isNotNull();
		List<InspectedRecord> all = new ArrayList<>(page.entries());
		for (String cursor = page.next(); cursor != null;) {
			page = this.inspector.records(name, Part.RECORDS, cursor, 100);
			all.addAll(page.entries());
			cursor = page.next();
		}
		InspectedRecord nine = all.stream().filter((record) -> "s-9".equals(record.key())).findAny().orElseThrow();
		assertThat(nine.size()).isEqualTo(large.length);
		assertThat(nine.packet().publish().payloadSize()).isEqualTo(400_000);
		assertThat(nine.packet().publish().payload()).hasSizeLessThan(70_000);
	}

	@Test
	void whenSomebodyOwnsASessionThenItIsNotDeleted() throws Exception {
		RedisSessionStore store = store();
		store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		String name = only(this.inspector.sessions(SessionInspector.FIRST, 10)).name();
		assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> this.inspector.delete(name))
			.satisfies((ex) -> assertThat(ex.owner()).contains(Long.toString(ProcessHandle.current().pid())))
			.satisfies((ex) -> assertThat(ex.remaining()).isPositive());
		assertThat(this.inspector.session(name).records()).isEqualTo(1);
	}

	@Test
	void whenTheLeaseOfASessionOfThisProcessIsGoneThenItIsNotDeletedEither() throws Exception {
		RedisSessionStore store = store();
		store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		try (SessionInspector own = store.inspector()) {
			String name = only(own.sessions(SessionInspector.FIRST, 10)).name();
			this.redis.keyCommands().del(KEYS.lease());
			assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> own.delete(name));
			assertThat(own.session(name).records()).isEqualTo(1);
		}
	}

	@Test
	void whenAnOrphanIsDeletedThenOnlyItsMarkStays() throws Exception {
		String name = orphan(ID);
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes("s-2"), bytes("x"));
		assertThat(this.inspector.delete(name)).isTrue();
		assertThat(this.redis.keyCommands().exists(KEYS.hash())).isFalse();
		assertThat(this.redis.keyCommands().exists(KEYS.quarantine())).isFalse();
		assertThat(this.redis.keyCommands().exists(KEYS.mark())).isTrue();
		assertThat(this.inspector.session(name)).isNull();
		assertThat(this.inspector.sessions(SessionInspector.FIRST, 10).entries()).isEmpty();
		assertThat(this.inspector.delete(name)).isFalse();
	}

	@Test
	void whenASessionIsUnknownThenDeletingItLeavesNothingBehind() throws Exception {
		String name = new SessionNames("test").name(KEYS);
		assertThat(this.inspector.delete(name)).isFalse();
		assertThat(this.redis.keyCommands().exists(KEYS.mark())).isFalse();
	}

	@Test
	void whenASessionWasDeletedThenAnOwnerThatWakesUpDoesNotWriteItBack() throws Exception {
		RedisSessionStore sleeper = store();
		Session session = sleeper.open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		String name = new SessionNames("test").name(KEYS);
		// As if the lease had ended while its owner slept. The owner of this test may
		// renew it in between.
		Await.until("the session is deleted", () -> {
			this.redis.keyCommands().del(KEYS.lease());
			return isDeleted(name);
		});
		assertThatExceptionOfType(SessionInUseException.class)
			.isThrownBy(() -> session.put("s-2", Packets.publish(2, 1, "payload")));
		assertThat(this.redis.keyCommands().exists(KEYS.hash())).isFalse();
		assertThat(this.inspector.session(name)).isNull();
		assertThat(store().open(ID).keys()).isEmpty();
	}

	@Test
	void whenNobodyOwnsASessionThenAMessageInQuarantineIsPutBackBehindTheOthers() throws Exception {
		String name = orphan(ID);
		SetAside note = aside("s-1", Packets.publish(1, 2, "large"));
		assertThat(this.inspector.requeue(name, note.key())).isTrue();
		assertThat(this.redis.hashCommands().hExists(KEYS.quarantine(), bytes(note.name()))).isFalse();
		assertThat(this.inspector.session(name).owner()).isNull();
		assertThat(this.inspector.requeue(name, note.key())).isFalse();
		Session session = store().open(ID);
		assertThat(session.keys()).containsExactly("s-1");
		assertThat(session.queue().first().record()).isEqualTo(Packets.publish(0, 2, "large"));
	}

	@Test
	void whenAMessageWasSentBeforeThenItIsPutBackAsANewOne() throws Exception {
		String name = orphan(ID);
		byte[] sent = Packets.publish(7, 1, "payload");
		sent[0] |= 8;
		aside("s-7", sent);
		// Its beginning is enough.
		assertThat(this.inspector.requeue(name, "s-7")).isTrue();
		assertThat(store().open(ID).queue().first().record()).isEqualTo(Packets.publish(0, 1, "payload"));
	}

	@Test
	void whenAnotherProcessOwnsASessionThenNothingOfItIsChanged() throws Exception {
		Session session = store().open(ID);
		session.put("s-1", Packets.publish(1, 1, "payload"));
		String name = new SessionNames("test").name(KEYS);
		SetAside note = aside("s-7", Packets.publish(7, 1, "large"));
		for (ThrowingCallable request : List.<ThrowingCallable>of(() -> this.inspector.requeue(name, note.key()),
				() -> this.inspector.discard(name, Part.QUARANTINE, note.key()),
				() -> this.inspector.discard(name, Part.RECORDS, "s-1"))) {
			assertThatExceptionOfType(SessionInUseException.class).isThrownBy(request)
				.withMessageContaining("Ask that process");
		}
		session.put("s-2", Packets.publish(2, 1, "payload"));
		assertThat(this.inspector.session(name).records()).isEqualTo(2);
		assertThat(this.inspector.session(name).quarantined()).isEqualTo(1);
	}

	@Test
	void whenAClientOfPahosOwnHasTheSessionThenOnlyTheQuarantineIsChanged() throws Exception {
		RedisSessionStore store = store();
		store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		String name = new SessionNames("test").name(KEYS);
		aside("s-7", Packets.publish(7, 1, "large"));
		try (SessionInspector own = store.inspector()) {
			assertThatExceptionOfType(SessionInUseException.class).isThrownBy(() -> own.requeue(name, "s-7"))
				.withMessageContaining("Close it first");
			assertThatExceptionOfType(SessionInUseException.class)
				.isThrownBy(() -> own.discard(name, Part.RECORDS, "s-1"));
			assertThat(own.discard(name, Part.QUARANTINE, "s-7")).isTrue();
			assertThat(own.session(name).records()).isEqualTo(1);
			assertThat(own.session(name).quarantined()).isZero();
		}
	}

	@Test
	void whenNobodyOwnsASessionThenARecordIsRemovedAndTheOthersStay() throws Exception {
		String name = orphan(ID);
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-2"), Packets.publish(2, 1, "payload"));
		assertThat(this.inspector.discard(name, Part.RECORDS, "s-2")).isTrue();
		assertThat(this.inspector.discard(name, Part.RECORDS, "s-2")).isFalse();
		assertThat(this.inspector.discard(name, Part.RECORDS, "../..")).isFalse();
		assertThat(store().open(ID).keys()).containsExactly("s-1");
	}

	@Test
	void whenTheBrokerHasAMessageThenItIsNotRemoved() throws Exception {
		String name = orphan(ID);
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("s-7"), Packets.publish(7, 2, "payload"));
		this.redis.hashCommands().hSet(KEYS.hash(), bytes("sc-7"), Packets.pubrel(7));
		for (String record : List.of("s-7", "sc-7")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.discard(name, Part.RECORDS, record))
				.withMessageContaining("The broker has the message with packet id 7");
		}
		assertThat(this.inspector.session(name).records()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "r-7", "sc-7", "broken", "s-8" })
	void whenARecordInQuarantineIsNoMessageThenItIsNotPutBack(String key) throws Exception {
		String name = orphan(ID);
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes(key), bytes("broken"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.requeue(name, key))
			.withMessageContaining(key);
		assertThat(this.inspector.session(name).quarantined()).isEqualTo(1);
		assertThat(this.inspector.discard(name, Part.QUARANTINE, key)).isTrue();
		assertThat(this.inspector.session(name).quarantined()).isZero();
	}

	@Test
	void whenAKeyStandsForSeveralRecordsThenItMustBeWhole() throws Exception {
		String name = orphan(ID);
		SetAside first = aside("s-7", Packets.publish(7, 1, "first"));
		SetAside second = new SetAside("s-7", first.at().plusMillis(1), 1, "reason");
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes(second.name()), Packets.publish(7, 1, "second"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.requeue(name, "s-7"))
			.withMessageContaining("matches 2 records");
		assertThat(this.inspector.requeue(name, second.key())).isTrue();
		assertThat(store().open(ID).queue().first().record()).isEqualTo(Packets.publish(0, 1, "second"));
	}

	@Test
	void whenASessionIsOpenedWhileAnOperatorHasItThenItIsOpened() throws Exception {
		String name = orphan(ID);
		RedisSessionStore store = store();
		aside("s-7", Packets.publish(7, 1, "large"));
		try (SessionInspector own = store.inspector()) {
			own.requeue(name, "s-7");
			Session session = store.open(ID);
			assertThat(session.keys()).containsExactly("s-1");
			assertThat(session.queue().size().messages()).isEqualTo(1);
			assertThat(store.sessions()).singleElement()
				.satisfies((status) -> assertThat(status.state()).isEqualTo(SessionState.OWNER));
		}
	}

	private SetAside aside(String key, byte[] record) {
		SetAside note = new SetAside(key, Instant.now(), 5, "the broker ends the link / it is too large");
		this.redis.hashCommands().hSet(KEYS.quarantine(), bytes(note.name()), record);
		return note;
	}

	@Test
	void whenRedisLosesTheSetOfSessionsThenOwnedOnesComeBack() throws Exception {
		store().open(ID);
		this.redis.keyCommands().del(SessionKeys.sessions("test"));
		Await.until("the session is listed again",
				() -> !this.redis.zSetCommands().zRange(SessionKeys.sessions("test"), 0, -1).isEmpty());
		assertThat(only(this.inspector.sessions(SessionInspector.FIRST, 10)).id()).isEqualTo(ID);
	}

	@ParameterizedTest
	@ValueSource(strings = { "../..", "a/b/c", "%2e%2e%2f", "a b+c&d=e?f#g", "line\r\nbreak", "\u0000", "\u2028",
			"{x}:v3:lease", "a@b@c", "\uD83D\uDE00", "\uD83D", "\"}],'", "", "\u0085<script>" })
	void whenAClientIdIsHostileThenItsNameIsHarmlessAndLeadsBackToIt(String clientId) throws Exception {
		SessionId id = id(clientId);
		orphan(id);
		InspectedSession seen = only(this.inspector.sessions(SessionInspector.FIRST, 10));
		assertThat(seen.id()).isEqualTo(id);
		assertThat(seen.name()).matches("[A-Za-z0-9_-]+");
		assertThat(this.inspector.session(seen.name()).id()).isEqualTo(id);
		assertThat(seen.id().toString()).doesNotContainPattern("[\\p{Cc}\\u2028]");
		assertThat(this.inspector.delete(seen.name())).isTrue();
	}

	@Test
	void whenANameIsNoSessionsThenNothingIsFound() throws Exception {
		orphan(ID);
		String rest = "{client-1@tcp://broker:1883}:v3";
		for (String text : List.of(rest + ":lease", rest + ":mark", "sessions", "{client-1@tcp://broker:1883}:v4",
				"{client%2D1@tcp://broker:1883}:v3", "x" + rest, "")) {
			String name = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(text));
			assertThat(this.inspector.session(name)).as(text).isNull();
		}
		for (String name : List.of("..", "a", "\u00e4", "//", "_w", new SessionNames("test").name(KEYS) + "=")) {
			assertThat(this.inspector.session(name)).as(name).isNull();
			assertThat(this.inspector.records(name, Part.RECORDS, "0", 10).entries()).isEmpty();
			assertThat(this.inspector.delete(name)).isFalse();
		}
	}

	@Test
	void whenAMemberOfTheSetIsNoSessionThenItIsLeftOut() throws Exception {
		orphan(ID);
		this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 1, bytes("test:something"));
		assertThat(only(this.inspector.sessions(SessionInspector.FIRST, 10)).id()).isEqualTo(ID);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "-1", "1 COUNT 9", "99999999999999999999", "+5" })
	void whenACursorIsNoneThenItIsRefused(String cursor) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.sessions(cursor, 10));
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.records("x", Part.RECORDS, cursor, 10));
	}

	@Test
	void whenOrphansAreSweptThenOnlyThoseThatWereNotSeenForThatLongAreDeleted() throws Exception {
		IntStream.range(0, 120).forEach((i) -> orphan(id("old-" + i)));
		orphan(id("fresh"));
		this.redis.zSetCommands()
			.zAdd(SessionKeys.sessions("test"), Instant.now().minusSeconds(30).toEpochMilli(),
					new SessionKeys("test", id("fresh")).hash());
		this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 1, bytes("test:something"));
		store().open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 1, KEYS.hash());
		SweptSessions swept = this.inspector.sweep(Duration.ofMinutes(1));
		assertThat(swept.more()).isFalse();
		assertThat(swept.deleted()).hasSize(120)
			.allSatisfy((session) -> assertThat(session.id().clientId()).startsWith("old-"))
			.allSatisfy((session) -> assertThat(session.records()).isEqualTo(1));
		assertThat(this.redis.keyCommands().exists(new SessionKeys("test", id("old-7")).hash())).isFalse();
		assertThat(this.redis.hashCommands().hLen(KEYS.hash())).isEqualTo(1);
		assertThat(this.redis.hashCommands().hLen(new SessionKeys("test", id("fresh")).hash())).isEqualTo(1);
		assertThat(this.inspector.sweep(Duration.ofMinutes(1)).deleted()).isEmpty();
	}

	@Test
	void whenASessionIsTakenWhileOrphansAreSweptThenNothingIsLostOfIt() throws Exception {
		for (int round = 0; round < 20; round++) {
			orphan(ID);
			RedisSessionStore store = store();
			CompletableFuture<SweptSessions> sweep = CompletableFuture.supplyAsync(() -> sweep());
			store.open(ID).put("s-2", Packets.publish(2, 1, "payload"));
			store.stop();
			sweep.get(Await.MILLIS, TimeUnit.MILLISECONDS);
			assertThat(this.redis.hashCommands().hExists(KEYS.hash(), bytes("s-2"))).as("round " + round).isTrue();
			this.redis.serverCommands().flushAll();
		}
	}

	@Test
	void whenASessionWasTakenAndGivenBackSinceItWasLookedAtThenItIsNotDeleted() throws Exception {
		orphan(ID);
		InspectionScripts.Look look = InspectionScripts.inspect(this.redis, KEYS);
		RedisSessionStore store = store();
		store.open(ID).put("s-2", Packets.publish(2, 1, "payload"));
		store.stop();
		assertThat(InspectionScripts.delete(this.redis, KEYS, look.mark(), Duration.ZERO).isDeleted()).isFalse();
		assertThat(this.redis.hashCommands().hLen(KEYS.hash())).isEqualTo(2);
	}

	@Test
	void whenASessionWasTakenAndGivenBackBeforeItsTurnInTheSweepThenItIsKept() throws Exception {
		orphan(id("first"));
		orphan(ID);
		this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 2, KEYS.hash());
		InspectionLink link = new InspectionLink(this.factory, SETTINGS.writeTimeout());
		OrphanSweep sweep = new OrphanSweep(link, SETTINGS, (id) -> {
			if ("first".equals(id.clientId())) {
				takeAndGiveBack();
			}
			return false;
		}, Duration.ofMinutes(1));
		assertThat(sweep.run(Duration.ofMinutes(1)).deleted()).extracting((session) -> session.id().clientId())
			.containsExactly("first");
		assertThat(this.redis.hashCommands().hLen(KEYS.hash())).isEqualTo(1);
		link.close();
	}

	private void takeAndGiveBack() {
		try {
			RedisSessionStore store = store();
			store.open(ID);
			store.stop();
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenASessionOfThisProcessHasNoLeaseForAMomentThenItIsNotSwept() throws Exception {
		RedisSessionStore store = store();
		store.open(ID).put("s-1", Packets.publish(1, 1, "payload"));
		try (SessionInspector own = store.inspector()) {
			this.redis.keyCommands().del(KEYS.lease());
			this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 1, KEYS.hash());
			assertThat(own.sweep(Duration.ofMinutes(1)).deleted()).isEmpty();
		}
	}

	@Test
	void whenASweepWouldDeleteWhatWasThereAMomentAgoThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspector.sweep(Duration.ofSeconds(59)));
	}

	private SweptSessions sweep() {
		try {
			return this.inspector.sweep(Duration.ofMinutes(1));
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private RedisSessionStore store() {
		RedisSessionStore store = new RedisSessionStore(this.factory, SETTINGS);
		this.stores.add(store);
		store.start();
		return store;
	}

	private boolean isDeleted(String name) {
		try {
			return this.inspector.delete(name);
		}
		catch (SessionInUseException ex) {
			return false;
		}
		catch (SessionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A session with a record whose owner is gone. */
	private String orphan(SessionId id) {
		SessionKeys keys = new SessionKeys("test", id);
		this.redis.hashCommands().hSet(keys.hash(), bytes("s-1"), Packets.publish(1, 1, "payload"));
		this.redis.stringCommands().set(keys.mark(), bytes("1:1:0"));
		this.redis.zSetCommands().zAdd(SessionKeys.sessions("test"), 1, keys.hash());
		return new SessionNames("test").name(keys);
	}

	private static SessionId id(String clientId) {
		return new SessionId(clientId, "tcp://broker:1883", MqttVersion.V3);
	}

	private static byte[] large(int packetId, int size) {
		String payload = IntStream.range(0, size).mapToObj((i) -> "x").collect(Collectors.joining());
		java.nio.ByteBuffer packet = java.nio.ByteBuffer.allocate(1 + 3 + 5 + size);
		int length = 5 + size;
		packet.put((byte) 0x32).put((byte) (length & 0x7f | 0x80)).put((byte) (length >> 7 & 0x7f | 0x80));
		packet.put((byte) (length >> 14)).putShort((short) 1).put((byte) 't').putShort((short) packetId);
		return packet.put(bytes(payload)).array();
	}

	private static InspectedSession only(Page<InspectedSession> page) {
		assertThat(page.entries()).hasSize(1);
		return page.entries().get(0);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
