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
 * A place where a process dies: before or after the k-th call of a kind, or before or
 * after the batch that carries that call is applied in Redis.
 *
 * @param phase where in the call
 * @param call the kind of call, such as {@code put SENT}
 * @param ordinal which of the calls of that kind, from 1
 */
record CrashPoint(Phase phase, String call, int ordinal) {

	/**
	 * A process that ends in good order.
	 */
	static final CrashPoint NONE = new CrashPoint(Phase.BEFORE, "nothing", 0);

	enum Phase {

		BEFORE, AFTER, BEFORE_BATCH, AFTER_BATCH,

		/**
		 * The caller gets no further than this call, and its batch is applied.
		 */
		AFTER_STORED

	}

	static CrashPoint parse(String text) {
		String[] parts = text.split("/");
		return new CrashPoint(Phase.valueOf(parts[0]), parts[1], Integer.parseInt(parts[2]));
	}

	/**
	 * Return what {@link #parse(String)} reads.
	 * @return the point in one word
	 */
	String format() {
		return this.phase + "/" + this.call + "/" + this.ordinal;
	}

	@Override
	public String toString() {
		return switch (this.phase) {
			case BEFORE -> "before ";
			case AFTER -> "after ";
			case BEFORE_BATCH -> "before the batch with ";
			case AFTER_BATCH -> "after the batch with ";
			case AFTER_STORED -> "once stored, before the caller goes on, after ";
		} + this.call + " #" + this.ordinal;
	}

}
