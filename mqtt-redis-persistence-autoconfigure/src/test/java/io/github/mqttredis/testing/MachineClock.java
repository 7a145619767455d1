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

package io.github.mqttredis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The time of day of a machine, as processes see it whose commands go through
 * {@link #command(List)}: libfaketime stands between them and the system. The time by
 * which they measure spans goes on.
 */
public final class MachineClock {

	private static final String LIBRARY = library();

	private final Path directory;

	/**
	 * Make a clock that is right.
	 * @param directory where it is kept
	 */
	public MachineClock(Path directory) {
		this.directory = directory;
		set(Duration.ZERO);
	}

	/**
	 * Return whether libfaketime is installed, and servers run on this machine itself.
	 * @return whether there can be such a clock
	 */
	public static boolean isAvailable() {
		return LIBRARY != null && !Docker.provides(Docker.redisImage());
	}

	/**
	 * Set the clock. Processes see it within a second.
	 * @param ahead how far it is ahead from now on
	 */
	public void set(Duration ahead) {
		try {
			Path written = Files.writeString(this.directory.resolve("next"), "%+d".formatted(ahead.toSeconds()));
			Files.move(written, this.directory.resolve("clock"), StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Have a process see this clock.
	 * @param command its command
	 * @return the command to run instead
	 */
	public List<String> command(List<String> command) {
		List<String> wrapped = new ArrayList<>(List.of("env", "LD_PRELOAD=" + Objects.requireNonNull(LIBRARY),
				"FAKETIME_TIMESTAMP_FILE=" + this.directory.resolve("clock").toAbsolutePath(),
				"FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"));
		wrapped.addAll(command);
		return wrapped;
	}

	private static String library() {
		return Stream.of("/usr/lib", "/usr/lib64", "/usr/local/lib")
			.map(Path::of)
			.filter(Files::isDirectory)
			.flatMap(MachineClock::find)
			.findFirst()
			.map(Path::toString)
			.orElse(null);
	}

	private static Stream<Path> find(Path directory) {
		try (Stream<Path> found = Files.find(directory, 3,
				(path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
			return found.toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
