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
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The status of the server that holds the sessions, not older than some seconds.
 *
 * @param failure why the server cannot be used, {@code null} if it can
 * @param facts what the server says of itself, and {@code unknown} for what it does not
 * tell
 * @param warnings what may cost sessions
 * @since 0.1.0
 */
public record ServerStatus(@Nullable String failure, Map<String, Object> facts, List<String> warnings) {

	/**
	 * Return a look at a server that cannot be used.
	 * @param failure why not
	 * @return the look
	 */
	public static ServerStatus unavailable(String failure) {
		return new ServerStatus(failure, Map.of(), List.of());
	}

	/**
	 * Return whether the server can be used.
	 * @return whether it answers
	 */
	public boolean isAvailable() {
		return this.failure == null;
	}

}
