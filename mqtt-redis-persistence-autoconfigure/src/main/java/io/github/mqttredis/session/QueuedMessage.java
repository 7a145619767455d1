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

/**
 * A message that waits in a session's queue.
 *
 * @param number its place in the queue: the higher, the younger. There may be gaps
 * @param taken when it was put in, in milliseconds by the {@link QueueClock}
 * @param expires when it expires, in milliseconds by the queue's clock, 0 for never
 * @param total the bytes of all messages that were ever put in, up to this one
 * @param record its PUBLISH, without a packet id of its own
 * @since 0.1.0
 */
public record QueuedMessage(long number, long taken, long expires, long total, byte[] record) {

	/**
	 * Return the key of the message's record.
	 * @return the key
	 */
	public RecordKey key() {
		return RecordKey.queued(this.number);
	}

	QueuedMessage with(byte[] stored) {
		return new QueuedMessage(this.number, this.taken, this.expires, this.total, stored);
	}

}
