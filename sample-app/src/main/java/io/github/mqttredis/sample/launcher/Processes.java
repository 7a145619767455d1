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

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How a process is ended or paused.
 */
final class Processes {

	private static final long GRACE_SECONDS = 10;

	private Processes() {
	}

	/**
	 * Ask a process to end, and end it if it does not.
	 * @param process the process
	 */
	static void stop(Process process) {
		// Through the handle, which leaves the pipes open: the end of its input means
		// something else.
		process.toHandle().destroy();
		try {
			if (process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		process.toHandle().destroyForcibly();
	}

	/**
	 * Send a signal to a process, if it runs.
	 * @param process the process
	 * @param name the name of the signal, such as {@code STOP}
	 */
	static void signal(Process process, String name) {
		if (!process.isAlive()) {
			return;
		}
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new LauncherException("No signal could be sent: " + ex.getMessage() + ". This needs the command kill",
					ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * End a process with SIGKILL and wait until it is gone.
	 * @param process the process
	 */
	static void kill(Process process) {
		process.toHandle().destroyForcibly();
		try {
			if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
				throw new LauncherException("Process " + process.pid() + " survived SIGKILL");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
