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

import java.time.Duration;

import io.github.mqttredis.session.WriteLog.QueueSize;

/**
 * Settings for messages that are published while a client cannot send them.
 *
 * @param enabled whether they wait
 * @param maxMessages how many wait at most
 * @param maxBytes how many bytes wait at most
 * @param whenFull what happens to one more
 * @param timeToLive how long a message may wait before it is dropped, zero for no limit
 * @since 0.1.0
 */
public record OfflineBufferSettings(boolean enabled, long maxMessages, long maxBytes, WhenFull whenFull,
		Duration timeToLive) {

	/**
	 * Nothing waits.
	 */
	public static final OfflineBufferSettings DISABLED = new OfflineBufferSettings(false, 1, Long.MAX_VALUE,
			WhenFull.REJECT, Duration.ZERO);

	public OfflineBufferSettings {
		if (maxMessages < 1 || maxBytes < 1 || timeToLive.isNegative()) {
			throw new IllegalArgumentException(
					"The bounds of an offline buffer must be positive, and its time-to-live not negative");
		}
	}

	/**
	 * Return these settings for an application that sets the rest by Paho's own options.
	 * @param switchedOn whether messages wait
	 * @param messages how many wait at most
	 * @param full what happens to one more
	 * @return new settings
	 */
	public OfflineBufferSettings with(boolean switchedOn, long messages, WhenFull full) {
		return new OfflineBufferSettings(switchedOn, messages, this.maxBytes, full, this.timeToLive);
	}

	/**
	 * Return whether there is room for one more message.
	 * @param waiting what waits
	 * @param bytes the size of the message
	 * @return whether there is
	 */
	public boolean hasRoom(QueueSize waiting, long bytes) {
		return waiting.messages() < this.maxMessages && waiting.bytes() + bytes <= this.maxBytes;
	}

	/**
	 * What to do with a new message if the buffer is full.
	 */
	public enum WhenFull {

		/**
		 * Publishing it fails.
		 */
		REJECT,

		/**
		 * The messages that have waited longest are given up.
		 */
		DROP_OLDEST,

		/**
		 * It is given up. Publishing it does not fail, but its token does.
		 */
		DROP_NEWEST

	}

}
