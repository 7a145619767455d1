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

package io.github.mqttredis.sample.launcher.page;

import java.util.List;

import io.github.mqttredis.sample.launcher.page.Tally.Counts;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TallyTests {

	private static final long LATER = Tally.GRACE.toNanos() + 1;

	private final Tally tally = new Tally();

	@Test
	void whenAnAcceptedReadingArrivesThenItIsDelivered() {
		publish("a", 1, true);
		this.tally.delivered("a");
		assertThat(this.tally.counts(LATER)).isEqualTo(new Counts(1, 1, 0, 0, 0, 0));
	}

	@Test
	void whenAReadingArrivesBeforeTheAnswerThenItIsDelivered() {
		this.tally.attempted("a", 1);
		this.tally.delivered("a");
		this.tally.answered("a", true, 0);
		assertThat(this.tally.counts(LATER)).isEqualTo(new Counts(1, 1, 0, 0, 0, 0));
	}

	@Test
	void whenAReadingArrivesAgainThenItsQosSaysWhatThatIs() {
		publish("once", 2, true);
		publish("at least once", 1, true);
		List.of("once", "once", "at least once", "at least once", "at least once").forEach(this.tally::delivered);
		assertThat(this.tally.counts(0)).isEqualTo(new Counts(2, 2, 0, 1, 2, 0));
	}

	@Test
	void whenAReadingIsNowhereForLongThenItIsLost() {
		publish("a", 2, true);
		assertThat(this.tally.counts(LATER - 2).lost()).isZero();
		assertThat(this.tally.counts(LATER).lost()).isOne();
		this.tally.delivered("a");
		assertThat(this.tally.counts(LATER).lost()).isZero();
	}

	@Test
	void whenAReadingIsInRedisThenItIsNotLost() {
		publish("a", 2, true);
		publish("b", 2, true);
		this.tally.stored(List.of("a", "not of ours"), LATER);
		assertThat(this.tally.counts(LATER + 1).lost()).isOne();
	}

	@Test
	void whenRedisIsAwayThenNothingIsCalledLost() {
		publish("a", 2, true);
		this.tally.redisIsAway(LATER);
		assertThat(this.tally.counts(LATER + 1).lost()).isZero();
		assertThat(this.tally.counts(LATER + LATER).lost()).isOne();
	}

	@Test
	void whenAReadingIsNotAcceptedThenItIsNeitherDeliveredNorLost() {
		publish("a", 1, false);
		this.tally.delivered("a");
		publish("b", 2, false);
		assertThat(this.tally.counts(LATER)).isEqualTo(new Counts(0, 0, 0, 0, 0, 2));
	}

	@Test
	void whenAReadingIsTriedAgainThenItCountsOnce() {
		publish("a", 1, false);
		for (String again : List.of("b", "c")) {
			this.tally.attemptedAgain(again, 1);
			this.tally.answered(again, false, 0);
		}
		assertThat(this.tally.counts(0)).isEqualTo(new Counts(0, 0, 0, 0, 0, 1));
		this.tally.attemptedAgain("d", 1);
		this.tally.answered("d", true, 0);
		assertThat(this.tally.counts(0)).isEqualTo(new Counts(1, 0, 0, 0, 0, 0));
	}

	@Test
	void whenAReadingIsSeenNowhereForLongThenSomebodyShouldLook() {
		publish("a", 1, true);
		assertThat(this.tally.isInDoubt(LATER / 2)).isFalse();
		assertThat(this.tally.isInDoubt(LATER / 2 + 1)).isTrue();
		this.tally.stored(List.of("a"), LATER / 2 + 1);
		assertThat(this.tally.isInDoubt(LATER / 2 + 2)).isFalse();
	}

	@Test
	void whenReadingsHaveNotArrivedThenTheyCanBeToldFromThoseThatHave() {
		publish("a", 1, true);
		publish("b", 1, false);
		publish("c", 2, true);
		this.tally.delivered("c");
		assertThat(this.tally.undelivered(List.of("a", "b", "c", "foreign"))).containsExactlyInAnyOrder("a", "b");
	}

	@Test
	void whenSomebodyElsePublishesThenThatIsNotCounted() {
		this.tally.delivered("foreign");
		assertThat(this.tally.counts(LATER)).isEqualTo(new Counts(0, 0, 0, 0, 0, 0));
	}

	private void publish(String id, int qos, boolean accepted) {
		this.tally.attempted(id, qos);
		this.tally.answered(id, accepted, 0);
	}

}
