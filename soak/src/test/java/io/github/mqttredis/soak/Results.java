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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.mqttredis.soak.Episode.Outcome;
import tools.jackson.databind.json.JsonMapper;

/**
 * What came of episodes, a line of JSON for each, in a file that grows.
 *
 * @param file the file
 */
record Results(Path file) {

	private static final JsonMapper JSON = new JsonMapper();

	void add(Outcome outcome) {
		Line line = new Line(LocalDate.now().toString(), outcome.schedule().seed(),
				outcome.schedule().settings().toString(), outcome.millis(), outcome.faults(), outcome.messages(),
				outcome.accepted(), outcome.delivered(), outcome.repeated(), outcome.permittedLosses(),
				outcome.permittedRepeats(), outcome.commands(), outcome.processes(), outcome.recovery(),
				outcome.violations().stream().map(Violation::toString).toList());
		try {
			Files.createDirectories(this.file.toAbsolutePath().getParent());
			Files.writeString(this.file, JSON.writeValueAsString(line) + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	List<Line> all() {
		try (Stream<String> lines = Files.lines(this.file)) {
			return lines.map((line) -> JSON.readValue(line, Line.class)).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * An episode.
	 *
	 * @param date when it was
	 * @param seed its seed
	 * @param settings how the application was set up
	 * @param millis how long it took
	 * @param faults how often faults of each kind happened
	 * @param messages how many messages were to be published
	 * @param accepted how many were accepted
	 * @param delivered how many were delivered
	 * @param repeated how many were delivered more than once
	 * @param permittedLosses how many were lost that could be
	 * @param permittedRepeats how many were repeated of QoS 2 that could be
	 * @param commands how many messages went to the application
	 * @param processes how many processes there were
	 * @param recovery how long it took until all worked again, in milliseconds
	 * @param violations what was not as promised
	 */
	record Line(String date, long seed, String settings, long millis, Map<String, Integer> faults, int messages,
			int accepted, int delivered, int repeated, int permittedLosses, int permittedRepeats, int commands,
			int processes, long recovery, List<String> violations) {

	}

}
