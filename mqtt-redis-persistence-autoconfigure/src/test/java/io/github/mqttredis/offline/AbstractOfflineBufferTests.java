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

package io.github.mqttredis.offline;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.session.MqttUndeliveredMessageEvent;
import io.github.mqttredis.session.OfflineBufferSettings;
import io.github.mqttredis.session.OfflineBufferSettings.Drain;
import io.github.mqttredis.session.OfflineBufferSettings.TimeToLive;
import io.github.mqttredis.session.OfflineBufferSettings.WhenFull;
import io.github.mqttredis.session.SessionActivity.Event;
import io.github.mqttredis.session.UndeliveredMessages;
import io.github.mqttredis.session.UndeliveredMessages.Reason;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.SharedRedis;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an offline buffer does, for either version of Paho and any broker.
 */
abstract class AbstractOfflineBufferTests {

	private static final int PUBLISH = 3;

	private static final int WIDE = 1000;

	@RegisterExtension
	static final SharedRedis server = new SharedRedis();

	private final List<Process> processes = new ArrayList<>();

	private String clientId;

	private final Jedis redis = server.jedis();

	private Arrivals arrivals;

	@BeforeEach
	void start(TestInfo test) throws Exception {
		this.clientId = test.getTestMethod().orElseThrow().getName();
		this.arrivals = new Arrivals(broker(), "test/" + this.clientId);
	}

	@AfterEach
	void stop() throws Exception {
		this.redis.configSet("maxmemory", "0");
		this.redis.configSet("client-query-buffer-limit", "1gb");
		for (Process process : this.processes) {
			process.close();
		}
		this.arrivals.close();
	}

	abstract String broker();

	abstract Process process(int redisPort, String brokerUri);

	/** Return what the keys of sessions of this version end in. */
	abstract String version();

	private String hash() {
		return "test:{" + this.clientId + "@broker}:" + version();
	}

	private Process open(OfflineBufferSettings settings, int window, boolean clean) throws Exception {
		return open(settings, window, clean, UndeliveredMessages.UNWANTED);
	}

	private Process open(OfflineBufferSettings settings, int window, boolean clean, UndeliveredMessages undelivered)
			throws Exception {
		this.redis.del(hash() + ":lease");
		Process process = process(server.port(), broker()).handUndelivered(undelivered);
		this.processes.add(process);
		return process.open(this.clientId, settings, window, clean);
	}

	static OfflineBufferSettings settings(int size, WhenFull whenFull) {
		return new OfflineBufferSettings(true, size, Long.MAX_VALUE, whenFull, TimeToLive.FOREVER, Drain.UNLIMITED);
	}

	private long queued() {
		return this.redis.xlen(hash() + ":queue");
	}

	private Process open(int size, WhenFull whenFull) throws Exception {
		return open(settings(size, whenFull), WIDE, false);
	}

	final Process open() throws Exception {
		return open(5000, WhenFull.REJECT);
	}

	final void awaitNothingLeft(Process process) {
		Await.until("nothing is left in Redis", () -> this.redis.exists(hash(), hash() + ":queue") == 0);
		Await.until("no packet id is in use", () -> process.packetIdsInUse() == 0);
		assertThat(process.buffered()).isZero();
	}

	/** Wait until messages have grown older. */
	static void pass(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		Await.until("the time has passed", () -> System.nanoTime() > end);
	}

	final void assertInOrder(Process process, List<String> payloads) {
		this.arrivals.assertArrived(payloads);
		process.assertSentInOrder(payloads);
	}

	/** Payloads that end in their QoS, of every QoS in turn. */
	private static List<String> payloads(String name, int count) {
		return IntStream.range(0, count).mapToObj((i) -> name + i + "-q" + i % 3).toList();
	}

	private static List<String> joined(List<String> first, List<String> second) {
		List<String> result = new ArrayList<>(first);
		result.addAll(second);
		return result;
	}

	private static void publish(Process process, List<String> payloads) throws Exception {
		for (String payload : payloads) {
			process.publish(payload);
		}
	}

	@Test
	void whenBrokerWasNeverThereThenMessagesAreStoredAndSentInOrderAndBeforeNewerOnes() throws Exception {
		Process process = open();
		List<String> early = payloads("early", 60);
		publish(process, early);
		assertThat(queued()).isEqualTo(60);
		assertThat(process.packetIdsInUse()).isZero();
		process.tryToConnect();
		assertThat(process.isConnected()).isFalse();
		process.connect();
		List<String> late = payloads("late", 30);
		publish(process, late);
		assertInOrder(process, joined(early, late));
		awaitNothingLeft(process);
		assertThat(process.delivered()).containsExactlyInAnyOrderElementsOf(joined(early, late));
		assertThat(process.failed()).isEmpty();
	}

