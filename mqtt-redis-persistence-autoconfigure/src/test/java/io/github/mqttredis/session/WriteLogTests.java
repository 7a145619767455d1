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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.mqttredis.testing.Await;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WriteLog}.
 */
class WriteLogTests {

	private final WriteLog log = new WriteLog(1000, 1_000_000, (key, record) -> record);

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
		assertThat(batch.lengthAfter()).isEqualTo(1);
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
		assertThat(batch.lengthAfter()).isEqualTo(1);
	}

	@Test
	void whenBatchIsFullThenTheRestGoesWithTheNext() {
		for (int id = 1; id <= 5; id++) {
			this.log.put(key("s-" + id), bytes(10));
		}
		Batch first = this.log.next(2, 1000);
		assertThat(first.puts()).containsOnlyKeys(key("s-1"), key("s-2"));
		assertThat(first.lengthAfter()).isEqualTo(2);
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
		WriteLog small = new WriteLog(3, 1000, (key, record) -> record);
		for (int id = 1; id <= 4; id++) {
			small.put(key("s-" + id), bytes(1));
		}
		assertThat(small.isDropped()).isTrue();
		assertThat(small.hasPending()).isFalse();
		assertThat(small.read(Mirror::size)).isEqualTo(4);
		small.rewrite(List.of("s-9"));
		assertThat(small.isDropped()).isFalse();
		assertThat(small.next(1000, 1000).puts()).containsOnlyKeys(key("s-1"), key("s-2"), key("s-3"), key("s-4"));
		assertThat(small.next(1000, 1000).removes()).containsExactly(key("s-9"));
	}

	@Test
	void whenWrittenBackThenEarlierWaitersWaitForTheWholeOfIt() {
		this.log.put(key("s-1"), bytes(1));
		this.log.put(key("s-2"), bytes(1));
		long position = this.log.put(key("s-3"), bytes(1));
		this.log.rewrite(List.of());
		Batch first = this.log.next(1, 1000);
		assertThat(first.lengthAfter()).isEqualTo(Batch.UNKNOWN_LENGTH);
		this.log.applied(first);
		assertThat(awaitBriefly(position)).isFalse();
		this.log.applied(this.log.next(1, 1000));
		Batch last = this.log.next(1, 1000);
		assertThat(last.lengthAfter()).isEqualTo(3);
		this.log.applied(last);
		assertThat(awaitBriefly(position)).isTrue();
	}

	@Test
	void whenMoreIsWrittenBackThanMayWaitThenWhatComesMeanwhileWaitsBehindIt() {
		for (int id = 1; id <= 1500; id++) {
			this.log.put(key("s-" + id), bytes(1000));
		}
		assertThat(this.log.isDropped()).isTrue();
		this.log.rewrite(List.of());
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
		this.log.rewrite(List.of());
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
		this.log.rewrite(List.of("sb-2", "sc-1"));
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
		Batch removes = this.log.nextRemoves(100);
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
		assertThat(this.log.setAside(this.log.next(1, 9))).isEqualTo(key("s-1"));
		assertThat(this.log.aside(key("s-1"))).hasSize(9);
		assertThat(this.log.read(Mirror::keys)).containsExactly("s-2");
		Batch rest = next();
		assertThat(rest.puts()).containsOnlyKeys(key("s-2"));
		// An earlier record of that name must not stay in its place.
		assertThat(rest.removes()).containsExactly(key("s-1"));
		assertThat(rest.lengthAfter()).isEqualTo(Batch.UNKNOWN_LENGTH);
		this.log.applied(rest);
		this.log.put(key("s-3"), bytes(1));
		assertThat(next().lengthAfter()).isEqualTo(2);
		this.log.rewrite(List.of());
		assertThat(next().puts()).containsOnlyKeys(key("s-2"), key("s-3"));
		assertThat(this.log.remove(key("s-1"))).isFalse();
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
			WriteLog tested = new WriteLog(30, 300, (key, record) -> record);
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
					tested.rewrite(List.copyOf(redis.keySet()));
				}
			}
			default -> shipOne(random, tested, redis);
		}
	}

	private static void shipOne(Random random, WriteLog tested, Map<String, byte[]> redis) {
		if (tested.isDropped()) {
			tested.rewrite(List.copyOf(redis.keySet()));
		}
		Batch batch = (random.nextInt(4) == 0) ? tested.nextRemoves(3) : tested.next(1 + random.nextInt(5), 40);
		if (batch == null) {
			return;
		}
		if (batch.clears()) {
			redis.clear();
		}
		batch.puts().forEach((key, value) -> redis.put(key.toString(), value));
		batch.removes().forEach((key) -> redis.remove(key.toString()));
		if (batch.lengthAfter() != Batch.UNKNOWN_LENGTH) {
			assertThat(redis).hasSize(batch.lengthAfter());
		}
		tested.applied(batch);
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

}
