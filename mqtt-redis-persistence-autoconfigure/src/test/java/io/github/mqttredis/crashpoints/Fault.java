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

package io.github.mqttredis.crashpoints;

/**
 * What Redis does, once, to the batch that carries a call.
 *
 * @param call the kind of call
 * @param ordinal which of the calls of that kind, from 1
 * @param kind what Redis does
 */
record Fault(String call, int ordinal, Kind kind) {

	static final Fault NONE = new Fault("nothing", 0, Kind.OUT_OF_MEMORY);

	boolean hits(CrashSwitch.Call candidate) {
		return candidate.name().equals(this.call) && candidate.ordinal() == this.ordinal;
	}

	enum Kind {

		/**
		 * The batch is refused.
		 */
		OUT_OF_MEMORY,

		/**
		 * The batch is applied, its answer never comes.
		 */
		ANSWER_LOST,

		/**
		 * The batch never arrives.
		 */
		BATCH_LOST

	}

}
