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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class OutageNotesTests {

	@Test
	void whenNothingIsNotedThenNothingIsRead(@TempDir Path directory) {
		assertThat(OutageNotes.read(directory, 1).attempted().isEmpty()).isTrue();
		assertThat(OutageNotes.read(directory, 1).accepted().isEmpty()).isTrue();
	}

	@Test
	void whenAProcessDiesThenTheNextOneGoesOnWithItsNotes(@TempDir Path directory) throws IOException {
		try (OutageNotes notes = new OutageNotes(directory, 1)) {
			notes.attempted(1);
			notes.accepted(1);
			notes.attempted(2);
			assertThat(OutageNotes.read(directory, 1).attempted()).hasToString("{1, 2}");
			assertThat(OutageNotes.read(directory, 1).accepted()).hasToString("{1}");
		}
		try (OutageNotes notes = new OutageNotes(directory, 1)) {
			notes.attempted(3);
			notes.accepted(3);
		}
		assertThat(OutageNotes.read(directory, 1).attempted()).hasToString("{1, 2, 3}");
		assertThat(OutageNotes.read(directory, 1).accepted()).hasToString("{1, 3}");
		assertThat(OutageNotes.read(directory, 2).attempted().isEmpty()).isTrue();
	}

	@Test
	void whenALineIsInTheMakingThenItDoesNotCount(@TempDir Path directory) throws IOException {
		try (OutageNotes notes = new OutageNotes(directory, 1)) {
			notes.attempted(12);
		}
		Files.writeString(directory.resolve("topic-1"), "+1", StandardOpenOption.APPEND);
		assertThat(OutageNotes.read(directory, 1).accepted().isEmpty()).isTrue();
	}

}
