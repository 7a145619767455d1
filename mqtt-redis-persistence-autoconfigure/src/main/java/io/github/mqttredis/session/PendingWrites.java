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

import java.util.ArrayDeque;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The writes that wait for Redis, within bounds. Past the bounds they are given up: the
 * mirror holds all that counts and is written back as a whole.
 * <p>
 * Not thread-safe: guarded by the lock of the {@link WriteLog}.
 */
final class PendingWrites {

	private final ArrayDeque<Write> writes = new ArrayDeque<>();

	private final int maxWrites;

	private final long maxBytes;

	private long bytes;

	private boolean dropped;

	PendingWrites(int maxWrites, long maxBytes) {
		this.maxWrites = maxWrites;
		this.maxBytes = maxBytes;
	}

	void add(Write write) {
		if (this.dropped) {
			return;
		}
		if (this.writes.size() >= this.maxWrites || this.bytes + write.bytes() > this.maxBytes) {
			restart();
			this.dropped = true;
			return;
		}
		addUnbounded(write);
	}

	void addUnbounded(Write write) {
		this.writes.add(write);
		this.bytes += write.bytes();
	}

	/**
	 * Forget all writes, and that any were given up.
	 */
	void restart() {
		this.writes.clear();
		this.bytes = 0;
		this.dropped = false;
	}

	boolean isDropped() {
		return this.dropped;
	}

	boolean isEmpty() {
		return this.writes.isEmpty();
	}

	void remove(Batch batch) {
		Set<Write> outOfOrder = batch.outOfOrder();
		if (outOfOrder != null) {
			this.writes.removeIf(outOfOrder::contains);
			outOfOrder.forEach((write) -> this.bytes -= write.bytes());
			return;
		}
		while (!this.writes.isEmpty() && this.writes.peek().position() <= batch.end()) {
			this.bytes -= this.writes.remove().bytes();
		}
	}

	@Nullable Batch batch(int maxFields, long maxBatchBytes, long lengthKnownFrom) {
		BatchBuilder builder = new BatchBuilder(maxFields, maxBatchBytes);
		for (Write write : this.writes) {
			if (!builder.add(write)) {
				break;
			}
		}
		return builder.build(lengthKnownFrom);
	}

	@Nullable Batch removes(int maxFields) {
		return BatchBuilder.removes(this.writes, maxFields);
	}

}
