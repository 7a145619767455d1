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
 * A session holds records for which this process has no key, or records that are not
 * encrypted although they should be. The session is not changed: the settings are wrong,
 * not the records.
 *
 * @since 0.1.0
 */
public final class SessionKeyException extends SessionException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param id the session
	 * @param key the first such record
	 * @param reason what is wrong with it, and which property mends that
	 */
	public SessionKeyException(SessionId id, RecordKey key, String reason) {
		super("Record " + key + " of MQTT session " + id + " " + reason);
	}

}
