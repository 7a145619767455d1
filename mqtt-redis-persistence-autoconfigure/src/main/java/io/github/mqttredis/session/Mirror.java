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
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The records of a session in memory. The owner of a session is its only writer, so what
 * stands here is what Redis holds, or will hold once the write log is shipped.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link WriteLog}.
 *
 * @since 0.1.0
 */
public final class Mirror {

	private final Map<String, Entry> records = new HashMap<>();

	private final int[] counts = new int[RecordKind.values().length];

	private long bytes;

	Mirror() {
	}

	void put(RecordKey key, String name, byte[] value) {
		Entry previous = this.records.put(name, new Entry(key, value));
		if (previous != null) {
			forget(previous);
		}
		this.counts[key.kind().ordinal()]++;
		this.bytes += value.length;
	}

	/**
	 * Remove a record.
	 * @param name Paho's key
	 * @return whether there was one
	 */
	boolean remove(String name) {
		Entry previous = this.records.remove(name);
		if (previous != null) {
			forget(previous);
		}
		return previous != null;
	}

	private void forget(Entry entry) {
		this.counts[entry.key().kind().ordinal()]--;
		this.bytes -= entry.value().length;
	}

	void clear() {
		this.records.clear();
		this.bytes = 0;
		Arrays.fill(this.counts, 0);
	}

	/**
	 * Return a record.
	 * @param name Paho's key
	 * @return the record, {@code null} if there is none
	 */
	public byte @Nullable [] get(String name) {
		Entry entry = this.records.get(name);
		return (entry != null) ? entry.value() : null;
	}

	/**
	 * Return whether there is such a record.
	 * @param name Paho's key
	 * @return whether there is
	 */
	public boolean contains(String name) {
		return this.records.containsKey(name);
	}

	/**
	 * Return the number of records.
	 * @return the number
	 */
	public int size() {
		return this.records.size();
	}

	/**
	 * Return the bytes of all records.
	 * @return the sum of the lengths of the values
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * Return the number of records by kind.
	 * @return a copy
	 */
	public Map<RecordKind, Integer> counts() {
		Map<RecordKind, Integer> result = new EnumMap<>(RecordKind.class);
		for (RecordKind kind : RecordKind.values()) {
			result.put(kind, this.counts[kind.ordinal()]);
		}
		return result;
	}

	/**
	 * Return the keys of all records, those of one packet id next to each other.
	 * @return a copy, sorted
	 */
	public List<String> keys() {
		List<Entry> entries = new ArrayList<>(this.records.values());
		entries.sort((a, b) -> a.key().compareTo(b.key()));
		List<String> result = new ArrayList<>(entries.size());
		entries.forEach((entry) -> result.add(entry.key().toString()));
		return result;
	}

	/**
	 * Return the keys of all records and others, those of one packet id next to each
	 * other.
	 * @param others keys such as Paho writes
	 * @return a copy, sorted
	 */
	Set<RecordKey> keysWith(Collection<String> others) {
		Set<RecordKey> result = new TreeSet<>();
		this.records.values().forEach((entry) -> result.add(entry.key()));
		others.forEach((name) -> result.add(RecordKey.require(name)));
		return result;
	}

	private record Entry(RecordKey key, byte[] value) {

		Entry {
			Objects.requireNonNull(value, "value");
		}

	}

}
