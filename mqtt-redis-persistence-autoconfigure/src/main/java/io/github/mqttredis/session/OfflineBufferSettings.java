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
 * What happens to messages that are published while a client cannot send them.
 *
 * @param enabled whether they are kept
 * @param size how many are kept at most, 1 to {@value #LARGEST_SIZE}
 * @param whenFull what happens to one more
 * @since 0.1.0
 */
public record OfflineBufferSettings(boolean enabled, int size, WhenFull whenFull) {

	/**
	 * Each message has a packet id, of which there are 65,535. The rest is left to what
	 * is under way.
	 */
	public static final int LARGEST_SIZE = 60_000;

	/**
	 * Nothing is kept.
	 */
	public static final OfflineBufferSettings DISABLED = new OfflineBufferSettings(false, 1, WhenFull.REJECT);

	public OfflineBufferSettings {
		if (size < 1 || size > LARGEST_SIZE) {
			throw new IllegalArgumentException("The size of an offline buffer must be between 1 and " + LARGEST_SIZE);
		}
	}

	/**
	 * What happens when one more message comes than is kept.
	 */
	public enum WhenFull {

		/**
		 * Publishing it fails.
		 */
		REJECT,

		/**
		 * The message that has waited longest is given up.
		 */
		DROP_OLDEST

	}

}
