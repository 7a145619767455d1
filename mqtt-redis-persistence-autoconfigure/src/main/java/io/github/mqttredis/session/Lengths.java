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
 * The size of a stored session.
 *
 * @param records the number of records, or {@link #NOT_KNOWN}
 * @param queued the number of messages in the queue, or {@link #NOT_KNOWN}
 * @since 0.1.0
 */
public record Lengths(long records, long queued) {

	/**
	 * A number that is not known.
	 */
	public static final long NOT_KNOWN = -1;

	/**
	 * Nothing is known.
	 */
	public static final Lengths UNKNOWN = new Lengths(NOT_KNOWN, NOT_KNOWN);

	/**
	 * Return whether there is not what there must be.
	 * @param actual what there is
	 * @return whether records or messages are missing, or too many
	 */
	public boolean differs(Lengths actual) {
		return differs(this.records, actual.records) || differs(this.queued, actual.queued);
	}

	private static boolean differs(long expected, long actual) {
		return expected != NOT_KNOWN && actual != expected;
	}

}
