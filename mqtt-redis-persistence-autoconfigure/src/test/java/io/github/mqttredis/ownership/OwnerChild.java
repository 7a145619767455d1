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

package io.github.mqttredis.ownership;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An {@link OwnerProcess} as its parent sees it: it can be stopped, resumed and killed.
 */
final class OwnerChild implements AutoCloseable {

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final Process process;

	private final PrintWriter commands;

	private OwnerChild(Process process) {
		this.process = process;
		this.commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, "child-" + process.pid());
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Start a process that opens a session.
	 * @return the process, which owns the session
	 */
	static OwnerChild start(int redisPort, String brokerUri, String clientId, Duration leaseTtl) throws IOException {
		OwnerChild child = launch(List.of(), redisPort, brokerUri, clientId, leaseTtl);
		assertThat(child.answer()).isEqualTo("opened");
		return child;
	}

	/**
	 * Start a process that tries to open a session.
	 * @param prefix what runs the process, such as a shell in a namespace of its own
	 * @return the process, whose first answer is {@code opened} or {@code ended}
	 */
	static OwnerChild launch(List<String> prefix, int redisPort, String brokerUri, String clientId, Duration leaseTtl)
			throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.addAll(ChildJvm.command("-Xmx128m", OwnerProcess.class.getName(), Integer.toString(redisPort),
				brokerUri, clientId, Long.toString(leaseTtl.toMillis())));
		return new OwnerChild(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (line.startsWith(OwnerProcess.ANSWER)) {
					this.answers.add(line.substring(OwnerProcess.ANSWER.length()));
				}
				else {
					System.out.println("  child " + this.process.pid() + ": " + line);
				}
			}
		}
		catch (IOException ex) {
			// The child was killed.
		}
		this.answers.add("ended");
	}

	/**
	 * Have a command done.
	 * @param command the command
	 * @return the answer
	 */
	String ask(String command) {
		this.commands.println(command);
		return answer();
	}

	String answer() {
		try {
			String answer = this.answers.poll(Await.MILLIS, TimeUnit.MILLISECONDS);
			assertThat(answer).as("the child's answer").isNotNull();
			return answer;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	long pid() {
		return this.process.pid();
	}

	void stop() {
		signal("-STOP");
	}

	void resume() {
		signal("-CONT");
	}

	private void signal(String signal) {
		try {
			new ProcessBuilder("kill", signal, Long.toString(pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	void kill() {
		this.process.destroyForcibly();
		try {
			assertThat(this.process.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		kill();
	}

}