	/**
	 * Each try that Paho refused was an exception, a thousand a second.
	 */
	final void assertThatOthersWaitForRoom() throws Exception {
		Process process = open(settings(5000, WhenFull.REJECT), 4, false);
		process.connect();
		process.brokerLink().holdAnswers();
		List<String> payloads = IntStream.range(0, 30).mapToObj((i) -> "wide" + i + "-q1").toList();
		// Paho counts a message as in flight once its sender has taken it.
		publish(process, payloads.subList(0, 4));
		Await.until("the window is full", () -> process.brokerLink().sent(PUBLISH) == 4);
		publish(process, payloads.subList(4, 30));
		assertThat(process.buffered()).isEqualTo(26);
		long before = flusher().getWaitedCount();
		long end = System.nanoTime() + 1_000_000_000;
		Await.until("a second has passed", () -> System.nanoTime() > end);
		assertThat(flusher().getWaitedCount() - before).as("tries within a second").isLessThan(50);
		process.brokerLink().release();
		assertInOrder(process, payloads);
		awaitNothingLeft(process);
	}

	private ThreadInfo flusher() {
		return Stream.of(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false))
			.filter((thread) -> thread.getThreadName().equals("MQTT Offline: " + this.clientId))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void whenBrokerGoesAwayThenWhatIsInFlightGoesFirstAndTheRestInOrder() throws Exception {
		Process process = open();
		process.connect();
		process.brokerLink().holdAnswers();
		process.publish("flying0-q2");
		process.publish("flying1-q1");
		process.lose();
		List<String> away = payloads("away", 40);
		publish(process, away);
		assertThat(queued()).isEqualTo(40);
		assertThat(this.redis.hkeys(hash())).hasSize(2);
		process.connect();
		assertInOrder(process, joined(List.of("flying0-q2", "flying1-q1"), away));
		awaitNothingLeft(process);
	}

	@Test
	void whenProcessDiesThenSuccessorSendsInOrderAlsoWherePacketIdsBeginAgain() throws Exception {
		Process process = open();
		process.lastPacketId(65_520);
		List<String> first = payloads("first", 40);
		publish(process, first);
		process.die();
		Process second = open();
		assertThat(second.buffered()).isEqualTo(40);
		List<String> more = payloads("more", 20);
		publish(second, more);
		second.die();
		Process third = open();
		third.connect();
		List<String> last = payloads("last", 5);
		publish(third, last);
		assertInOrder(third, joined(joined(first, more), last));
		awaitNothingLeft(third);
	}

	/** At the next link Paho sends again in the order of packet ids. */
	@Test
	void whenAPacketIdIsFreeBehindTheirEndThenNoNewerMessageTakesIt() throws Exception {
		Process process = open();
		process.connect();
		process.brokerLink().holdAnswers();
		process.lastPacketId(65_533);
		publish(process, List.of("flying0-q2", "flying1-q2", "flying2-q1", "flying3-q2"));
		assertThat(this.redis.hkeys(hash())).containsExactlyInAnyOrder("s-65534", "s-65535", "s-1", "s-2");
		process.die();
		process.brokerLink().release();
		this.redis.hdel(hash(), "s-1");
		Process successor = open();
		successor.brokerLink().holdLaterAnswers();
		successor.connect();
		successor.publish("newer-q2");
		assertThat(this.redis.hkeys(hash())).contains("s-3").doesNotContain("s-1");
	}

	@Test
	void whenFullThenPublishFailsAndNoRecordStaysAlsoAfterARestart() throws Exception {
		Process process = open(3, WhenFull.REJECT);
		publish(process, List.of("a1", "b2", "c0"));
		assertRefused(process, "d1");
		assertRefused(process, "d2");
		assertThat(process.packetIdsInUse()).isZero();
		assertGivenUp(process, new GivenUp(2, 0, 0, 0));
		process.die();
		Process successor = open(3, WhenFull.REJECT);
		assertRefused(successor, "e2");
		successor.connect();
		assertInOrder(successor, List.of("a1", "b2", "c0"));
		awaitNothingLeft(successor);
		successor.publish("f2");
		assertInOrder(successor, List.of("a1", "b2", "c0", "f2"));
	}

	/** By the meters. */
	private static void assertGivenUp(Process process, GivenUp expected) {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new MqttPersistenceMetrics(process::store, false).bindTo(registry);
		assertThat(new GivenUp(count(registry, "rejected"), count(registry, "dropped", "which", "oldest"),
				count(registry, "dropped", "which", "newest"), count(registry, "expired")))
			.isEqualTo(expected);
	}

