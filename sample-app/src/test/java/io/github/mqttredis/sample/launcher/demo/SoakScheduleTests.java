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

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.github.mqttredis.sample.launcher.demo.SoakSchedule.Entry;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SoakScheduleTests {

	@Test
	void whenTheSeedIsTheSameThenTheFaultsAreToo() {
		assertThat(SoakSchedule.draw(7, 1)).isEqualTo(SoakSchedule.draw(7, 1)).isNotEmpty();
		assertThat(SoakSchedule.draw(7, 1)).isNotEqualTo(SoakSchedule.draw(7, 2)).isNotEqualTo(SoakSchedule.draw(8, 1));
	}

	@RepeatedTest(100)
	void whenFaultsAreOfOnePlaceThenTheyDoNotOverlap(RepetitionInfo seed) {
		List<Entry> entries = SoakSchedule.draw(seed.getCurrentRepetition(), 1);
		for (int i = 0; i < entries.size(); i++) {
			Entry one = entries.get(i);
			assertThat(one.end()).isGreaterThan(one.at()).isLessThanOrEqualTo(SoakSchedule.ROUND);
			assertThat(entries.subList(i + 1, entries.size()))
				.allMatch((later) -> later.fault().place() != one.fault().place() || later.at() > one.end());
		}
	}

	@Test
	void whenARoundIsDrawnThenFaultsOfSeveralPlacesComeTogether() {
		assertThat(SoakSchedule.draw(7, 1)).anySatisfy((one) -> assertThat(SoakSchedule.draw(7, 1))
			.anyMatch((other) -> other.at() > one.at() && other.at() < one.end()));
	}

	@Test
	void whenManyRoundsAreDrawnThenEachFaultComes() {
		Set<SoakFault> faults = EnumSet.noneOf(SoakFault.class);
		for (int round = 1; round <= SoakSchedule.rounds(10); round++) {
			SoakSchedule.draw(7, round).forEach((entry) -> faults.add(entry.fault()));
		}
		assertThat(faults).containsExactly(SoakFault.values());
	}

}
