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

package io.github.mqttredis.autoconfigure;

import java.nio.file.Path;

import io.github.mqttredis.filestore.PahoFileStore.Listing;

/**
 * The application was started only to list what would be moved in, and has done so.
 */
class ImportDryRunException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	ImportDryRunException(Path directory, Listing found) {
		super("Dry run: nothing was changed. " + found.records() + " records in " + found.directories()
				+ " directories below " + directory.toAbsolutePath()
				+ " would be moved into the sessions of their clients");
	}

}