	private static long count(MeterRegistry registry, String name, String... tags) {
		return (long) registry.get("mqtt.persistence.queue." + name).tags(tags).functionCounter().count();
	}

	private void assertRefused(Process process, String payload) {
		assertThatException().isThrownBy(() -> process.publish(payload))
			.withMessageContaining("mqtt.persistence.offline-buffer.max-messages")
			.extracting("reasonCode")
			.isEqualTo(32203);
		assertThat(queued()).isEqualTo(3);
	}

	@Test
	void whenFullThenOldestIsDroppedAndItsTokenFailsAlsoAfterARestart() throws Exception {
		Process process = open(3, WhenFull.DROP_OLDEST);
		publish(process, List.of("a1", "b2", "c1", "d2"));
		assertThat(process.failed()).singleElement().asString().startsWith("a1: The message was dropped");
		assertGivenUp(process, new GivenUp(0, 1, 0, 0));
		Await.until("its record goes", () -> queued() == 3);
		assertThat(process.packetIdsInUse()).isZero();
		process.die();
		Process successor = open(3, WhenFull.DROP_OLDEST);
		successor.publish("e2");
		Await.until("the oldest record goes", () -> queued() == 3);
		successor.connect();
		assertInOrder(successor, List.of("c1", "d2", "e2"));
		awaitNothingLeft(successor);
	}

	@Test
	void whenLinkIsLostAgainAndAgainWhileFlushingThenAllArriveAndQos2OnceAndNoPacketIdStaysInUse() throws Exception {
		Process process = open(settings(5000, WhenFull.REJECT), 20, false);
		List<String> all = payloads("m", 600);
		publish(process, all);
		for (int i = 1; i < 6; i++) {
			int before = process.buffered();
			process.connect();
			Await.until("a part is sent", () -> process.buffered() < before || process.buffered() == 0);
			process.lose();
		}
		process.connect();
		// What Paho has taken of QoS 0 is lost with the link.
		List<String> payloads = all.stream().filter((payload) -> Process.qosOf(payload) > 0).toList();
		this.arrivals.assertOnce(payloads);
		assertSentInOrder(process.brokerLink().recorded(), payloads);
		// Where a sender of the link before ended late, the next link gives them back.
		Await.until("no packet id is in use", () -> {
			if (process.packetIdsInUse() > 0) {
				process.lose();
				process.connect();
			}
			return process.packetIdsInUse() == 0;
		});
		awaitNothingLeft(process);
	}

	@Test
	void whenProcessDiesWhileFlushingThenSuccessorSendsTheRestAndQos2Once() throws Exception {
		List<String> payloads = IntStream.range(0, 200).mapToObj((i) -> "m" + i + "-q" + (1 + i % 2)).toList();
		Process process = open(settings(5000, WhenFull.REJECT), 10, false);
		publish(process, payloads);
		for (int i = 0; i < 4; i++) {
			int before = process.buffered();
			process.connect();
			Process flushing = process;
			Await.until("a part is sent", () -> flushing.buffered() < before || flushing.buffered() == 0);
			process.die();
			process = open(settings(5000, WhenFull.REJECT), 10, false);
		}
		process.connect();
		this.arrivals.assertOnce(payloads);
		assertSentInOrder(recorded(), payloads);
		awaitNothingLeft(process);
	}

	private String recorded() {
		return this.processes.stream().map(Process::brokerLink).map(FaultyLink::recorded).collect(Collectors.joining());
	}

	/**
	 * Check in what order messages were first sent, by several processes. MQTT promises
	 * it by topic and QoS (4.6).
	 */
	private static void assertSentInOrder(String sent, List<String> payloads) {
		assertThat(List.of(0, 1, 2)).allSatisfy((qos) -> assertThat(
				payloads.stream().filter((payload) -> Process.qosOf(payload) == qos).map(sent::indexOf))
			.isSorted()
			.doesNotContain(-1));
	}

	@Test
	void whenAsManyAreInFlightAsMayBeThenTheRestWaits() throws Exception {
		Process process = open(settings(5000, WhenFull.REJECT), 1, false);
		process.connect();
		List<String> payloads = payloads("m", 100);
		publish(process, payloads);
		assertInOrder(process, payloads);
		awaitNothingLeft(process);
	}

