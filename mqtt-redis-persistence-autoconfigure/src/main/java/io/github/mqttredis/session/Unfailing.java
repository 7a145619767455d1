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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Goes on although the JVM throws an {@link Error}, as it does while it has no memory or
 * no thread: to say so may fail for the same reason.
 *
 * @since 0.1.0
 */
public final class Unfailing {

	private static final long PAUSE_MILLIS = 1000;

	private Unfailing() {
	}

	/**
	 * Run a task that must not end its caller.
	 * @param task the task
	 * @param told is told of what it throws, and may fail as well
	 * @return whether it ended well
	 */
	public static boolean run(Runnable task, Consumer<Throwable> told) {
		try {
			task.run();
			return true;
		}
		catch (Throwable ex) {
			// Kotlin throws checked exceptions as well.
			log(() -> told.accept(ex));
			return false;
		}
	}

	/**
	 * Log something, if the JVM can.
	 * @param logging logs it
	 */
	public static void log(Runnable logging) {
		try {
			logging.run();
		}
		catch (Throwable ex) {
			// There is no other way to say it.
		}
	}

	/**
	 * Do what nobody else would do: again after a second as long as it throws an Error.
	 * @param task what is done
	 * @param again asked before it is tried again
	 * @param told is told of each Error
	 */
	public static void repeat(Runnable task, BooleanSupplier again, Consumer<Throwable> told) {
		try {
			while (!run(task, told) && again.getAsBoolean()) {
				TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
