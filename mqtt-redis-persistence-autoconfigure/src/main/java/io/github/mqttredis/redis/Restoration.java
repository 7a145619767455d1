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

package io.github.mqttredis.redis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.mqttredis.redis.RedisScripts.Acquired;
import io.github.mqttredis.session.Batch;
import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.session.SessionUnavailableException;
import io.github.mqttredis.session.StoredRecords;
import org.jspecify.annotations.Nullable;

/**
 * Brings together what a session that was just taken holds: what Redis has, and what its
 * client left elsewhere. What cannot be read goes to quarantine.
 */
final class Restoration implements FormerRecords.Destination {

	private final OwnedSession session;

	private final IoLoop io;

	private final RecordCodec codec;

	private final StoredRecords records;

	Restoration(OwnedSession session, IoLoop io, RecordCodec codec) {
		this.session = session;
		this.io = io;
		this.codec = codec;
		this.records = new StoredRecords(session.id(), codec);
	}

	/**
	 * Read what Redis has.
	 * @param acquired what came with the lease
	 * @throws SessionException if Redis did not answer
	 */
	void load(Acquired acquired) throws SessionException {
		if (acquired.hasAll()) {
			List<byte[]> contents = acquired.contents();
			for (int i = 0; i < contents.size(); i += 2) {
				this.records.add(new String(contents.get(i), FieldNames.CHARSET), contents.get(i + 1));
			}
		}
		else {
			new SessionLoader(this.io, this.session.keys(), this.records).load();
		}
		putAside();
	}

	/** Fill the session's mirror. */
	void fill() {
		this.records.fill(this.session.log());
	}

	/**
	 * Return how much was restored.
	 * @return the number of records
	 */
	int restored() {
		return this.records.readable().size();
	}

	@Override
	public SessionId id() {
		return this.session.id();
	}

	@Override
	public byte @Nullable [] get(RecordKey key) {
		return this.records.readable().get(key.toString());
	}

	@Override
	public void store(Map<RecordKey, byte[]> moved) throws SessionException {
		Map<RecordKey, byte[]> stored = new LinkedHashMap<>();
		moved.forEach((key, record) -> stored.put(key, this.codec.encode(id(), key, record)));
		if (!this.session.shipper().store(Batch.of(stored))) {
			throw new SessionUnavailableException(
					"MQTT session " + id() + " changed while records were moved into it. Nothing is lost; start again");
		}
		for (Map.Entry<RecordKey, byte[]> record : stored.entrySet()) {
			this.records.add(record.getKey().toString(), record.getValue());
		}
		putAside();
	}

	private void putAside() throws SessionException {
		List<String> unreadable = this.records.takeUnreadable();
		if (!unreadable.isEmpty()) {
			this.session.shipper().quarantine(unreadable);
		}
	}

}