	@Test
	void whenRedisIsFullThenPublishFailsAndNothingRemainsOfIt() throws Exception {
		Process process = open();
		process.publish("kept2");
		this.redis.configSet("maxmemory", "1");
		assertThatException().isThrownBy(() -> process.publish("refused2")).withMessageContaining("Could not store");
		this.redis.configSet("maxmemory", "0");
		assertThat(process.packetIdsInUse()).isZero();
		assertThat(process.buffered()).isEqualTo(1);
		Await.until("Redis takes messages again", () -> process.store().sessions().get(0).size() == 1);
		process.connect();
		assertInOrder(process, List.of("kept2"));
		awaitNothingLeft(process);
	}

	@Test
	void whenEveryConnectBeginsACleanSessionThenTheBufferStays() throws Exception {
		Process process = open(settings(100, WhenFull.REJECT), WIDE, true);
		process.publish("a2");
		process.tryToConnect();
		process.publish("b1");
		process.die();
		Process successor = open(settings(100, WhenFull.REJECT), WIDE, true);
		successor.tryToConnect();
		assertThat(queued()).isEqualTo(2);
		successor.connect();
		assertInOrder(successor, List.of("a2", "b1"));
		awaitNothingLeft(successor);
	}

	@Test
	void whenMessageWaitsThenWaitingForItsTokenEndsAndItsListenerIsToldOfTheDelivery() throws Exception {
		Process process = open();
		process.publishAndWait("a2");
		assertThat(process.delivered()).isEmpty();
		process.connect();
		Await.until("the listener is told", () -> process.delivered().equals(List.of("a2")));
		process.publishAndWait("b2");
		assertThat(process.failed()).isEmpty();
	}

	@Test
	void whenBufferIsSwitchedOffThenPublishFailsAndWhatWaitsIsSentAllTheSame() throws Exception {
		Process process = open();
		publish(process, List.of("a2", "b1", "c0"));
		process.die();
		Process successor = open(OfflineBufferSettings.DISABLED, WIDE, false);
		assertThatException().isThrownBy(() -> successor.publish("d1"));
		successor.connect();
		assertInOrder(successor, List.of("a2", "b1", "c0"));
		awaitNothingLeft(successor);
	}

	@Test
	void whenBufferIsSwitchedOffThenNoMessagePassesThoseThatWait() throws Exception {
		Process process = open();
		List<String> waiting = payloads("waiting", 300);
		publish(process, waiting);
		process.die();
		Process successor = open(OfflineBufferSettings.DISABLED, WIDE, false);
		successor.connect();
		successor.publish("last-q1");
		assertInOrder(successor, joined(waiting, List.of("last-q1")));
		awaitNothingLeft(successor);
	}

	/** As after a power cut: what was sent long ago seems to wait again. */
	@Test
	void whenRedisComesBackWithAnOlderQueueThenItIsNotTakenForThisOne() throws Exception {
		Process first = open();
		List<String> old = payloads("old", 2);
		publish(first, old);
		Map<String, byte[]> dump = Stream.of(hash(), hash() + ":mark", hash() + ":queue")
			.filter(this.redis::exists)
			.collect(Collectors.toMap((key) -> key, this.redis::dump));
		first.connect();
		assertInOrder(first, old);
		awaitNothingLeft(first);
		first.die();
		Process second = open();
		List<String> now = joined(payloads("new", 5), List.of("last-q1"));
		publish(second, now.subList(0, 5));
		this.redis.del(hash(), hash() + ":mark", hash() + ":queue");
		dump.forEach((key, value) -> this.redis.restore(key, 0, value));
		second.publish(now.get(5));
		assertThat(queued()).isEqualTo(6);
		second.die();
		Process third = open();
		third.connect();
		this.arrivals.assertArrived(joined(old, now));
		third.assertSentInOrder(now);
		awaitNothingLeft(third);
	}

	@Test
	void whenFullThenTheNewestIsDroppedAndItsTokenFails() throws Exception {
		Process process = open(3, WhenFull.DROP_NEWEST);
		publish(process, List.of("a1", "b2", "c1", "d2"));
		assertThat(process.failed()).singleElement()
			.asString()
			.startsWith("d2: The message was dropped")
			.contains("older messages waited");
		assertThat(queued()).isEqualTo(3);
		assertGivenUp(process, new GivenUp(0, 0, 1, 0));
		process.connect();
		assertInOrder(process, List.of("a1", "b2", "c1"));
		awaitNothingLeft(process);
	}

