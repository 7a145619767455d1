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

import java.util.List;

/**
 * Messages of a session's queue as the store has them, the oldest first.
 *
 * @param last the highest number that any message in the store ever had
 * @param total the total of the youngest message in the store, 0 if there is none
 * @param taken when the youngest message in the store was put in, in milliseconds by the
 * {@link QueueClock}, 0 if there is none
 * @param length how many messages the store has
 * @param isWhole whether the store has none that are younger than these
 * @param messages the messages, encoded
 * @since 0.1.0
 */
public record QueuePage(long last, long total, long taken, long length, boolean isWhole, List<QueuedMessage> messages) {

	/**
	 * Of a queue in which nothing waits.
	 */
	public static final QueuePage EMPTY = new QueuePage(0, 0, 0, 0, true, List.of());

}
