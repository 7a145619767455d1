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

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;

/**
 * A {@link CrashPointChild}, seen from its parent.
 */
final class ChildProcess {

	private final Process process;

	private final Ledger ledger;

	private final List<String> output = new ArrayList<>();

	private final CountDownLatch ready = new CountDownLatch(1);

	private final Thread reader;

	ChildProcess(Surroundings surroundings, String clientId, Ledger ledger, String what, String detail)
			throws IOException {
		this.ledger = ledger;
		this.process = new ProcessBuilder(
				ChildJvm.command("-Xmx96m", CrashPointChild.class.getName(), Integer.toString(surroundings.redisPort()),
						surroundings.link(clientId).uri(), clientId, what, detail, surroundings.variant().name()))
			.redirectErrorStream(true)
			.start();
		this.reader = new Thread(this::read, "child-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				note(line);
			}
		}
		catch (IOException ex) {
			// The process is gone.
		}
		finally {
			this.ready.countDown();
		}
	}

	private void note(String line) {
		String[] parts = line.split(" ", 2);
		switch (parts[0]) {
			case "@returned" -> this.ledger.returned(parts[1]);
			case "@stored" -> this.ledger.stored(parts[1]);
			case "@received" -> this.ledger.received(parts[1]);
			case "@failed" -> this.ledger.failed(parts[1]);
			case "@ready" -> this.ready.countDown();
			case "@arrived" -> {
				String[] message = parts[1].split(" ");
				this.ledger.arrived(message[0], message[1]);
			}
			case "@fed" -> {
				this.ledger.feeding();
				this.ledger.fed(parts[1]);
			}
			default -> {
				synchronized (this.output) {
					this.output.add(line);
				}
			}
		}
	}

	void awaitReady() throws InterruptedException {
		this.ready.await(Await.MILLIS, TimeUnit.MILLISECONDS);
	}

	void kill() {
		this.process.destroyForcibly();
	}

	/**
	 * Wait until the process is gone and all that it said is noted.
	 * @return its exit code
	 */
	int awaitEnd() throws InterruptedException {
		if (!this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)) {
			this.process.destroyForcibly();
		}
		int code = this.process.waitFor();
		this.reader.join();
		return code;
	}

	@Override
	public String toString() {
		synchronized (this.output) {
			return "child JVM " + this.process.pid() + " " + this.output;
		}
	}

}