	@Test
	void whenAsManyBytesWaitAsMayThenPublishFailsAndOneThatNeverFitsIsNamed() throws Exception {
		Process process = open(
				new OfflineBufferSettings(true, 1000, 500, WhenFull.DROP_OLDEST, TimeToLive.FOREVER, Drain.UNLIMITED),
				WIDE, false);
		List<String> payloads = IntStream.range(0, 30).mapToObj((i) -> "m" + i + "-q1").toList();
		publish(process, payloads);
		assertThat(process.buffered()).isBetween(2, 10);
		assertThatException().isThrownBy(() -> process.publish("x".repeat(600) + "1"))
			.withMessageContaining("max-size is 500 bytes")
			.extracting("reasonCode")
			.isEqualTo(32203);
		int kept = process.buffered();
		assertGivenUp(process, new GivenUp(1, 30 - kept, 0, 0));
		process.connect();
		assertInOrder(process, payloads.subList(30 - kept, 30));
		awaitNothingLeft(process);
	}

	@Test
	void whenAMessageHasWaitedTooLongThenItIsNotSentAlsoAfterARestart() throws Exception {
		OfflineBufferSettings shortly = new OfflineBufferSettings(true, 1000, 10_000, WhenFull.REJECT,
				new TimeToLive(Duration.ofMillis(50), Map.of()), Drain.UNLIMITED);
		Process process = open(shortly, WIDE, false);
		publish(process, payloads("late", 40));
		process.die();
		Process successor = open(5000, WhenFull.REJECT);
		successor.publish("fresh2");
		pass(Duration.ofMillis(100));
		successor.connect();
		assertInOrder(successor, List.of("fresh2"));
		awaitNothingLeft(successor);
		assertGivenUp(successor, new GivenUp(0, 0, 0, 40));
	}

	@Test
	void whenATopicHasATimeOfItsOwnThenItCountsInPlaceOfTheOthers() throws Exception {
		TimeToLive times = new TimeToLive(Duration.ofMillis(1),
				Map.of("test/#", Duration.ofHours(2), "test/+", Duration.ofHours(1), "other/#", Duration.ofMillis(1)));
		Process process = open(new OfflineBufferSettings(true, 1000, 10_000, WhenFull.REJECT, times, Drain.UNLIMITED),
				WIDE, false);
		publish(process, List.of("a1", "b2"));
		pass(Duration.ofMillis(50));
		process.connect();
		assertInOrder(process, List.of("a1", "b2"));
		awaitNothingLeft(process);
	}

	@Test
	void whenARateIsSetThenWhatWaitsIsSentNoFaster() throws Exception {
		// 20 a second, but for those of a tenth of a second, and for the time it takes to
		// be connected.
		assertThatDrainingTakesASecond(new Drain(20, 0, Drain.Order.IN_ORDER), 30, "m");
	}

	@Test
	void whenARateOfBytesIsSetThenWhatWaitsIsSentNoFaster() throws Exception {
		assertThatDrainingTakesASecond(new Drain(0, 2000, Drain.Order.IN_ORDER), 6, "x".repeat(500));
	}

	private void assertThatDrainingTakesASecond(Drain drain, int messages, String name) throws Exception {
		Process process = open(drained(drain), WIDE, false);
		List<String> payloads = IntStream.range(0, messages).mapToObj((i) -> name + i + "-q1").toList();
		publish(process, payloads);
		process.connect();
		long connected = System.nanoTime();
		assertInOrder(process, payloads);
		assertThat(Duration.ofNanos(System.nanoTime() - connected)).isGreaterThan(Duration.ofMillis(1000));
		awaitNothingLeft(process);
	}

	@Test
	void whenLiveMessagesGoFirstThenTheyOvertakeWhatWaitsAndEachOfTheTwoKeepsItsOrder() throws Exception {
		Process process = open(drained(new Drain(20, 0, Drain.Order.LIVE_FIRST)), 4, false);
		List<String> waited = IntStream.range(0, 60).mapToObj((i) -> "waited" + i + "-q1").toList();
		publish(process, waited);
		process.connect();
		// More than may be in flight: each finds room before what waits does.
		List<String> live = IntStream.range(0, 40).mapToObj((i) -> "live" + i + "-q1").toList();
		publish(process, live);
		assertThat(process.buffered()).as("what waits after all live ones are sent").isPositive();
		this.arrivals.assertArrived(joined(waited, live));
		process.assertSentInOrder(live);
		process.assertSentInOrder(waited);
		process.assertSentInOrder(List.of(live.get(39), waited.get(59)));
		awaitNothingLeft(process);
	}

