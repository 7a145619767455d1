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
 * Takes over messages that will not be delivered: the application's dead letters. A
 * message leaves its session only when this has taken it.
 *
 * @since 0.1.0
 */
public interface UndeliveredMessages {

	/**
	 * Nobody wants them.
	 */
	UndeliveredMessages UNWANTED = new UndeliveredMessages() {

		@Override
		public boolean isWanted() {
			return false;
		}

		@Override
		public void take(MqttUndeliveredMessageEvent message) {
			throw new UnsupportedOperationException();
		}

	};

	/**
	 * Return whether anybody wants them.
	 * @return whether to {@link #take} them
	 */
	boolean isWanted();

	/**
	 * Take a message over. Called without locks, by the thread that publishes another
	 * message or by one of ours. Again for a message that was not taken, or if the
	 * process dies before the session has let go of it.
	 * @param message the message
	 * @throws RuntimeException if it is not taken; it stays in the session then
	 */
	void take(MqttUndeliveredMessageEvent message);

	/**
	 * Why a message is not delivered.
	 */
	enum Reason {

		/**
		 * It has waited longer than its time-to-live.
		 */
		EXPIRED,

		/**
		 * The offline buffer was full.
		 */
		DROPPED,

		/**
		 * The broker, Paho or Redis does not take it.
		 */
		REFUSED

	}

}
