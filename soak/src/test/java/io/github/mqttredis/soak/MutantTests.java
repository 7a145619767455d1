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

package io.github.mqttredis.soak;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests that each {@link Mutant} can be made of the scripts as they are; whether the soak
 * finds it takes minutes, see {@link MutantIT}.
 */
class MutantTests {

	@ParameterizedTest
	@EnumSource
	void whenScriptsHaveChangedThenMutantsCanStillBeMade(Mutant mutant, @TempDir Path directory) {
		assertThatNoException().isThrownBy(() -> mutant.classPath(directory));
	}

}
