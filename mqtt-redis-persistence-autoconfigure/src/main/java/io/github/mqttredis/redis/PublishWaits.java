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

package io.github.mqttredis.redis;

import io.github.mqttredis.session.RecordKey;
import org.jspecify.annotations.Nullable;

/**
 * Which records the threads have put that are publishing now. They wait for them when
 * Paho has let go of its locks, so that several publishers share a round trip.
 */
final class PublishWaits {

	private final ThreadLocal<Wait> waits = ThreadLocal.withInitial(Wait::new);

	/**
	 * Begin to publish.
	 * @return false if this thread does so already
	 */
	boolean begin() {
		Wait wait = this.waits.get();
		boolean first = !wait.publishing;
		if (first) {
			wait.publishing = true;
			wait.record = null;
			wait.position = 0;
		}
		return first;
	}

	/**
	 * Leave the waiting for a record to the end of the publish.
	 * @param record the record
	 * @param position the record's position in the log
	 * @param seen the number of failures before it was appended
	 * @param lenient whether the message counts as published even if it is not stored
	 * @return false if this thread does not publish
	 */
	boolean defer(RecordKey record, long position, long seen, boolean lenient) {
		Wait wait = this.waits.get();
		if (wait.publishing) {
			wait.record = record;
			wait.position = position;
			wait.seen = seen;
			wait.lenient = lenient;
		}
		return wait.publishing;
	}

	/**
	 * Return whether this thread ships a record itself.
	 * @param position the record's position
	 * @return whether it was left to the end of the publish
	 */
	boolean isShippedAtEnd(long position) {
		Wait wait = this.waits.get();
		return wait.publishing && wait.position == position;
	}

	/**
	 * End a publish.
	 * @return what is to be waited for, valid until this thread publishes again
	 */
	Wait end() {
		Wait wait = this.waits.get();
		wait.publishing = false;
		return wait;
	}

	/**
	 * What one thread has to wait for.
	 */
	static final class Wait {

		private boolean publishing;

		private @Nullable RecordKey record;

		private long position;

		private long seen;

		private boolean lenient;

		@Nullable RecordKey record() {
			return this.record;
		}

		/**
		 * Return the position of the last record that was put.
		 * @return the position, 0 if there was none
		 */
		long position() {
			return this.position;
		}

		long seen() {
			return this.seen;
		}

		boolean isLenient() {
			return this.lenient;
		}

	}

}
