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

package io.github.mqttredis.benchmarks.report;

import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TargetTests {

	@Test
	void whenMoreIsBetterThenTheStretchIsAbove() {
		assertThat(Target.atLeast("rate", 8, 15, OptionalDouble.of(7.99)).row())
			.isEqualTo("| rate | 8 | 15 | 7.99 | **missed** |");
		assertThat(Target.atLeast("rate", 8, 15, OptionalDouble.of(8)).row()).endsWith("| 8 | reached |");
		assertThat(Target.atLeast("rate", 8, 15, OptionalDouble.of(15.04)).row()).endsWith("| 15 | stretch reached |");
		assertThat(Target.atLeast("rate", 8, 15, OptionalDouble.empty()).row()).endsWith("|  | not measured |");
	}

	@Test
	void whenLessIsBetterThenTheStretchIsBelow() {
		assertThat(Target.atMost("bytes", 400, 200.0, OptionalDouble.of(401)).row()).endsWith("| 401 | **missed** |");
		assertThat(Target.atMost("bytes", 4_096, null, OptionalDouble.of(1_000)).row())
			.isEqualTo("| bytes | 4,096 |  | 1,000 | reached |");
		assertThat(Target.atMost("bytes", 400, 200.0, OptionalDouble.of(150)).row())
			.endsWith("| 150 | stretch reached |");
	}

}
