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

package io.github.mqttredis.paho;

/**
 * Counts how often the message that waits first was not taken. Used with the lock of its
 * {@link OfflineQueue} held, or by the thread that hands its messages over.
 */
final class Refusals {

	/** After so many attempts a message is set aside. */
	private static final int ATTEMPTS = 5;

	private long message;

	private int count;

	private boolean enough;

	/**
	 * Note that a message was not taken.
	 * @param number its number
	 * @return whether that was often enough
	 */
	boolean count(long number) {
		this.count = (this.message == number) ? this.count + 1 : 1;
		this.message = number;
		this.enough = this.count >= ATTEMPTS;
		return this.enough;
	}

	/**
	 * Note that a message need not be tried.
	 * @param number its number
	 */
	void notTried(long number) {
		this.count = 0;
		this.message = number;
		this.enough = true;
	}

	long message() {
		return this.message;
	}

	int count() {
		return this.count;
	}

	boolean isEnough(long number) {
		return this.enough && this.message == number;
	}

}
