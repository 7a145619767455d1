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

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The state of the link between a client and its broker, taken from memory.
 *
 * @param state how it is
 * @param address the address of the broker that the client is connected to, or tried
 * last; {@code null} before the first attempt
 * @param since since when it is so
 * @param lastFailure why the client was not connected last, {@code null} if it always was
 * @param failedAt when that was
 * @since 0.1.0
 */
public record LinkStatus(State state, @Nullable String address, Instant since, @Nullable String lastFailure,
		@Nullable Instant failedAt) {

	/**
	 * How a link is.
	 */
	public enum State {

		/**
		 * The broker has accepted the client, and the link is there.
		 */
		CONNECTED,

		/**
		 * The application wants the client to be connected, and it is not.
		 */
		AWAY,

		/**
		 * The application does not want the client to be connected.
		 */
		CLOSED

	}

}
