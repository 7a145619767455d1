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
 * Redis does not accept a record: it closed the connection, or answered with an error, at
 * each attempt to store it. The record is not stored, and the packets that depend on it
 * are not sent. Other records are not affected.
 *
 * @since 0.1.0
 */
public final class SessionRecordException extends SessionException {

	private static final long serialVersionUID = 1L;

	private final transient RecordKey record;

	private final long size;

	public SessionRecordException(SessionId session, RecordKey record, long size) {
		super("Redis does not accept record " + record + " of MQTT session " + session + ", which has " + size
				+ " bytes: it closes the connection or answers with an error. Raise client-query-buffer-limit or"
				+ " proto-max-bulk-len of Redis, or publish smaller messages");
		this.record = record;
		this.size = size;
	}

	/**
	 * Return which record it is.
	 * @return the key
	 */
	public RecordKey record() {
		return this.record;
	}

	/**
	 * Return how large the record is.
	 * @return its bytes
	 */
	public long size() {
		return this.size;
	}

}
