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

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Run with {@code -Ddocs.update=true} to write the README anew.
 */
class ComparisonTests {

	@Test
	void whenThePerformanceDocumentHasNewFiguresThenTheReadmeFollows() throws Exception {
		Path readme = Path.of("..", "README.md");
		String expected = new Comparison(Files.readString(Path.of("..", "docs", "performance.md")))
			.update(Files.readString(readme));
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(readme, expected);
		}
		assertThat(readme).hasContent(expected);
	}

}
