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

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What the store holds of a session, sorted into records that a client can read and
 * records that it cannot.
 *
 * @since 0.1.0
 */
public final class StoredRecords {

	private final SessionId session;

	private final RecordCodec codec;

	private final Map<String, byte[]> readable = new HashMap<>();

	/** What the records are stored as. */
	private final Map<String, byte[]> stored = new HashMap<>();

	private final List<String> unreadable = new ArrayList<>();

	/**
	 * Create an empty collection.
	 * @param session the session
	 * @param codec what decodes its records
	 */
	public StoredRecords(SessionId session, RecordCodec codec) {
		this.session = session;
		this.codec = codec;
	}

	/**
	 * Take a field that was found.
	 * @param name the field's name
	 * @param value the field's value
	 * @throws SessionKeyException if the codec cannot decode any such value
	 */
	public void add(String name, byte[] value) throws SessionKeyException {
		RecordKey key = RecordKey.parse(name);
		byte[] record = (key != null) ? decode(this.session, this.codec, key, value) : null;
		if (record != null) {
			this.readable.put(name, record);
			this.stored.put(name, value);
		}
		else {
			this.unreadable.add(name);
		}
	}

	/**
	 * Decode what is stored of a record.
	 * @param session its session
	 * @param codec what decodes it
	 * @param key its key
	 * @param value what is stored
	 * @return the record, {@code null} if it cannot be read
	 * @throws SessionKeyException if the codec cannot decode any such value
	 */
	private static byte @Nullable [] decode(SessionId session, RecordCodec codec, RecordKey key, byte[] value)
			throws SessionKeyException {
		byte[] record = codec.decode(session, key, value);
		if (record == null && RecordFormat.isReadable(key, value)) {
			throw new SessionKeyException(session, key, "is not encrypted. If it was stored before encryption "
					+ "was turned on, set mqtt.persistence.encryption.accept-unencrypted=true until each client "
					+ "has started once");
		}
		return (record != null && RecordFormat.isReadable(key, record)) ? record : null;
	}

	/**
	 * Decode messages of the queue.
	 * @param session their session
	 * @param codec what decodes them
	 * @param page the messages
	 * @return the records of those that can be read, by number
	 * @throws SessionKeyException if the codec cannot decode any such value
	 */
	public static Map<Long, byte[]> decode(SessionId session, RecordCodec codec, QueuePage page)
			throws SessionKeyException {
		Map<Long, byte[]> records = new HashMap<>();
		for (QueuedMessage message : page.messages()) {
			byte[] record = decode(session, codec, message.key(), message.record());
			if (record != null && !RecordFormat.lacksTopic(message.key(), record)) {
				records.put(message.number(), record);
			}
		}
		return records;
	}

	/**
	 * Return the records that a client can read.
	 * @return the records by key
	 */
	public Map<String, byte[]> readable() {
		return this.readable;
	}

	/**
	 * Tell which records would be taken for readable.
	 * @param packet all records of a packet id
	 * @return those of them that a client can read
	 */
	public static Map<RecordKey, byte[]> readable(Map<RecordKey, byte[]> packet) {
		Map<RecordKey, byte[]> result = new TreeMap<>(packet);
		result.entrySet().removeIf((record) -> !RecordFormat.isReadable(record.getKey(), record.getValue()));
		result.entrySet().removeIf((record) -> isWithoutTopic(record.getKey(), record.getValue(), result::containsKey));
		return result;
	}

	/**
	 * Take away messages without a topic, over which a broker ends the connection again
	 * and again.
	 */
	private void takeWithoutTopic() {
		this.readable.entrySet()
			.removeIf((record) -> isWithoutTopic(RecordKey.require(record.getKey()), record.getValue(),
					(key) -> this.readable.containsKey(key.toString())) && this.unreadable.add(record.getKey()));
	}

	/** If PUBREL is next, the topic does not matter any more. */
	private static boolean isWithoutTopic(RecordKey key, byte[] record, Predicate<RecordKey> isThere) {
		return RecordFormat.lacksTopic(key, record) && !isThere.test(key.sibling(RecordKind.PUBREL));
	}

	/**
	 * Take out what no client must see.
	 * @return the names of the fields
	 */
	public List<String> takeUnreadable() {
		takeWithoutTopic();
		List<String> result = List.copyOf(this.unreadable);
		this.unreadable.clear();
		return result;
	}

	/**
	 * Fill a log's mirror with what can be read. A message that was published from Paho's
	 * offline buffer and answered by PUBREC before its records were moved is given the
	 * name that Paho looks for: it would take the PUBREL for an orphan, and publish the
	 * message again (ClientState.restoreState). Records that are not encoded as they
	 * would be now are stored anew.
	 * @param log the log, whose writes make the store follow
	 */
	public void fill(WriteLog log) {
		log.load(this.readable, (name) -> Objects.requireNonNull(this.stored.get(name)));
		this.stored.forEach((name, value) -> {
			byte[] record = this.readable.get(name);
			if (record != null && !this.codec.isCurrent(value)) {
				log.put(RecordKey.require(name), record);
			}
		});
		this.readable.forEach((name, value) -> {
			RecordKey key = RecordKey.require(name);
			if (key.kind() == RecordKind.PUBREL
					&& !this.readable.containsKey(key.sibling(RecordKind.SENT).toString())) {
				byte[] buffered = this.readable.get(key.sibling(RecordKind.BUFFERED).toString());
				if (buffered != null) {
					log.put(key.sibling(RecordKind.SENT), buffered);
					log.remove(key.sibling(RecordKind.BUFFERED));
				}
			}
		});
	}

}
