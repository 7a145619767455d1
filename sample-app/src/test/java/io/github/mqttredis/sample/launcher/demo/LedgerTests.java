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

import io.github.mqttredis.sample.launcher.demo.Ledger.Totals;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LedgerTests {

	private final Ledger ledger = new Ledger();

	@Test
	void whenAnAcceptedMessageIsNotDeliveredThenItIsLost() {
		accept("a", 1, 1);
		accept("b", 2, 2);
		this.ledger.delivered("b");
		assertThat(this.ledger.all()).isEqualTo(new Totals(2, 0, 1, 0, 0));
		assertThat(this.ledger.all().lost()).isEqualTo(1);
		assertThat(this.ledger.round(1).lost()).isEqualTo(1);
		assertThat(this.ledger.round(2).lost()).isZero();
	}

	@Test
	void whenTheOutcomeIsUnknownThenTheMessageMayArriveOrNot() {
		this.ledger.attempted("a", 1, 1);
		this.ledger.attempted("b", 2, 1);
		this.ledger.delivered("b");
		assertThat(this.ledger.all()).isEqualTo(new Totals(0, 2, 0, 0, 0));
		assertThat(this.ledger.all().lost()).isZero();
	}

	@Test
	void whenAMessageIsDeliveredAgainThenOnlyQos2CountsAsDuplicate() {
		accept("a", 1, 1);
		accept("b", 2, 1);
		this.ledger.attempted("c", 2, 1);
		for (int i = 0; i < 3; i++) {
			this.ledger.delivered("a");
			this.ledger.delivered("b");
			this.ledger.delivered("c");
		}
		assertThat(this.ledger.all()).isEqualTo(new Totals(2, 1, 2, 4, 2));
	}

	@Test
	void whenAMessageArrivesBeforeItsAcceptanceIsKnownThenItCountsAsDelivered() {
		this.ledger.attempted("a", 2, 1);
		this.ledger.delivered("a");
		this.ledger.accepted("a");
		assertThat(this.ledger.all()).isEqualTo(new Totals(1, 0, 1, 0, 0));
	}

	@Test
	void whenAMessageIsOfOthersThenItIsIgnored() {
		this.ledger.delivered("stranger");
		this.ledger.delivered(null);
		assertThat(this.ledger.all()).isEqualTo(new Totals(0, 0, 0, 0, 0));
	}

	@Test
	void whenAnIdIsUsedTwiceThenTheLedgerRefuses() {
		this.ledger.attempted("a", 1, 1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.ledger.attempted("a", 1, 2));
		assertThatIllegalArgumentException().isThrownBy(() -> this.ledger.accepted("b"));
	}

	private void accept(String id, int qos, int round) {
		this.ledger.attempted(id, qos, round);
		this.ledger.accepted(id);
	}

}
