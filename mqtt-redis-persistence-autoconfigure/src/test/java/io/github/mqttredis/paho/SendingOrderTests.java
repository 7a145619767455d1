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

package io.github.mqttredis.paho;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SendingOrder}.
 */
class SendingOrderTests {

	@Test
	void whenThereIsNoneOrOneThenItStays() {
		assertThat(SendingOrder.of(List.of())).isEmpty();
		assertThat(SendingOrder.of(List.of(7))).containsExactly(7);
	}

	@Test
	void whenPacketIdsAreShuffledThenTheyAreCountedUpwards() {
		assertThat(SendingOrder.of(List.of(9, 3, 4, 8))).containsExactly(3, 4, 8, 9);
	}

	@Test
	void whenPacketIdsBeganAgainThenThoseBeforeComeFirst() {
		assertThat(SendingOrder.of(List.of(1, 2, 5, 65_530, 65_535))).containsExactly(65_530, 65_535, 1, 2, 5);
	}

	@Test
	void whenNearlyAllAreInUseThenTheGapTellsWhereTheyBegin() {
		List<Integer> sorted = IntStream.rangeClosed(1, 65_535).filter((id) -> id <= 100 || id > 5635).boxed().toList();
		assertThat(SendingOrder.of(sorted)).startsWith(5636, 5637).endsWith(99, 100);
	}

}
