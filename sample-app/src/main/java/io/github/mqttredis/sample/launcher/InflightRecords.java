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

package io.github.mqttredis.sample.launcher;

import java.util.Collection;

/**
 * How many records a session has in Redis, by kind.
 *
 * @param sent {@code s-N}: messages that were published and are not acknowledged
 * @param released {@code sc-N}: QoS 2 messages whose PUBREL was sent
 * @param received {@code r-N}: QoS 2 messages that were received and are not completed
 * @param queued messages that wait until they can be sent
 * @since 0.1.0
 */
public record InflightRecords(int sent, int released, int received, long queued) {

	/**
	 * Count the fields of a session's hash.
	 * @param fields the fields
	 * @param queued how many messages its queue has
	 * @return the counts
	 */
	public static InflightRecords of(Collection<String> fields, long queued) {
		return new InflightRecords(count(fields, "s-"), count(fields, "sc-"), count(fields, "r-"), queued);
	}

	private static int count(Collection<String> fields, String prefix) {
		return Math.toIntExact(fields.stream().filter((field) -> field.startsWith(prefix)).count());
	}

	/**
	 * Return the number of all records.
	 * @return the number
	 */
	public long total() {
		return this.sent + this.released + this.received + this.queued;
	}

	/**
	 * Return the number of messages: one of QoS 2 may have two records.
	 * @return the number, or a little less
	 */
	public long messages() {
		return Math.max(this.sent, this.released) + this.received + this.queued;
	}

	@Override
	public String toString() {
		return "%d (s %d, sc %d, r %d%s)".formatted(total(), this.sent, this.released, this.received,
				(this.queued > 0) ? ", queue " + this.queued : "");
	}

}
