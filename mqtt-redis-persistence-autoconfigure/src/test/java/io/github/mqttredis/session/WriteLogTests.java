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

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.mqttredis.session.WriteLog.QueueSize;
import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteLog}.
 */
class WriteLogTests {

	private static final int WINDOW = 40;

	private final WriteLog log = new WriteLog(1000, 1_000_000, WINDOW, (key, record) -> record);

	@Test
	void whenRecordIsPutThenCanBeReadAtOnce() {
		this.log.put(key("s-1"), bytes(3));
		assertThat(this.log.<byte[]>read((mirror) -> mirror.get(key("s-1")))).hasSize(3);
		assertThat(this.log.read(Mirror::keys)).containsExactly("s-1");
		assertThat(this.log.read(Mirror::bytes)).isEqualTo(3);
		assertThat(this.log.read(Mirror::counts)).containsEntry(RecordKind.SENT, 1).containsEntry(RecordKind.PUBREL, 0);
	}

	@Test
	void whenRecordIsReplacedOrRemovedThenCountsFollow() {
		this.log.put(key("s-1"), bytes(3));
		this.log.put(key("s-1"), bytes(10));
		assertThat(this.log.read(Mirror::bytes)).isEqualTo(10);
		assertThat(this.log.remove(key("s-1"))).isTrue();
		assertThat(this.log.read(Mirror::bytes)).isZero();
		assertThat(this.log.read(Mirror::counts)).containsEntry(RecordKind.SENT, 0);
	}

	@Test
	void whenThereIsNoSuchRecordThenRemovalIsNotShipped() {
		assertThat(this.log.remove(key("sb-1"))).isFalse();
		assertThat(this.log.hasPending()).isFalse();
	}

	@Test
	void whenKeyIsWrittenTwiceThenBatchHoldsTheLastWrite() {
		this.log.put(key("s-1"), bytes(1));
		this.log.put(key("s-2"), bytes(2));
		this.log.remove(key("s-1"));
		Batch batch = next();
		assertThat(batch.puts()).containsOnlyKeys(key("s-2"));
		assertThat(batch.removes()).containsExactly(key("s-1"));
		assertThat(batch.lengthsAfter().records()).isEqualTo(1);
	}

	@Test
	void whenClearedThenBatchForgetsWhatCameBefore() {
		this.log.put(key("s-1"), bytes(1));
		this.log.remove(key("s-1"));
		this.log.clear();
		this.log.put(key("s-2"), bytes(1));
		Batch batch = next();
		assertThat(batch.clears()).isTrue();
		assertThat(batch.puts()).containsOnlyKeys(key("s-2"));
		assertThat(batch.removes()).isEmpty();
		assertThat(batch.lengthsAfter().records()).isEqualTo(1);
	}

	@Test
	void whenBatchIsFullThenTheRestGoesWithTheNext() {
		for (int id = 1; id <= 5; id++) {
			this.log.put(key("s-" + id), bytes(10));
		}
		Batch first = this.log.next(2, 1000);
		assertThat(first.puts()).containsOnlyKeys(key("s-1"), key("s-2"));
		assertThat(first.lengthsAfter().records()).isEqualTo(2);
		this.log.applied(first);
		assertThat(this.log.next(100, 25).puts()).containsOnlyKeys(key("s-3"), key("s-4"));
	}

	@Test
	void whenRecordIsLargerThanABatchThenGoesAlone() {
		this.log.put(key("s-1"), bytes(10));
		this.log.put(key("s-2"), bytes(5000));
		this.log.put(key("s-3"), bytes(10));
		assertThat(ship(100, 1000)).containsExactly(List.of("s-1"), List.of("s-2"), List.of("s-3"));
	}

	@Test
	void whenNeighboursAreOfOnePacketIdThenTheyAreNotParted() {
		this.log.put(key("s-1"), bytes(10));
		this.log.put(key("s-2"), bytes(10));
		this.log.put(key("sc-2"), bytes(10));
		this.log.put(key("s-3"), bytes(10));
		assertThat(ship(2, 1000)).containsExactly(List.of("s-1", "s-2", "sc-2"), List.of("s-3"));
	}

