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

/**
 * Redis did not do, or did not confirm in time, what was requested. The outcome of the
 * call is unknown.
 *
 * @since 0.1.0
 */
public final class SessionUnavailableException extends SessionException {

	private static final long serialVersionUID = 1L;

	public SessionUnavailableException(String message) {
		super(message);
	}

	public SessionUnavailableException(String message, Throwable cause) {
		super(message, cause);
	}

	private SessionUnavailableException(String message, boolean withStackTrace) {
		super(message, withStackTrace);
	}

	/**
	 * Create the exception of one write of many that are refused for the same reason. It
	 * has no stack trace, so that a log has a line for each.
	 * @param message what is refused, and why
	 * @return the exception
	 */
	public static SessionUnavailableException refusing(String message) {
		return new SessionUnavailableException(message, false);
	}

}
