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

package io.github.mqttredis.manyclients;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link ManyClientsApplication}, seen from its parent, which kills it.
 */
final class ManyClientsProcess implements AutoCloseable {

	private final Set<String> returned = ConcurrentHashMap.newKeySet();

	private final Set<String> received = ConcurrentHashMap.newKeySet();

	private final Set<String> strangers = ConcurrentHashMap.newKeySet();

	private final Set<String> failed = ConcurrentHashMap.newKeySet();

	private final List<String> output = Collections.synchronizedList(new ArrayList<>());

	private final Process process;

	private final Thread reader;

	private final int clients;

	private volatile int subscribed;

	private ManyClientsProcess(Process process, int clients) {
		this.clients = clients;
		this.process = process;
		this.reader = new Thread(this::read, "many-clients");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	static ManyClientsProcess start(int clients, String... arguments) throws IOException {
		// Paho has four threads for each client, hence the small stacks.
		List<String> command = ChildJvm.command("-Xmx256m", "-Xss256k", ManyClientsApplication.class.getName());
		command.addAll(List.of(arguments));
		return new ManyClientsProcess(new ProcessBuilder(command).redirectErrorStream(true).start(), clients);
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
	}

	private void note(String line) {
		String[] words = line.split(" ", 3);
		switch (words[0]) {
			case "@subscribed" -> this.subscribed++;
			case "@returned" -> this.returned.add(words[1]);
			case "@failed" -> this.failed.add(line);
			case "@received" -> {
				this.received.add(words[2]);
				if (!words[2].startsWith(words[1] + "/")) {
					this.strangers.add(line);
				}
			}
			default -> this.output.add(line);
		}
	}

	/**
	 * Wait until all its clients have subscribed, which may take longer than one
	 * condition should.
	 */
	void awaitReady() {
		for (int clients = 0; clients < this.clients; clients++) {
			int more = clients;
			await("more than " + more + " clients have subscribed", () -> this.subscribed > more);
		}
	}

	/**
	 * Let all its clients publish, and wait until what they published is accepted.
	 */
	void publish(String run) throws IOException {
		int before = this.returned.size();
		this.process.outputWriter().append(run).append('\n').flush();
		int messages = this.clients * ManyClientsApplication.MESSAGES;
		await(messages + " messages are accepted",
				() -> this.returned.size() + this.failed.size() >= before + messages);
		assertThat(this.failed).isEmpty();
	}

	private void await(String what, Callable<Boolean> condition) {
		Await.until(what, () -> {
			if (!this.process.isAlive()) {
				throw new IllegalStateException("The application has ended: " + this.output);
			}
			return condition.call();
		});
	}

	Set<String> returned() {
		return this.returned;
	}

	/**
	 * Return what its clients have received.
	 * @return the payloads
	 */
	Set<String> received() {
		return this.received;
	}

	/**
	 * Return what its clients have received that was meant for others.
	 * @return the lines
	 */
	Set<String> strangers() {
		return this.strangers;
	}

	/**
	 * Kill it, and wait until all that it said is noted.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor();
			this.reader.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
