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
 * Combines the contents of a session that was just taken: what its store holds, and what
 * its client left elsewhere. Records that cannot be read go to quarantine. Used by the
 * thread that opens the session.
 *
 * @since 0.1.0
 */
public abstract class Restoration implements FormerRecords.Destination {

	private final SessionId id;

	private final StoredRecords records;

	/**
	 * Create a restoration of nothing yet.
	 * @param id the session
	 * @param codec what decodes its records
	 */
	protected Restoration(SessionId id, RecordCodec codec) {
		this.id = id;
		this.records = new StoredRecords(id, codec);
	}

	@Override
	public final SessionId id() {
		return this.id;
	}

	@Override
	public final byte @Nullable [] get(RecordKey key) {
		return this.records.readable().get(key.toString());
	}

	/**
	 * Return what was found so far.
	 * @return the records
	 */
	protected final StoredRecords records() {
		return this.records;
	}

	/**
	 * Take what the store has.
	 * @param stored the fields and their values
	 * @throws SessionException if the codec cannot decode any such value, or what cannot
	 * be read could not be moved
	 */
	protected final void add(Map<String, byte[]> stored) throws SessionException {
		for (Map.Entry<String, byte[]> record : stored.entrySet()) {
			this.records.add(record.getKey(), record.getValue());
		}
		putAside();
	}

	/**
	 * Move what was found and cannot be read.
	 * @throws SessionException if it could not be moved
	 */
	protected final void putAside() throws SessionException {
		List<String> unreadable = this.records.takeUnreadable();
		if (!unreadable.isEmpty()) {
			quarantine(unreadable);
		}
	}

	/**
	 * Move fields to the session's quarantine.
	 * @param names the fields
	 * @throws SessionException if they could not be moved
	 */
	protected abstract void quarantine(List<String> names) throws SessionException;

}