	final void assertThatLiveMessagesBehindOneWithoutRoomWaitAsWell() throws Exception {
		Process process = open(drained(new Drain(0, 0, Drain.Order.LIVE_FIRST)), 4, false);
		publish(process, IntStream.range(0, 10).mapToObj((i) -> "waited" + i + "-q1").toList());
		process.brokerLink().release();
		process.connect();
		process.brokerLink().holdAnswers();
		List<String> live = IntStream.range(0, 8).mapToObj((i) -> "live" + i + "-q1").toList();
		publish(process, live.subList(0, 6));
		assertThat(process.buffered()).isPositive();
		process.brokerLink().release();
		publish(process, live.subList(6, 8));
		this.arrivals.assertOnce(live);
		process.assertSentInOrder(live);
		awaitNothingLeft(process);
	}

	private static OfflineBufferSettings drained(Drain drain) {
		return new OfflineBufferSettings(true, 1000, 100_000, WhenFull.REJECT, TimeToLive.FOREVER, drain);
	}

	@Test
	void whenTheApplicationTakesExpiredMessagesThenEachLeavesOnceItHasTakenIt() throws Exception {
		OfflineBufferSettings shortly = new OfflineBufferSettings(true, 1000, 10_000, WhenFull.REJECT,
				new TimeToLive(Duration.ofMillis(50), Map.of()), Drain.UNLIMITED);
		Taker refusing = new Taker(Integer.MAX_VALUE);
		Process process = open(shortly, WIDE, false, refusing);
		List<String> late = payloads("late", 12);
		publish(process, late);
		pass(Duration.ofMillis(100));
		process.connect();
		Await.until("one is offered", () -> refusing.offered.get() > 0);
		process.die();
		Taker taker = new Taker(2);
		Process successor = open(settings(1000, WhenFull.REJECT), WIDE, false, taker);
		successor.connect();
		// The former one may have set some aside before it died.
		Await.until("all are taken",
				() -> queued() == 0 && taker.taken.size() + this.redis.hlen(hash() + ":quarantine") == late.size());
		assertThat(taker.taken).isSubsetOf(late).doesNotHaveDuplicates();
		assertThat(taker.reasons).containsOnly(Reason.EXPIRED);
		successor.publish("after1");
		this.arrivals.assertOnce(List.of("after1"));
		awaitNothingLeft(successor);
	}

	@Test
	void whenTheApplicationNeverTakesAnExpiredMessageThenItIsSetAsideAndTheOthersGoOn() throws Exception {
		OfflineBufferSettings shortly = new OfflineBufferSettings(true, 1000, 10_000, WhenFull.REJECT,
				new TimeToLive(Duration.ofMillis(50), Map.of()), Drain.UNLIMITED);
		Process process = open(shortly, WIDE, false);
		process.publish("late1");
		pass(Duration.ofMillis(100));
		process.die();
		// What is published now must not expire, however slow the machine is.
		Process successor = open(settings(1000, WhenFull.REJECT), WIDE, false, new Taker(Integer.MAX_VALUE));
		successor.publish("fresh1");
		successor.connect();
		this.arrivals.assertArrived(List.of("fresh1"));
		assertThat(this.redis.hkeys(hash() + ":quarantine")).singleElement()
			.asString()
			.matches("(?s)q-[0-9]+ at .*")
			.contains("it expired, and the application did not take it over", "The application does not take it")
			.doesNotContain("is full");
	}

	@ParameterizedTest
	@EnumSource(value = WhenFull.class, names = "REJECT", mode = EnumSource.Mode.EXCLUDE)
	void whenTheApplicationTakesDroppedMessagesThenNoneIsDroppedThatItDoesNotTake(WhenFull whenFull) throws Exception {
		Taker taker = new Taker(1);
		Process process = open(settings(3, whenFull), WIDE, false, taker);
		publish(process, List.of("a1", "b2", "c1"));
		assertThatException().isThrownBy(() -> process.publish("d2"))
			.withMessageContaining("has not taken over what is dropped")
			.extracting("reasonCode")
			.isEqualTo(32203);
		process.publish("e1");
		boolean oldest = whenFull == WhenFull.DROP_OLDEST;
		assertThat(taker.taken).containsExactly(oldest ? "a1" : "e1");
		assertThat(taker.reasons).containsExactly(Reason.DROPPED);
		assertGivenUp(process, new GivenUp(1, oldest ? 1 : 0, oldest ? 0 : 1, 0));
		process.connect();
		assertInOrder(process, oldest ? List.of("b2", "c1", "e1") : List.of("a1", "b2", "c1"));
		awaitNothingLeft(process);
	}

