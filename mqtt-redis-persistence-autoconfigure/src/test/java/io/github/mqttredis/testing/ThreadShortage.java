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

package io.github.mqttredis.testing;

/**
 * The thread that makes this cannot make the next thread, and can make later ones.
 */
public final class ThreadShortage extends InheritableThreadLocal<String> implements AutoCloseable {

	public static final String REASON = "unable to create native thread";

	private volatile boolean over;

	private ThreadShortage() {
	}

	public static ThreadShortage begin() {
		ThreadShortage shortage = new ThreadShortage();
		shortage.set("inherited by each thread that this one makes");
		return shortage;
	}

	/** JUnit ends all tests if it meets an OutOfMemoryError. */
	@Override
	protected String childValue(String value) {
		if (!this.over) {
			this.over = true;
			throw new InternalError(REASON);
		}
		return value;
	}

	/** Return whether a thread could not be made. */
	public boolean isOver() {
		return this.over;
	}

	@Override
	public void close() {
		remove();
	}

}
