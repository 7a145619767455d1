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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The process of a real server: one of this machine, or one in a container that shares
 * the machine's network and its directory for temporary files. To tests both are alike.
 */
interface ServerProcess {

	boolean isAlive();

	/**
	 * End it at once, as a crash would. It cleans nothing up.
	 */
	void kill();

	/**
	 * Ask it to end, and wait until it has. What does not end is killed.
	 */
	void terminate();

	void pause();

	void resume();

	/**
	 * Start a process of this machine.
	 * @param command the executable and its arguments
	 * @param log where its output goes
	 * @return the process
	 */
	static ServerProcess local(List<String> command, File log) {
		try {
			return new Local(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A process of this machine.
	 *
	 * @param process the process
	 */
	record Local(Process process) implements ServerProcess {

		@Override
		public boolean isAlive() {
			return this.process.isAlive();
		}

		@Override
		public void kill() {
			this.process.destroyForcibly();
			awaitEnd();
		}

		@Override
		public void terminate() {
			this.process.destroy();
			if (!awaitEnd()) {
				kill();
			}
		}

		private boolean awaitEnd() {
			try {
				return this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		@Override
		public void pause() {
			signal("-STOP");
		}

		@Override
		public void resume() {
			signal("-CONT");
		}

		private void signal(String signal) {
			try {
				new ProcessBuilder("kill", signal, Long.toString(this.process.pid())).start().waitFor();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
