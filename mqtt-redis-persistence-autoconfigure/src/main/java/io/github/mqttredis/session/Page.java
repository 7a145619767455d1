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

import org.jspecify.annotations.Nullable;

/**
 * One page of a long list.
 *
 * @param <T> the type of the entries
 * @param entries the entries, which may be none although more follow
 * @param next the cursor of the next page, {@code null} after the last one
 * @since 0.1.0
 */
public record Page<T>(List<T> entries, @Nullable String next) {

	/**
	 * Read a cursor, which is a number of 64 bits.
	 * @param cursor the cursor
	 * @return the number, to be compared unsigned
	 * @throws IllegalArgumentException if it is none
	 */
	public static long parseCursor(String cursor) {
		if (cursor.startsWith("+") || cursor.length() > 20) {
			throw new IllegalArgumentException("No cursor");
		}
		return Long.parseUnsignedLong(cursor);
	}

}
