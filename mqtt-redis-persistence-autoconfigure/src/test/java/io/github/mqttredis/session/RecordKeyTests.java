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

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordKey}.
 */
class RecordKeyTests {

	@Test
	void whenKeyIsPahosThenIsTakenApart() {
		assertThat(RecordKey.parse("s-1")).isEqualTo(new RecordKey(RecordKind.SENT, 1));
		assertThat(RecordKey.parse("sc-65535")).isEqualTo(new RecordKey(RecordKind.PUBREL, 65535));
		assertThat(RecordKey.parse("sb-70")).isEqualTo(new RecordKey(RecordKind.BUFFERED, 70));
		assertThat(RecordKey.parse("r-12")).isEqualTo(new RecordKey(RecordKind.RECEIVED, 12));
		assertThat(RecordKey.parse("sc-7")).hasToString("sc-7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "s-", "s-0", "s-01", "s-65536", "s-99999999999", "s--1", "s-1x", "S-1", "x-1", "s1",
			"sd-1", " s-1" })
	void whenKeyIsNotPahosThenIsNone(String key) {
		assertThat(RecordKey.parse(key)).isNull();
	}

	@Test
	void whenSortedThenRecordsOfOnePacketIdStandTogether() {
		List<String> sorted = Stream.of("r-1", "sc-10", "s-2", "sb-10", "s-10", "sc-2")
			.map(RecordKey::parse)
			.sorted()
			.map(RecordKey::toString)
			.toList();
		assertThat(sorted).containsExactly("s-2", "sc-2", "s-10", "sc-10", "sb-10", "r-1");
	}

	@Test
	void whenDirectionDiffersThenIsNotTheSamePacket() {
		RecordKey sent = new RecordKey(RecordKind.SENT, 5);
		assertThat(sent.samePacket(new RecordKey(RecordKind.PUBREL, 5))).isTrue();
		assertThat(sent.samePacket(new RecordKey(RecordKind.RECEIVED, 5))).isFalse();
		assertThat(sent.samePacket(new RecordKey(RecordKind.SENT, 6))).isFalse();
		assertThat(sent.samePacket(null)).isFalse();
	}

}
