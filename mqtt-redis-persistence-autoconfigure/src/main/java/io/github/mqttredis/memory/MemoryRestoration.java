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

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import io.github.mqttredis.session.FormerRecords;
import io.github.mqttredis.session.QueuePage;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.RecordCodec;
import io.github.mqttredis.session.RecordKey;
import io.github.mqttredis.session.Restoration;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.WriteLog;

/**
 * Restores a session from this process's memory.
 */
final class MemoryRestoration extends Restoration {

	private final OwnedSession session;

	MemoryRestoration(OwnedSession session) {
		super(session.id(), RecordCodec.PLAIN);
		this.session = session;
	}

	/**
	 * Read what is kept, and take what the client left.
	 * @param former what the client left
	 * @return the number of records
	 * @throws SessionException if the session is not owned any more, or what was left
	 * cannot be moved
	 */
	int restore(FormerRecords former) throws SessionException {
		Map<String, byte[]> kept = new HashMap<>();
		write((log, stored) -> kept.putAll(stored.records().copy()));
		add(kept);
		former.moveTo(this);
		write((log, stored) -> {
			log.loadQueue(page(stored), readable(stored));
			records().fill(log);
		});
		return records().readable().size() + (int) this.session.log().queueSize().messages();
	}

	private static QueuePage page(StoredSession stored) {
		List<QueuedMessage> waiting = List.copyOf(stored.queue().copy().values());
		if (waiting.isEmpty()) {
			return QueuePage.EMPTY;
		}
		QueuedMessage last = waiting.get(waiting.size() - 1);
		return new QueuePage(last.number(), last.total(), last.taken(), waiting.size(), true, waiting);
	}

	private static Map<Long, byte[]> readable(StoredSession stored) {
		Map<Long, byte[]> records = new HashMap<>();
		stored.queue().copy().values().forEach((message) -> records.put(message.number(), message.record()));
		return records;
	}

	@Override
	public void store(Map<RecordKey, byte[]> moved) throws SessionException {
		Map<String, byte[]> named = new HashMap<>();
		moved.forEach((key, record) -> named.put(key.toString(), record));
		write((log, stored) -> named.forEach(stored.records()::put));
		add(named);
	}

	@Override
	protected void quarantine(List<String> names) throws SessionException {
		write((log, kept) -> names.forEach((name) -> quarantine(kept, name)));
		this.session.quarantined(names);
	}

	private static void quarantine(StoredSession stored, String name) {
		byte[] record = stored.records().get(name);
		if (record != null) {
			stored.quarantine().put(name, record);
			stored.records().remove(name);
		}
	}

	/** While nobody has a hold on the session. */
	private void write(BiConsumer<WriteLog, StoredSession> change) throws SessionException {
		this.session.write(null, change, "open");
	}

}
