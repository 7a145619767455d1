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

import java.time.Duration;

/**
 * How large a record is that Redis did not take. For a while the next one of that size is
 * refused at once: it would hold up its session for as long as the first one did. Set in
 * turn ({@link IoLoop}), read by all.
 */
final class RefusedSize {

	private static final Duration KNOWN_FOR = Duration.ofMinutes(1);

	private volatile Known known = new Known(Integer.MAX_VALUE, System.nanoTime());

	void refused(int size) {
		this.known = new Known(size, System.nanoTime());
	}

	/**
	 * Return whether a record is too large.
	 * @param record the record
	 * @return whether Redis did not take such a one a moment ago
	 */
	boolean isReached(byte[] record) {
		Known current = this.known;
		return record.length >= current.size() && System.nanoTime() - current.since() < KNOWN_FOR.toNanos();
	}

	private record Known(int size, long since) {

	}

}
