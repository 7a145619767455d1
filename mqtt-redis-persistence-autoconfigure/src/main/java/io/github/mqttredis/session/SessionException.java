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
 * A session could not do what was asked. The message says what to do about it.
 *
 * @since 0.1.0
 */
public abstract sealed class SessionException extends Exception permits SessionImportException, SessionInUseException,
		SessionKeyException, SessionRecordException, SessionUnavailableException {

	private static final long serialVersionUID = 1L;

	protected SessionException(String message) {
		super(message);
	}

	protected SessionException(String message, Throwable cause) {
		super(message, cause);
	}

	/**
	 * Create an exception of which many alike are thrown: without a stack trace, which
	 * would say the same for each of them.
	 */
	SessionException(String message, boolean withStackTrace) {
		super(message, null, false, withStackTrace);
	}

}
