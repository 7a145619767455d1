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

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The records that one client left in its former store.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FormerRecords {

	/**
	 * Nothing.
	 */
	FormerRecords NONE = (session) -> {
	};

	/**
	 * Move the records into the session. A record leaves its former place only after the
	 * session has stored it, so that this can be begun again after a crash at any point.
	 * @param session where to; owned, and read by nobody yet
	 * @throws SessionException if the records cannot be moved
	 */
	void moveTo(Destination session) throws SessionException;

	/**
	 * The session that takes the records.
	 */
	interface Destination {

		/**
		 * Return which session this is.
		 * @return the id
		 */
		SessionId id();

		/**
		 * Return a record that the session has.
		 * @param key its key
		 * @return the record, {@code null} if there is none that can be read
		 */
		byte @Nullable [] get(RecordKey key);

		/**
		 * Store records, all of them or none, and wait until that is done. What cannot be
		 * read goes to quarantine.
		 * @param records the records of whole packet ids: whoever reads the session must
		 * not find one without the other
		 * @throws SessionException if they were not stored, or that is unknown
		 */
		void store(Map<RecordKey, byte[]> records) throws SessionException;

	}

}
