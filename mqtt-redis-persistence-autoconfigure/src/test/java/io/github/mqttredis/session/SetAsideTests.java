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

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SetAside}.
 */
class SetAsideTests {

	private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");

	@Test
	void whenANameIsReadThenItSaysWhatItWasMadeOf() {
		SetAside note = new SetAside("s-7", AT, 5, "the broker: ends the link");
		assertThat(note.name()).isEqualTo("s-7 at 2026-01-02T03:04:05.678Z after 5: the broker: ends the link");
		assertThat(SetAside.parse(note.name())).isEqualTo(note);
	}

	@Test
	void whenAReasonIsLongOrOddThenTheNameIsShortAndPlain() {
		SetAside note = new SetAside("s-65535", AT, Integer.MAX_VALUE, "\u00e9\n" + "x".repeat(1000));
		assertThat(note.name()).hasSizeLessThan(256).contains(": ??x");
		assertThat(SetAside.parse(note.name())).isEqualTo(note);
	}

	@ParameterizedTest
	@ValueSource(strings = { "s-1", "", "s-1 at noon after 5: x", "s-1 at 2026-01-02T03:04:05Z after 99999999999: x" })
	void whenANameIsAnotherThenItSaysNothing(String name) {
		assertThat(SetAside.parse(name)).isNull();
	}

}