	@ParameterizedTest
	@EnumSource(value = WhenFull.class, names = "REJECT", mode = EnumSource.Mode.EXCLUDE)
	void whenTheApplicationPublishesWhileItTakesAMessageOverThenThatIsRefused(WhenFull whenFull) throws Exception {
		List<Exception> refused = new CopyOnWriteArrayList<>();
		Taker taker = new Taker(0) {

			@Override
			public void take(MqttUndeliveredMessageEvent message) {
				super.take(message);
				try {
					AbstractOfflineBufferTests.this.processes.get(0).publish("within1");
				}
				catch (Exception ex) {
					refused.add(ex);
				}
			}

		};
		Process process = open(settings(1, whenFull), WIDE, false, taker);
		publish(process, List.of("a1", "b1"));
		assertThat(taker.taken).containsExactly((whenFull == WhenFull.DROP_OLDEST) ? "a1" : "b1");
		assertThat(refused).singleElement()
			.asString()
			.contains("has not taken over what is dropped", "mqtt.persistence.undelivered");
	}

	@Test
	void whenAListenerFailsThenTheOthersAreTakenAndSentAllTheSame() throws Exception {
		OfflineBufferSettings shortly = new OfflineBufferSettings(true, 2, 10_000, WhenFull.DROP_OLDEST,
				new TimeToLive(Load.seconds(1), Map.of()), Drain.UNLIMITED);
		Process process = open(shortly, WIDE, false);
		publish(process, List.of("throwing-1", "throwing+1", "throwing*1"));
		assertThat(process.failed()).hasSize(1);
		pass(Load.millis(1100));
		process.connect();
		Await.until("the others are given up", () -> process.failed().size() == 3);
		process.publish("after1");
		assertInOrder(process, List.of("after1"));
		awaitNothingLeft(process);
	}

	@Test
	void whenRedisLosesWhatWaitsThenTheWindowIsWrittenBackAndTheRestIsCounted() throws Exception {
		Process process = open();
		List<String> payloads = IntStream.range(0, 60).mapToObj((i) -> "m" + i + "-q1").toList();
		publish(process, payloads);
		this.redis.flushAll();
		Await.until("what is in memory is written back", () -> queued() > 0);
		Await.until("the rest is known to be gone", () -> process.buffered() == queued());
		int kept = process.buffered();
		assertThat(kept).isBetween(2, 30);
		assertThat(process.store().activity().values()).singleElement()
			.satisfies((activity) -> assertThat(activity.count(Event.QUEUE_LOST)).isEqualTo(60 - kept));
		process.publish("after1");
		process.connect();
		assertInOrder(process, joined(payloads.subList(0, kept), List.of("after1")));
		awaitNothingLeft(process);
	}

	@Test
	void whenRedisIsFullThenWhatWaitsIsSentAllTheSame() throws Exception {
		Process process = open();
		List<String> payloads = IntStream.range(0, 60).mapToObj((i) -> "m" + i + "-q" + (1 + i % 2)).toList();
		publish(process, payloads);
		this.redis.configSet("maxmemory", "1");
		process.connect();
		assertInOrder(process, payloads);
		awaitNothingLeft(process);
	}

	@Test
	void whenAMessageInTheQueueCannotBeReadThenItIsSetAsideAndTheOthersAreSent() throws Exception {
		Process process = open();
		List<String> payloads = IntStream.range(0, 60).mapToObj((i) -> "m" + i + "-q1").toList();
		publish(process, payloads);
		process.die();
		String queue = hash() + ":queue";
		StreamEntryID last = this.redis.xrevrange(queue, "+", "-", 1).get(0).getID();
		this.redis.xdel(queue, last);
		long broken = last.getTime() + 1;
		this.redis.xadd(queue, XAddParams.xAddParams().id(broken + "-0"), Map.of("r", "broken", "t", "1"));
		Process successor = open();
		successor.connect();
		assertInOrder(successor, payloads.subList(0, 59));
		awaitNothingLeft(successor);
		assertThat(this.redis.hkeys(hash() + ":quarantine")).containsExactly("q-" + broken);
	}

	@Test
	void whenJvmIsKilledWhileBufferingAndWhileFlushingThenSuccessorSendsWhatWasTakenAndQos2Once() throws Exception {
		List<String> taken;
		try (OfflineChild child = OfflineChild.start(version(), server.port(), broker(), this.clientId, "away")) {
			Await.until("messages are taken", () -> child.taken().size() >= 200);
			taken = child.kill();
		}
		String sent;
		try (FaultyLink link = FaultyLink.to(broker())) {
			link.record();
			for (int i = 1; i <= 2; i++) {
				int part = i * 20;
				try (OfflineChild child = OfflineChild.start(version(), server.port(), link.uri(), this.clientId,
						"back")) {
					Await.until("some have arrived", () -> this.arrivals.count() >= part);
					child.kill();
				}
			}
			sent = link.recorded();
		}
		Process successor = open();
		successor.connect();
		this.arrivals.assertOnce(taken);
		assertSentInOrder(sent + recorded(), taken);
		awaitNothingLeft(successor);
	}

