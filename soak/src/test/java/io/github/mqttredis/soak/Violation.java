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

package io.github.mqttredis.soak;

/**
 * A promise that was not kept.
 *
 * @param rule which promise
 * @param from since when what happened may have to do with it
 * @param to until when
 * @param detail what is wrong
 */
record Violation(Rule rule, long from, long to, String detail) {

	@Override
	public String toString() {
		return this.rule + ": " + this.detail;
	}

	/**
	 * What is promised.
	 */
	enum Rule {

		/** Every accepted message is delivered. */
		LOST,

		/** A message of QoS 2 is delivered once. */
		REPEATED,

		/** Accepted messages of a topic and QoS are delivered in order, by mosquitto. */
		ORDER,

		/** Every command is received. */
		COMMAND_LOST,

		/** A command of QoS 2 is received once. */
		COMMAND_REPEATED,

		/** What is delivered is what was published. */
		STRANGE,

		/** Who waits gets no session of an owner that lives. */
		OWNER,

		/** Poison is in quarantine, and nothing else is. */
		QUARANTINE,

		/** Nothing of a session is left when all is delivered. */
		LEFT,

		/** All works again soon after the last fault. */
		RECOVERY,

		/** Redis is said to have lost something only if it has. */
		FALSE_ALARM,

		/** No thread, socket or memory is left. */
		LEAK,

		/** The application stops in time. */
		STOP

	}

}
