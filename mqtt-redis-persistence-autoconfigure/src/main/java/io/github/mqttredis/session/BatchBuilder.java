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
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Makes a batch of the first writes of a log, within bounds.
 */
final class BatchBuilder {

	private final int maxFields;

	private final long maxBytes;

	// In no order: Redis applies all of a batch at once, and these take less memory.

	private final Map<RecordKey, byte[]> puts = new HashMap<>();

	private final Set<RecordKey> removes = new HashSet<>();

	private long bytes;

	private boolean clear;

	private @Nullable Write last;

	BatchBuilder(int maxFields, long maxBytes) {
		this.maxFields = maxFields;
		this.maxBytes = maxBytes;
	}

	/**
	 * Add a write if there is room. A later write of a key takes the place of an earlier
	 * one.
	 * @param write the next write of the log
	 * @return {@code false} if the batch is full
	 */
	boolean add(Write write) {
		if (isFullFor(write)) {
			return false;
		}
		this.last = write;
		RecordKey key = write.key();
		byte[] value = write.stored();
		if (key == null) {
			this.clear = true;
			this.puts.clear();
			this.removes.clear();
			this.bytes = 0;
			return true;
		}
		byte[] replaced;
		if (value != null) {
			this.removes.remove(key);
			replaced = this.puts.put(key, value);
		}
		else {
			this.removes.add(key);
			replaced = this.puts.remove(key);
		}
		this.bytes += write.bytes() - ((replaced != null) ? replaced.length : 0);
		return true;
	}

	private boolean isFullFor(Write write) {
		int fields = this.puts.size() + this.removes.size();
		if (fields == 0 || write.key() == null || write.samePacket(this.last)) {
			return false;
		}
		return fields >= this.maxFields || this.bytes + write.bytes() > this.maxBytes;
	}

	/**
	 * Return what was added.
	 * @param lengthKnownFrom from which position on writes know the number of records
	 * after them
	 * @return the batch, {@code null} if nothing was added
	 */
	@Nullable Batch build(long lengthKnownFrom) {
		if (this.last == null) {
			return null;
		}
		boolean lengthKnown = this.last.position() >= lengthKnownFrom;
		return new Batch(this.clear, this.puts, this.clear ? Set.of() : this.removes, this.last.position(),
				lengthKnown ? this.last.lengthAfter() : Batch.UNKNOWN_LENGTH, null);
	}

	/**
	 * Take removals out of the middle of a log: those of packet ids of which no record
	 * waits to be stored, because what is stored of a packet id must stay consistent.
	 * @param pending the log
	 * @param maxFields the most fields
	 * @return the batch, {@code null} if there are no such removals
	 */
	static @Nullable Batch removes(Collection<Write> pending, int maxFields) {
		BatchBuilder all = new BatchBuilder(Integer.MAX_VALUE, Long.MAX_VALUE);
		pending.forEach(all::add);
		if (all.clear) {
			return null;
		}
		Set<Integer> waiting = new HashSet<>();
		all.puts.keySet().forEach((key) -> waiting.add(packet(key)));
		List<RecordKey> candidates = new ArrayList<>(all.removes);
		candidates.removeIf((key) -> waiting.contains(packet(key)));
		if (candidates.isEmpty()) {
			return null;
		}
		Set<RecordKey> keys = new LinkedHashSet<>(candidates.subList(0, Math.min(maxFields, candidates.size())));
		Set<Write> taken = Collections.newSetFromMap(new IdentityHashMap<>());
		pending.stream().filter((write) -> write.key() != null && keys.contains(write.key())).forEach(taken::add);
		return new Batch(false, Map.of(), keys, 0, Batch.UNKNOWN_LENGTH, taken);
	}

	/**
	 * Return a number for a packet id and its direction.
	 * @param key the key
	 * @return the packet id, negative for received messages
	 */
	private static int packet(RecordKey key) {
		return (key.kind() == RecordKind.RECEIVED) ? -key.packetId() : key.packetId();
	}

}
