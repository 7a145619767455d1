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

package io.github.mqttredis.sample.launcher.demo;

import java.util.BitSet;
import java.util.List;

import io.github.mqttredis.sample.launcher.demo.OutageLedger.Totals;
import io.github.mqttredis.sample.launcher.demo.OutageNotes.Noted;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutageLedgerTests {

	private static final int EXPIRING = 20;

	private final OutageLedger ledger = new OutageLedger(2);

	private final Noted noted = new Noted(new BitSet(), new BitSet());

	@Test
	void whenEachMessageArrivesOnceAndTheExpiredDoNotThenItIsFlawless() {
		accept(1, 2, EXPIRING);
		deliver(1, 2);
		assertThat(count()).isEqualTo(new Totals(3, 2, List.of(EXPIRING), List.of(), List.of(), 0, 0, List.of()))
			.matches(Totals::isFlawless);
	}

	@Test
	void whenAMessageWithoutATimeToLiveDoesNotArriveThenItIsLost() {
		accept(1, 2, 3);
		deliver(1, 3);
		assertThat(count().lost()).containsExactly(2);
		assertThat(count().isFlawless()).isFalse();
	}

	@Test
	void whenAMessageArrivesAlthoughItHasExpiredThenItIsLate() {
		accept(EXPIRING);
		deliver(EXPIRING);
		assertThat(count().late()).containsExactly(EXPIRING);
		assertThat(count().isFlawless()).isFalse();
	}

	@Test
	void whenAMessageArrivesAgainThenItIsRepeatedAndNotOutOfOrder() {
		accept(1, 2);
		deliver(1, 2, 1);
		assertThat(count()).isEqualTo(new Totals(2, 2, List.of(), List.of(), List.of(), 0, 1, List.of()))
			.matches((totals) -> !totals.isFlawless());
	}

	@Test
	void whenANewerMessageArrivesFirstThenTheOlderOneIsOutOfOrder() {
		accept(1, 2, 3);
		deliver(1, 3, 2);
		assertThat(count()).isEqualTo(new Totals(3, 3, List.of(), List.of(), List.of(), 0, 0, List.of(2)))
			.matches((totals) -> !totals.isFlawless());
	}

	@Test
	void whenTheOutcomeIsUnknownThenTheMessageMayArriveOnce() {
		accept(1);
		this.noted.attempted().set(2, 4);
		deliver(1, 2);
		assertThat(count()).isEqualTo(new Totals(1, 1, List.of(), List.of(), List.of(), 2, 0, List.of()))
			.matches(Totals::isFlawless);
		deliver(2);
		assertThat(count().repeated()).isOne();
	}

	@Test
	void whenTopicsOvertakeEachOtherThenThatIsInOrder() {
		accept(1, 2);
		deliver(1);
		this.ledger.delivered(2, 7);
		deliver(2);
		assertThat(count().isFlawless()).isTrue();
		assertThat(this.ledger.delivered()).isEqualTo(3);
	}

	private void accept(int... numbers) {
		for (int number : numbers) {
			this.noted.attempted().set(number);
			this.noted.accepted().set(number);
		}
	}

	private void deliver(int... numbers) {
		for (int number : numbers) {
			this.ledger.delivered(1, number);
		}
	}

	private Totals count() {
		return this.ledger.count(1, this.noted);
	}

}
