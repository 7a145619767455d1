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

import java.util.List;

/**
 * Thrown where it cannot be told which Redis keeps the sessions.
 */
final class AmbiguousRedisException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<String> names;

	private final boolean marked;

	/**
	 * Create an exception.
	 * @param names the names of the connection factories
	 * @param marked whether they are marked to be for the sessions
	 */
	AmbiguousRedisException(List<String> names, boolean marked) {
		super("It cannot be told which Redis keeps the MQTT sessions: " + names);
		this.names = List.copyOf(names);
		this.marked = marked;
	}

	List<String> names() {
		return this.names;
	}

	boolean isMarked() {
		return this.marked;
	}

}
