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

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * What an application notes of the messages of one topic, outside its process: which it
 * was about to publish, and of which publishing returned. A kill leaves what is written.
 */
final class OutageNotes implements AutoCloseable {

	private static final char ATTEMPTED = '?';

	private static final char ACCEPTED = '+';

	private final OutputStream out;

	/**
	 * Go on with the notes of a topic.
	 * @param directory the directory of all notes
	 * @param topic the topic
	 */
	OutageNotes(Path directory, int topic) {
		try {
			// Nothing is buffered in this process.
			this.out = new FileOutputStream(file(directory, topic).toFile(), true);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path file(Path directory, int topic) {
		return directory.resolve("topic-" + topic);
	}

	void attempted(int number) {
		write(ATTEMPTED, number);
	}

	void accepted(int number) {
		write(ACCEPTED, number);
	}

	private void write(char what, int number) {
		try {
			this.out.write((what + Integer.toString(number) + "\n").getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.out.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Read the notes of a topic.
	 * @param directory the directory of all notes
	 * @param topic the topic
	 * @return the notes
	 */
	static Noted read(Path directory, int topic) {
		Noted noted = new Noted(new BitSet(), new BitSet());
		Path file = file(directory, topic);
		try {
			if (Files.exists(file)) {
				String text = Files.readString(file, StandardCharsets.US_ASCII);
				// The last line may be in the making.
				text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach((line) -> {
					BitSet set = (line.charAt(0) == ACCEPTED) ? noted.accepted() : noted.attempted();
					set.set(Integer.parseInt(line, 1, line.length(), 10));
				});
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return noted;
	}

	/**
	 * The notes of a topic.
	 *
	 * @param attempted the numbers of all messages
	 * @param accepted the numbers of those of which publishing returned
	 */
	record Noted(BitSet attempted, BitSet accepted) {

	}

}
