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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The gateway as a process of its own: started, killed, started again.
 *
 * @since 0.1.0
 */
public final class Gateway implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

	private static final int TAIL = 60;

	/** The exit code of a process that a signal ended is 128 more than the signal. */
	private static final int SIGKILL = 128 + 9;

	private final GatewaySettings settings;

	private final GatewayClient client;

	private final Deque<String> tail = new ArrayDeque<>();

	private volatile @Nullable Process process;

	private volatile boolean closed;

	/**
	 * Create a gateway that is not started yet.
	 * @param settings with what it is started
	 */
	public Gateway(GatewaySettings settings) {
		this.settings = settings;
		this.client = new GatewayClient(settings.port());
	}

	/**
	 * Start the process and wait until it answers.
	 */
	public void start() {
		start(START_TIMEOUT);
	}

	/**
	 * Start the process and wait until it answers.
	 * @param timeout how long to wait
	 */
	public void start(Duration timeout) {
		if (!Ports.isFree(this.settings.port())) {
			throw new LauncherException("Port " + this.settings.port()
					+ " is taken: stop what listens there, or choose another with --gateway.port=N");
		}
		Process started = launch();
		boolean ready = Await.until(() -> !started.isAlive() || this.client.isReady(), timeout);
		if (!ready || !started.isAlive()) {
			throw new LauncherException("The gateway did not start. Its last words:" + System.lineSeparator() + tail());
		}
	}

	/**
	 * Start the process and wait for nothing.
	 */
	public void startSilent() {
		launch();
	}

	private synchronized Process launch() {
		if (this.closed) {
			throw new LauncherException("The launcher is stopping");
		}
		try {
			Process started = new ProcessBuilder(command()).redirectErrorStream(true).start();
			this.process = started;
			Daemons.start("gateway-output", () -> read(started.inputReader()));
			return started;
		}
		catch (IOException ex) {
			throw new LauncherException("The gateway could not be started: " + ex.getMessage(), ex);
		}
	}

	private List<String> command() {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// Quick to start, as Boot's own plugin does it for development.
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(this.settings.jvmArguments());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), GatewayProcess.class.getName()));
		command.addAll(this.settings.arguments());
		return command;
	}

	private void read(BufferedReader output) {
		output.lines().forEach((line) -> {
			if (this.settings.echo() && !this.closed) {
				System.out.println(line);
			}
			synchronized (this.tail) {
				this.tail.addLast(line);
				if (this.tail.size() > TAIL) {
					this.tail.removeFirst();
				}
			}
		});
	}

	/**
	 * Return the last lines that the process has printed.
	 * @return the lines
	 */
	public String tail() {
		synchronized (this.tail) {
			return String.join(System.lineSeparator(), this.tail);
		}
	}

	/**
	 * Kill the process with SIGKILL and wait until it is gone.
	 */
	public void kill() {
		Process running = this.process;
		if (running != null) {
			Processes.kill(running);
		}
	}

	/**
	 * Ask the process to end, and wait until it is gone.
	 */
	public void stop() {
		Process running = this.process;
		if (running != null) {
			Processes.stop(running);
		}
	}

	/**
	 * Send the process a signal, and wait for nothing.
	 * @param name the name of the signal, such as {@code STOP}
	 */
	void signal(String name) {
		Process running = this.process;
		if (running != null) {
			Processes.signal(running, name);
		}
	}

	/**
	 * Return whether the process was ended by SIGKILL.
	 * @return whether it is gone, in that way
	 */
	public boolean wasKilled() {
		Process ended = this.process;
		return ended != null && !ended.isAlive() && ended.exitValue() == SIGKILL;
	}

	/**
	 * Return the id of the process.
	 * @return the id, or 0 if it was never started
	 */
	public long pid() {
		Process started = this.process;
		return (started != null) ? started.pid() : 0;
	}

	/**
	 * Return whether the process runs.
	 * @return whether it runs
	 */
	public boolean isAlive() {
		Process running = this.process;
		return running != null && running.isAlive();
	}

	/**
	 * Return a client for the gateway's HTTP endpoints.
	 * @return the client
	 */
	public GatewayClient client() {
		return this.client;
	}

	@Override
	public void close() {
		synchronized (this) {
			this.closed = true;
		}
		stop();
	}

}
