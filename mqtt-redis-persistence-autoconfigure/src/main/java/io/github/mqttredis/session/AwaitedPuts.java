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

/**
 * The records that have to be in Redis before a packet may be sent: those that were put
 * and are not there yet, but for those whose packet will never be sent.
 * <p>
 * Written to with the lock of the {@link WriteLog} held, read without.
 */
final class AwaitedPuts {

	private final ArrayDeque<Long> positions = new ArrayDeque<>();

	private volatile long last;

	void add(long position, boolean beforeSend) {
		if (beforeSend) {
			this.positions.addLast(position);
			this.last = position;
		}
	}

	/**
	 * Note that storing a record failed and its packet will not be sent.
	 * @param position the position of the record
	 */
	void withdraw(long position) {
		if (this.positions.remove(position)) {
			this.last = this.positions.isEmpty() ? 0 : this.positions.getLast();
		}
	}

	void applied(long position) {
		while (!this.positions.isEmpty() && this.positions.getFirst() <= position) {
			this.positions.removeFirst();
		}
	}

	/**
	 * Return the position that packets have to wait for.
	 * @return the position, 0 if there is none
	 */
	long last() {
		return this.last;
	}

}
