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

import java.time.Duration;

/**
 * Another process, or a newer client of this process, owns the session.
 *
 * @since 0.1.0
 */
public final class SessionInUseException extends SessionException {

	private static final long serialVersionUID = 1L;

	private final String owner;

	private final Duration remaining;

	/**
	 * Create the exception.
	 * @param id the session
	 * @param owner who owns it
	 * @param remaining how long the owner's lease still runs, zero if unknown
	 * @param action what to do
	 */
	public SessionInUseException(SessionId id, String owner, Duration remaining, String action) {
		super("MQTT session " + id + " is owned by " + owner
				+ (remaining.isZero() ? "" : ", whose lease runs for another " + remaining.toMillis() + " ms") + ". "
				+ action);
		this.owner = owner;
		this.remaining = remaining;
	}

	/**
	 * Return who owns the session.
	 * @return host and process of the owner
	 */
	public String owner() {
		return this.owner;
	}

	/**
	 * Return how long the owner's lease still runs.
	 * @return the remaining time, zero if unknown
	 */
	public Duration remaining() {
		return this.remaining;
	}

}
