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

import java.util.concurrent.TimeUnit;

/**
 * The time by which messages in a queue grow old, in milliseconds. It goes on as time
 * passes and takes no notice of a clock that is set. Only while no process has the
 * session open is the clock of the machine believed: the owner leaves with the session
 * how far that clock was ahead of this one.
 * <p>
 * Set by who opens the session, before anybody else asks.
 *
 * @since 0.1.0
 */
public final class QueueClock {

	private static final long START = System.currentTimeMillis();

	private static final long START_NANOS = System.nanoTime();

	/** How far this clock is ahead of the time since the JVM began to count it. */
	private volatile long offset;

	/**
	 * Return the time.
	 * @return the time in milliseconds
	 */
	public long now() {
		return elapsed() + this.offset;
	}

	/**
	 * Return how far the clock of the machine is ahead of this one.
	 * @return how far, in milliseconds
	 */
	public long ahead() {
		return System.currentTimeMillis() - now();
	}

	/**
	 * Go on where the last owner ended, for all that the clock of the machine tells.
	 * @param ahead how far that clock was ahead
	 */
	public void resume(long ahead) {
		this.offset = System.currentTimeMillis() - ahead - elapsed();
	}

	/**
	 * Be no earlier than something that has happened.
	 * @param time when that was
	 */
	void atLeast(long time) {
		this.offset = Math.max(this.offset, time - elapsed());
	}

	private static long elapsed() {
		return START + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - START_NANOS);
	}

}
