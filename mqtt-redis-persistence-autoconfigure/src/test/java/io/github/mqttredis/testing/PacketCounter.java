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

package io.github.mqttredis.testing;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Finds the MQTT packets in a stream and counts them by type (MQTT 3.1.1, 2.2).
 */
final class PacketCounter {

	private final AtomicIntegerArray counts;

	private int remaining;

	private int shift = -1;

	PacketCounter(AtomicIntegerArray counts) {
		this.counts = counts;
	}

	void feed(byte[] bytes, int length) {
		for (int i = 0; i < length; i++) {
			if (this.shift >= 0) {
				this.remaining |= (bytes[i] & 0x7f) << this.shift;
				this.shift = ((bytes[i] & 0x80) != 0) ? this.shift + 7 : -1;
			}
			else if (this.remaining > 0) {
				int skipped = Math.min(this.remaining, length - i);
				this.remaining -= skipped;
				i += skipped - 1;
			}
			else {
				this.counts.incrementAndGet((bytes[i] & 0xff) >> 4);
				this.shift = 0;
			}
		}
	}

}