	@Test
	void whenBatchIsAppliedThenWaitersGoOn() throws Exception {
		long position = this.log.put(key("s-1"), bytes(1));
		CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> await(position));
		assertThat(waiter).isNotDone();
		assertThat(this.log.position((value) -> true)).isGreaterThan(this.log.progress().applied());
		this.log.applied(next());
		assertThat(waiter.get(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		assertThat(this.log.position((value) -> true)).isLessThanOrEqualTo(this.log.progress().applied());
	}

	@Test
	void whenOtherBatchesAreAppliedThenWaiterSleepsOn() throws Exception {
		for (int id = 1; id <= 200; id++) {
			this.log.put(key("s-" + id), bytes(1));
		}
		long position = this.log.end();
		AtomicInteger looked = new AtomicInteger();
		CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> {
			try {
				return this.log.progress().await(position, 0, TimeUnit.MINUTES.toNanos(10), () -> {
					looked.incrementAndGet();
					return false;
				});
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		Await.until("it waits", () -> looked.get() > 0);
		while (this.log.hasPending()) {
			this.log.applied(this.log.next(1, 1000));
		}
		assertThat(waiter.get(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		assertThat(looked).hasValue(1);
	}

	@Test
	void whenShippingFailsThenThoseWhoWaitGiveUpAndTheWriteStays() throws Exception {
		long position = this.log.put(key("s-1"), bytes(1));
		CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> await(position));
		Await.until("the waiter gives up", () -> {
			this.log.failWaiters();
			return waiter.isDone();
		});
		assertThat(waiter.get()).isFalse();
		assertThat(next().puts()).containsOnlyKeys(key("s-1"));
	}

	@Test
	void whenShippingFailsBeforeTheWaitThenWaitEndsAtOnce() throws Exception {
		long seen = this.log.progress().failures();
		long position = this.log.put(key("s-1"), bytes(1));
		this.log.failWaiters();
		assertThat(this.log.progress().await(position, seen, TimeUnit.MINUTES.toNanos(10), () -> false)).isFalse();
	}

	@Test
	void whenWaitIsCancelledThenEndsAtOnce() throws Exception {
		long position = this.log.put(key("s-1"), bytes(1));
		AtomicBoolean cancelled = new AtomicBoolean();
		CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> {
			try {
				return this.log.progress()
					.await(position, this.log.progress().failures(), TimeUnit.MINUTES.toNanos(10), cancelled::get);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		cancelled.set(true);
		this.log.progress().wake();
		assertThat(waiter.get(Await.MILLIS, TimeUnit.MILLISECONDS)).isFalse();
	}

	@Test
	void whenLogGrowsPastItsBoundsThenOnlyTheMirrorIsLeft() {
		WriteLog small = new WriteLog(3, 1000, WINDOW, (key, record) -> record);
		for (int id = 1; id <= 4; id++) {
			small.put(key("s-" + id), bytes(1));
		}
		assertThat(small.isDropped()).isTrue();
		assertThat(small.hasPending()).isFalse();
		assertThat(small.read(Mirror::size)).isEqualTo(4);
		small.rewrite(List.of("s-9"), 0);
		assertThat(small.isDropped()).isFalse();
		assertThat(small.next(1000, 1000).puts()).containsOnlyKeys(key("s-1"), key("s-2"), key("s-3"), key("s-4"));
		assertThat(small.next(1000, 1000).removes()).containsExactly(key("s-9"));
	}

	@Test
	void whenWrittenBackThenEarlierWaitersWaitForTheWholeOfIt() {
		this.log.put(key("s-1"), bytes(1));
		this.log.put(key("s-2"), bytes(1));
		long position = this.log.put(key("s-3"), bytes(1));
		this.log.rewrite(List.of(), 0);
		Batch first = this.log.next(1, 1000);
		assertThat(first.lengthsAfter().records()).isEqualTo(Lengths.NOT_KNOWN);
		this.log.applied(first);
		assertThat(awaitBriefly(position)).isFalse();
		this.log.applied(this.log.next(1, 1000));
		Batch last = this.log.next(1, 1000);
		assertThat(last.lengthsAfter().records()).isEqualTo(3);
		this.log.applied(last);
		assertThat(awaitBriefly(position)).isTrue();
	}

	@Test
	void whenMoreIsWrittenBackThanMayWaitThenWhatComesMeanwhileWaitsBehindIt() {
		for (int id = 1; id <= 1500; id++) {
			this.log.put(key("s-" + id), bytes(1000));
		}
		assertThat(this.log.isDropped()).isTrue();
		this.log.rewrite(List.of(), 0);
		for (int id = 1501; id <= 2000; id++) {
			this.log.put(key("s-" + id), bytes(1000));
			assertThat(this.log.isDropped()).as("dropped with %d", id).isFalse();
		}
		assertThat(ship(100, 100_000).stream().flatMap(List::stream)).hasSize(2000);
		assertThat(this.log.hasPending()).isFalse();
	}

	@Test
	void whenARecordIsWrittenBackThenWhatDependsOnItWaitsUntilItIs() {
		this.log.put(key("s-1"), bytes(1));
		this.log.applied(next());
		assertThat(this.log.position(key("s-1"))).isLessThanOrEqualTo(this.log.progress().applied());
		this.log.rewrite(List.of(), 0);
		assertThat(this.log.position(key("s-1"))).isGreaterThan(this.log.progress().applied());
		assertThat(this.log.position((value) -> true)).isGreaterThan(this.log.progress().applied());
		this.log.applied(next());
		assertThat(this.log.position(key("s-1"))).isLessThanOrEqualTo(this.log.progress().applied());
	}

	@Test
	void whenWrittenBackThenAllOfOnePacketIdGoesInOneBatch() {
		this.log.put(key("s-1"), bytes(1));
		this.log.put(key("s-2"), bytes(1));
		this.log.put(key("sc-2"), bytes(1));
		this.log.rewrite(List.of("sb-2", "sc-1"), 0);
		Batch first = this.log.next(1, 1000);
		assertThat(first.puts()).containsOnlyKeys(key("s-1"));
		assertThat(first.removes()).containsExactly(key("sc-1"));
		this.log.applied(first);
		Batch second = this.log.next(1, 1000);
		assertThat(second.puts()).containsOnlyKeys(key("s-2"), key("sc-2"));
		assertThat(second.removes()).containsExactly(key("sb-2"));
	}

	@Test
	void whenRedisIsFullThenRemovalsGoAheadButNotOfPacketIdsThatWait() {
		this.log.put(key("s-1"), bytes(1));
		this.log.put(key("s-2"), bytes(1));
		this.log.applied(next());
		this.log.put(key("sc-2"), bytes(1));
		this.log.remove(key("s-1"));
		this.log.remove(key("s-2"));
		this.log.put(key("s-3"), bytes(1));
		Batch removes = this.log.nextMakingRoom(100);
		assertThat(removes.removes()).containsExactly(key("s-1"));
		this.log.applied(removes);
		Batch rest = next();
		assertThat(rest.puts()).containsOnlyKeys(key("sc-2"), key("s-3"));
		assertThat(rest.removes()).containsExactly(key("s-2"));
	}

	@Test
	void whenARecordIsSetAsideThenTheRestGoesOnAndNothingTakesItForStored() {
		this.log.put(key("s-1"), bytes(1));
		this.log.applied(next());
		this.log.remove(key("s-1"));
		this.log.put(key("s-1"), bytes(9));
		this.log.put(key("s-2"), bytes(1));
		assertThat(this.log.setAside(this.log.next(1, 9))).isNotNull()
			.extracting(WriteLog.Refused::key)
			.isEqualTo(key("s-1"));
		assertThat(this.log.aside(key("s-1"))).hasSize(9);
		assertThat(this.log.read(Mirror::keys)).containsExactly("s-2");
		Batch rest = next();
		assertThat(rest.puts()).containsOnlyKeys(key("s-2"));
		// An earlier record of that name must not stay in its place.
		assertThat(rest.removes()).containsExactly(key("s-1"));
		assertThat(rest.lengthsAfter().records()).isEqualTo(Lengths.NOT_KNOWN);
		this.log.applied(rest);
		this.log.put(key("s-3"), bytes(1));
		assertThat(next().lengthsAfter().records()).isEqualTo(2);
		this.log.rewrite(List.of(), 0);
		assertThat(next().puts()).containsOnlyKeys(key("s-2"), key("s-3"));
		assertThat(this.log.remove(key("s-1"))).isFalse();
		assertThat(this.log.countAside()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAMessageIsSetAsideThenItIsKeptOnlyForWhoWaitsForIt(boolean awaited) {
		WriteLog.Appended appended = this.log.queue(null, bytes(9), 0, awaited, () -> true);
		assertThat(appended).isNotNull();
		RecordKey key = appended.message().key();
		WriteLog.Refused refused = this.log.setAside(next());
		assertThat(refused).isNotNull();
		assertThat(refused.key()).isEqualTo(key);
		assertThat(refused.record()).hasSize(9);
		assertThat(refused.kept()).isEqualTo(awaited);
		assertThat(this.log.countAside()).isEqualTo(awaited ? 1 : 0);
		assertThat(this.log.queueSize().messages()).isZero();
		this.log.remove(key);
		assertThat(this.log.countAside()).isZero();
	}

	@Test
	void whenARecordIsPutAnewWhileItIsSetAsideThenTheNewOneIsShipped() {
		this.log.put(key("s-1"), bytes(9));
		Batch failed = next();
		this.log.put(key("s-1"), bytes(2));
		this.log.setAside(failed);
		assertThat(this.log.aside(key("s-1"))).isNull();
		assertThat(next().puts().get(key("s-1"))).hasSize(2);
		this.log.put(key("s-2"), bytes(9));
		this.log.setAside(next());
		this.log.put(key("s-2"), bytes(2));
		assertThat(this.log.countAside()).isZero();
	}

	@Test
	void whenShippedInAnyBatchesThenRedisHoldsTheMirror() {
		for (int seed = 0; seed < 200; seed++) {
			Random random = new Random(seed);
			WriteLog tested = new WriteLog(30, 300, WINDOW, (key, record) -> record);
			Map<String, byte[]> redis = new HashMap<>();
			for (int step = 0; step < 300; step++) {
				randomStep(random, tested, redis);
			}
			for (int batch = 0; tested.hasPending() || tested.isDropped(); batch++) {
				assertThat(batch).as("batches, seed " + seed).isLessThan(1000);
				shipOne(random, tested, redis);
			}
			assertThat(redis.keySet()).as("seed " + seed)
				.containsExactlyInAnyOrderElementsOf(tested.read(Mirror::keys));
			redis.forEach(
					(key, value) -> assertThat(tested.<byte[]>read((mirror) -> mirror.get(key(key)))).isSameAs(value));
		}
	}

	private static void randomStep(Random random, WriteLog tested, Map<String, byte[]> redis) {
		String key = RecordKind.values()[random.nextInt(4)].prefix() + (1 + random.nextInt(12));
		switch (random.nextInt(10)) {
			case 0, 1, 2, 3 -> tested.put(key(key), bytes(random.nextInt(20)));
			case 4, 5 -> tested.remove(key(key));
			case 6 -> {
				if (random.nextInt(20) == 0) {
					tested.clear();
				}
				else if (random.nextInt(10) == 0) {
					redis.keySet().removeIf((any) -> random.nextBoolean());
					tested.rewrite(List.copyOf(redis.keySet()), 0);
				}
			}
			default -> shipOne(random, tested, redis);
		}
	}

	private static void shipOne(Random random, WriteLog tested, Map<String, byte[]> redis) {
		if (tested.isDropped()) {
			tested.rewrite(List.copyOf(redis.keySet()), 0);
		}
		Batch batch = (random.nextInt(4) == 0) ? tested.nextMakingRoom(3) : tested.next(1 + random.nextInt(5), 40);
		if (batch == null) {
			return;
		}
		if (batch.clears()) {
			redis.clear();
		}
		batch.puts().forEach((key, value) -> redis.put(key.toString(), value));
		batch.removes().forEach((key) -> redis.remove(key.toString()));
		if (batch.lengthsAfter().records() != Lengths.NOT_KNOWN) {
			assertThat(redis).hasSize((int) batch.lengthsAfter().records());
		}
		tested.applied(batch);
	}

	@Test
	void whenAMessageIsHandedOverThenItLeavesTheQueueInTheBatchThatStoresItsRecord() {
		long number = queue(this.log, 5);
		this.log.applied(next());
		QueuedMessage message = this.log.firstOfQueue();
		assertThat(this.log.hand(message, key("s-1"), bytes(5), () -> true)).isTrue();
		this.log.put(key("s-2"), bytes(1));
		assertThat(this.log.next(1, 1)).as("before Paho has taken it").isNull();
		this.log.handed();
		Batch batch = this.log.next(1, 1);
		assertThat(batch.puts()).containsOnlyKeys(key("s-1"));
		assertThat(batch.queue().removed()).containsExactly(number);
		assertThat(batch.removesFirst()).isTrue();
		assertThat(batch.lengthsAfter()).isEqualTo(new Lengths(1, 0));
		assertThat(this.log.hand(message, key("s-3"), bytes(5), () -> true)).isFalse();
		assertThat(this.log.queueSize()).isEqualTo(new QueueSize(0, 0));
	}

	@Test
	void whenAMessageIsTakenBackThenItWaitsAtItsPlaceAndNothingOfItWasShipped() {
		long number = queue(this.log, 5);
		queue(this.log, 7);
		this.log.applied(next());
		QueuedMessage message = this.log.firstOfQueue();
		this.log.hand(message, key("s-1"), bytes(5), () -> true);
		this.log.put(key("s-2"), bytes(1));
		this.log.takeBack();
		assertThat(this.log.firstOfQueue().number()).isEqualTo(number);
		assertThat(this.log.queueSize()).isEqualTo(new QueueSize(2, 12));
		assertThat(this.log.read(Mirror::keys)).containsExactly("s-2");
		Batch batch = next();
		assertThat(batch.puts()).containsOnlyKeys(key("s-2"));
		assertThat(batch.queue().removed()).isEmpty();
	}

	@Test
	void whenAMessageIsTakenBackAndNothingElseWaitsThenNobodyWaitsForIt() {
		queue(this.log, 5);
		this.log.applied(next());
		this.log.hand(this.log.firstOfQueue(), key("s-1"), bytes(5), () -> true);
		assertThat(this.log.isHeld()).isTrue();
		this.log.takeBack();
		assertThat(this.log.isHeld()).isFalse();
		assertThat(this.log.isAwaited()).isFalse();
		assertThat(this.log.hasPending()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheSessionIsClearedWhileAMessageIsHandedOverThenTheLogGoesOn(boolean taken) {
		queue(this.log, 5);
		this.log.applied(next());
		this.log.hand(this.log.firstOfQueue(), key("s-1"), bytes(5), () -> true);
		this.log.clear();
		if (taken) {
			this.log.handed();
		}
		else {
			this.log.takeBack();
		}
		this.log.put(key("s-2"), bytes(1));
		Batch batch = next();
		assertThat(batch.puts()).containsOnlyKeys(key("s-2"));
		assertThat(batch.queue().removed()).hasSize(taken ? 1 : 0);
		assertThat(this.log.queueSize().messages()).isEqualTo(taken ? 0 : 1);
	}

	@Test
	void whenRedisHasAQueueOfBeforeThisOneBeganThenItIsReplaced() {
		StoredQueue redis = new StoredQueue();
		for (int i = 0; i < 3; i++) {
			queue(this.log, 10);
		}
		redis.apply(next(), this.log);
		redis.messages.clear();
		for (long number = 4990; number <= 5000; number++) {
			redis.messages.put(number, new QueuedMessage(number, 0, 0, 0, bytes(1)));
		}
		redis.last = 5000;
		this.log.rewrite(List.of(), redis.last);
		redis.apply(next(), this.log);
		assertThat(redis.messages).containsOnlyKeys(1L, 2L, 3L);
		assertThat(redis.lost).isZero();
	}

	@Test
	void whenWrittenBackThenAMessageStillLeavesTheQueueWithTheStoringOfItsRecord() {
		queue(this.log, 5);
		this.log.applied(next());
		this.log.hand(this.log.firstOfQueue(), key("s-1"), bytes(5), () -> true);
		this.log.handed();
		this.log.put(key("s-2"), bytes(5));
		this.log.rewrite(List.of(), 1);
		Batch first = this.log.next(1, 1);
		assertThat(first.puts()).containsOnlyKeys(key("s-1"));
		assertThat(first.queue().removed()).containsExactly(1L);
	}

	@Test
	void whenAMessageThatWasReadCannotBeDecodedThenItDoesNotCount() {
		StoredQueue redis = new StoredQueue();
		for (int i = 0; i < 10; i++) {
			queue(this.log, 10);
		}
		redis.apply(next(), this.log);
		QueuedMessage broken = redis.messages.get(6L);
		while (this.log.firstOfQueue().number() < 5) {
			this.log.remove(this.log.firstOfQueue().key());
			redis.apply(next(), this.log);
			redis.load(this.log, 100, broken.number());
		}
		this.log.unreadable(broken.key());
		redis.messages.remove(broken.number());
		assertThat(this.log.queueSize().messages()).isEqualTo(redis.messages.size());
	}

	@Test
	void whenRedisIsFullThenMessagesLeaveTheQueueAheadOfThoseThatComeIn() {
		long first = queue(this.log, 5);
		this.log.applied(next());
		long second = queue(this.log, 5);
		this.log.hand(this.log.firstOfQueue(), key("s-1"), bytes(5), () -> true);
		this.log.handed();
		Batch ahead = this.log.nextMakingRoom(100);
		assertThat(ahead.puts()).containsOnlyKeys(key("s-1"));
		assertThat(ahead.queue().removed()).containsExactly(first);
		assertThat(ahead.queue().added()).isEmpty();
		this.log.applied(ahead);
		assertThat(next().queue().added()).extracting(QueuedMessage::number).containsExactly(second);
	}

	@Test
	void whenTheQueueIsLongerThanTheWindowThenOnlyTheOldestStayInMemoryAndTheRestIsRead() {
		StoredQueue redis = new StoredQueue();
		for (int i = 0; i < 20; i++) {
			queue(this.log, 10);
		}
		assertThat(this.log.wantedOfQueue()).as("nothing is read while the window is full").isZero();
		redis.apply(next(), this.log);
		for (int number = 1; number <= 20; number++) {
			redis.load(this.log, 25);
			QueuedMessage oldest = this.log.firstOfQueue();
			assertThat(oldest).isNotNull();
			assertThat(oldest.number()).isEqualTo(number);
			assertThat(this.log.queueSize()).isEqualTo(new QueueSize(21 - number, 10L * (21 - number)));
			this.log.remove(oldest.key());
			redis.apply(next(), this.log);
		}
		assertThat(redis.messages).isEmpty();
		assertThat(this.log.firstOfQueue()).isNull();
	}

	@Test
	void whenRedisLosesTheQueueThenTheWindowIsWrittenBackAndTheRestIsCountedAsLost() {
		StoredQueue redis = new StoredQueue();
		for (int i = 0; i < 20; i++) {
			queue(this.log, 10);
		}
		redis.apply(next(), this.log);
		redis.messages.clear();
		redis.last = 0;
		this.log.rewrite(List.of(), redis.last);
		Batch batch = next();
		assertThat(batch.queue().added()).extracting(QueuedMessage::number).containsExactly(1L, 2L, 3L, 4L);
		redis.apply(batch, this.log);
		assertThat(redis.lost).isEqualTo(16);
		assertThat(this.log.queueSize().messages()).isEqualTo(4);
	}

	@Test
	void whenQueueIsShippedAndReadInAnyWayThenItIsHandedOverInOrderAndOnce() {
		for (int seed = 0; seed < 300; seed++) {
			Random random = new Random(seed);
			WriteLog tested = new WriteLog(40, 400, 60, (key, record) -> record);
			StoredQueue redis = new StoredQueue();
			List<Long> handed = new ArrayList<>();
			List<Long> removed = new ArrayList<>();
			long put = 0;
			StoredQueue older = redis.copy();
			for (int step = 0; step < 400; step++) {
				switch (random.nextInt(12)) {
					case 0, 1, 2, 3 -> {
						put = queue(tested, 1 + random.nextInt(20));
					}
					case 4, 5, 6 -> hand(random, tested, redis, handed);
					case 7 -> {
						long number = 1 + random.nextInt((int) put + 1);
						if (tested.remove(RecordKey.queued(number))) {
							removed.add(number);
						}
					}
					case 8 -> redis.load(tested, 1 + random.nextInt(50));
					case 9 -> {
						older = redis.copy();
					}
					case 10 -> {
						if (random.nextInt(8) == 0 && tested.isWholeInMemory()) {
							redis = older.copy();
							tested.rewrite(List.copyOf(redis.records.keySet()), redis.last);
						}
					}
					default -> redis.shipOne(random, tested);
				}
				assertThat(tested.queueSize().messages()).as("what waits in step %d, seed %d", step, seed)
					.isEqualTo(put - handed.size() - removed.size());
			}
			for (int turn = 0; tested.queueSize().messages() > 0 || tested.hasPending() || tested.isDropped(); turn++) {
				assertThat(turn).as("turns, seed " + seed).isLessThan(5000);
				redis.shipOne(random, tested);
				redis.load(tested, 50);
				hand(random, tested, redis, handed);
			}
			assertThat(handed).as("seed " + seed)
				.isSorted()
				.doesNotHaveDuplicates()
				.doesNotContainAnyElementsOf(removed);
			assertThat(handed).as("seed " + seed).hasSize((int) put - removed.size());
			assertThat(redis.messages).as("left, seed " + seed).isEmpty();
			assertThat(redis.records.keySet()).as("records, seed " + seed)
				.containsExactlyInAnyOrderElementsOf(tested.read(Mirror::keys));
			assertThat(tested.queueSize()).as("seed " + seed).isEqualTo(new QueueSize(0, 0));
		}
	}

	private static void hand(Random random, WriteLog tested, StoredQueue redis, List<Long> handed) {
		QueuedMessage oldest = tested.firstOfQueue();
		if (oldest == null) {
			return;
		}
		RecordKey key = key("s-" + (1 + handed.size() % 500));
		tested.hand(oldest, key, oldest.record(), () -> true);
		if (random.nextInt(3) == 0) {
			redis.shipOne(random, tested);
		}
		if (random.nextInt(5) == 0) {
			tested.takeBack();
		}
		else {
			handed.add(oldest.number());
			tested.handed();
		}
	}

	private static long queue(WriteLog log, int size) {
		WriteLog.Appended appended = log.queue(null, bytes(size), 0, true, () -> true);
		assertThat(appended).isNotNull();
		return appended.message().number();
	}

	private Batch next() {
		Batch batch = this.log.next(1000, 1_000_000);
		assertThat(batch).isNotNull();
		return batch;
	}

	private List<List<String>> ship(int maxFields, long maxBytes) {
		List<List<String>> result = new ArrayList<>();
		for (Batch batch = this.log.next(maxFields, maxBytes); batch != null; batch = this.log.next(maxFields,
				maxBytes)) {
			result.add(batch.puts().keySet().stream().map(RecordKey::toString).toList());
			this.log.applied(batch);
		}
		return result;
	}

	private boolean await(long position) {
		try {
			return this.log.progress()
				.await(position, this.log.progress().failures(), TimeUnit.SECONDS.toNanos(30), () -> false);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private boolean awaitBriefly(long position) {
		try {
			return this.log.progress().await(position, this.log.progress().failures(), 1, () -> false);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static RecordKey key(String name) {
		return RecordKey.require(name);
	}

	private static byte[] bytes(int length) {
		return new byte[length];
	}

	/** What Redis holds of a queue, as write.lua and queue.lua have it. */
	private static final class StoredQueue {

		private final TreeMap<Long, QueuedMessage> messages = new TreeMap<>();

		private final Map<String, byte[]> records = new HashMap<>();

		private long last;

		private long lost;

		StoredQueue copy() {
			StoredQueue copy = new StoredQueue();
			copy.messages.putAll(this.messages);
			copy.records.putAll(this.records);
			copy.last = this.last;
			return copy;
		}

		void shipOne(Random random, WriteLog log) {
			if (log.isDropped()) {
				log.rewrite(List.copyOf(this.records.keySet()), this.last);
			}
			Batch batch = (random.nextInt(4) == 0) ? log.nextMakingRoom(3) : log.next(1 + random.nextInt(5), 40);
			if (batch != null) {
				apply(batch, log);
			}
		}

		void apply(Batch batch, WriteLog log) {
			if (batch.queue().from() < 0) {
				this.messages.clear();
				this.last = 0;
			}
			this.messages.headMap(batch.queue().from()).clear();
			batch.puts().forEach((key, value) -> this.records.put(key.toString(), value));
			for (QueuedMessage message : batch.queue().added()) {
				assertThat(message.number()).as("a stream takes growing numbers only").isGreaterThan(this.last);
				this.messages.put(message.number(), message);
				this.last = message.number();
			}
			batch.queue()
				.removed()
				.stream()
				.filter((number) -> number >= batch.queue().from())
				.forEach(this.messages::remove);
			batch.removes().forEach((key) -> this.records.remove(key.toString()));
			if (this.messages.isEmpty()) {
				this.last = 0;
			}
			Lengths actual = new Lengths(this.records.size(), this.messages.size());
			assertThat(batch.lengthsAfter().differs(actual))
				.as("%s is there, %s was expected", actual, batch.lengthsAfter())
				.isFalse();
			log.applied(batch);
			this.lost += log.queueCounted(this.messages.size());
		}

		void load(WriteLog log, long mostBytes) {
			load(log, mostBytes, 0);
		}

		void load(WriteLog log, long mostBytes, long unreadable) {
			long from = log.wantedOfQueue();
			if (from == 0) {
				return;
			}
			List<QueuedMessage> page = new ArrayList<>();
			long bytes = 0;
			for (QueuedMessage message : this.messages.tailMap(from).values()) {
				if (bytes < mostBytes) {
					page.add(message);
					bytes += message.record().length;
				}
			}
			boolean whole = page.size() == this.messages.tailMap(from).size();
			Map<Long, byte[]> readable = new HashMap<>();
			page.forEach((message) -> readable.put(message.number(), message.record()));
			readable.remove(unreadable);
			log.addToQueue(new QueuePage(this.last, 0, 0, this.messages.size(), whole, page), readable);
		}

	}

}