	@Test
	void whenTheApplicationTakesADroppedMessageThenItIsNotSentMeanwhile() throws Exception {
		CountDownLatch goOn = new CountDownLatch(1);
		Taker taker = new Taker(0) {

			@Override
			public void take(MqttUndeliveredMessageEvent message) {
				super.take(message);
				Await.until("the test goes on", () -> goOn.getCount() == 0);
			}

		};
		Process process = open(settings(2, WhenFull.DROP_OLDEST), WIDE, false, taker);
		publish(process, List.of("a1", "b1"));
		CompletableFuture<Void> publisher = CompletableFuture.runAsync(() -> publishUnchecked(process, "c1"));
		Await.until("it is offered", () -> taker.taken.contains("a1"));
		process.connect();
		pass(Duration.ofMillis(300));
		goOn.countDown();
		publisher.get(Await.MILLIS, TimeUnit.MILLISECONDS);
		assertInOrder(process, List.of("b1", "c1"));
		assertThat(taker.taken).containsExactly("a1");
		awaitNothingLeft(process);
	}

	@Test
	void whenAListenerComesAfterPublishThenItIsToldOfTheDeliveryAlsoIfNobodyKeepsTheToken() throws Exception {
		Process process = open();
		process.publishAndListenLater("kept1").run();
		Runnable late = process.publishAndListenLater("late2");
		System.gc();
		process.connect();
		Await.until("the first listener is told", () -> process.delivered().equals(List.of("kept1")));
		Await.until("the second message is delivered", () -> process.packetIdsInUse() == 0);
		late.run();
		Await.until("the second listener is told", () -> process.delivered().equals(List.of("kept1", "late2")));
	}

	@Test
	void whenAListenerComesAfterItsMessageWasDroppedThenItIsTold() throws Exception {
		Process process = open(1, WhenFull.DROP_NEWEST);
		process.publish("a1");
		process.publishAndListenLater("b1").run();
		assertThat(process.failed()).singleElement().asString().startsWith("b1: The message was dropped");
	}

	@Test
	void whenRedisDoesNotTakeAMessageThatNobodyWaitsForThenItsTokenFailsAndTheOthersAreSent() throws Exception {
		Taker taker = new Taker(1);
		Process process = process(server.port(), broker()).storeBeforeSend().handUndelivered(taker);
		this.processes.add(process);
		process.open(this.clientId, settings(5000, WhenFull.REJECT), WIDE, false);
		this.redis.configSet("client-query-buffer-limit", "1mb");
		String large = "x".repeat(3 * 1024 * 1024) + "1";
		publish(process, List.of("a1", large, "b2"));
		Await.until("its listener is told", () -> !process.failed().isEmpty());
		assertThat(process.failed()).singleElement()
			.asString()
			.startsWith("xxx")
			.contains("Redis does not accept record q-")
			.contains("client-query-buffer-limit");
		Await.until("the application takes it over", () -> !taker.taken.isEmpty());
		assertThat(taker.taken).containsExactly(large);
		assertThat(taker.reasons).containsExactly(Reason.REFUSED);
		Await.until("the others are stored", () -> queued() == 2);
		process.connect();
		assertInOrder(process, List.of("a1", "b2"));
		awaitNothingLeft(process);
	}

	private static void publishUnchecked(Process process, String payload) {
		try {
			process.publish(payload);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** How many messages were not taken, or not kept. */
	private record GivenUp(long rejected, long oldest, long newest, long expired) {

	}

	/** Takes messages over after it has failed some times. */
	private static class Taker implements UndeliveredMessages {

		private final AtomicInteger offered = new AtomicInteger();

		private final List<String> taken = new CopyOnWriteArrayList<>();

		private final List<Reason> reasons = new CopyOnWriteArrayList<>();

		private final int failures;

		Taker(int failures) {
			this.failures = failures;
		}

		@Override
		public boolean isWanted() {
			return true;
		}

		@Override
		public void take(MqttUndeliveredMessageEvent message) {
			if (this.offered.incrementAndGet() <= this.failures) {
				throw new IllegalStateException("The application does not take it");
			}
			this.taken.add(new String(message.message().payload()));
			this.reasons.add(message.reason());
		}

	}

}
