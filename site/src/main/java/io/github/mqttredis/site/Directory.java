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

package io.github.mqttredis.site;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory that the site is written into.
 *
 * @param path where it is
 */
record Directory(Path path) {

	private static final String STYLE = "site.css";

	/**
	 * Remove the site that was there before.
	 * @throws IOException if it cannot be removed
	 */
	void clear() throws IOException {
		if (!Files.exists(this.path)) {
			return;
		}
		List<Path> old = list(this.path);
		if (!old.isEmpty() && !Files.exists(this.path.resolve(STYLE))) {
			throw new IOException(this.path + " holds something else than a site: remove it, or choose another");
		}
		for (Path file : old) {
			Files.delete(file);
		}
		try (Stream<Path> directories = Files.walk(this.path)) {
			for (Path directory : directories.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(directory);
			}
		}
	}

	void write(Path file, String text) throws IOException {
		Path target = this.path.resolve(file);
		Files.createDirectories(target.getParent());
		Files.writeString(target, text, StandardCharsets.UTF_8);
	}

	void copy(Path from, Path file) throws IOException {
		Path target = this.path.resolve(file);
		Files.createDirectories(target.getParent());
		Files.copy(from, target);
	}

	/**
	 * Return all files below a directory.
	 * @param directory the directory
	 * @return its files, in order
	 * @throws IOException if they cannot be read
	 */
	static List<Path> list(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter(Files::isRegularFile).sorted().toList();
		}
	}

}
