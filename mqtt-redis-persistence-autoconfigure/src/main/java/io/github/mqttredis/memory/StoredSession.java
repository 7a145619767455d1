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

package io.github.mqttredis.memory;

import java.time.Instant;

import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one session, whoever owns it. Guarded by the lock of
 * {@link MemorySessions}.
 */
final class StoredSession {

	private final SessionId id;

	private final StoredRecordMap<byte[]> records = new StoredRecordMap<>();

	private final StoredRecordMap<QueuedMessage> queue = new StoredRecordMap<>();

	private final StoredRecordMap<byte[]> quarantine = new StoredRecordMap<>();

	private @Nullable OwnedSession owner;

	private Instant lastOwned = Instant.now();

	StoredSession(SessionId id) {
		this.id = id;
	}

	SessionId id() {
		return this.id;
	}

	StoredRecordMap<byte[]> records() {
		return this.records;
	}

	StoredRecordMap<QueuedMessage> queue() {
		return this.queue;
	}

	StoredRecordMap<byte[]> quarantine() {
		return this.quarantine;
	}

	@Nullable OwnedSession owner() {
		return this.owner;
	}

	/**
	 * Change the owner.
	 * @param next the owner, {@code null} for none
	 */
	void owner(@Nullable OwnedSession next) {
		this.owner = next;
		this.lastOwned = Instant.now();
	}

	/**
	 * Return when somebody owned the session last.
	 * @return the time, now if somebody does
	 */
	Instant lastSeen() {
		return (this.owner != null) ? Instant.now() : this.lastOwned;
	}

	void apply(Batch batch) {
		if (batch.clears()) {
			this.records.clear();
		}
		batch.removes().forEach((key) -> this.records.remove(key.toString()));
		batch.puts().forEach((key, value) -> this.records.put(key.toString(), value));
		batch.queue().added().forEach((message) -> this.queue.put(message.key().toString(), message));
		batch.queue().removed().forEach((number) -> this.queue.remove(RecordKey.queued(number).toString()));
	}

}
