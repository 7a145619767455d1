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

import java.util.Arrays;

import com.code_intelligence.jazzer.junit.FuzzTest;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@link RecordFuzzTests} does with random bytes, with bytes that coverage leads to.
 * Runs with {@code -Pfuzz} alone: the fuzzer changes every class of its JVM.
 */
class RecordFuzzer {

	@FuzzTest(maxDuration = "1m")
	void whenAFuzzerChoosesTheBytesThenTheyAreReadOrPutAside(byte[] input) throws SessionException {
		if (input.length == 0) {
			return;
		}
		String key = RecordFuzzTests.KEYS[Math.floorMod(input[0], RecordFuzzTests.KEYS.length)];
		byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
		if (RecordCodec.isMarked(bytes)) {
			assertThatExceptionOfType(SessionKeyException.class).isThrownBy(() -> RecordFuzzTests.read(key, bytes));
		}
		else {
			RecordFuzzTests.read(key, bytes);
		}
	}

}
