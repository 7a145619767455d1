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

package io.github.mqttredis.benchmarks.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.mqttredis.benchmarks.Addresses;

/**
 * A server on the loopback interface, as a process of its own.
 */
final class ServerProcess implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final long PAUSE_MILLIS = 10;

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Start a server and wait until it listens.
	 * @param command the command
	 * @param port the port that it was told
	 * @param log where its output goes
	 * @return the server
	 */
	static ServerProcess start(List<String> command, int port, Path log) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		ServerProcess server = new ServerProcess(process, port);
		long deadline = System.nanoTime() + LIMIT.toNanos();
		while (!server.listens()) {
			if (!process.isAlive() || System.nanoTime() > deadline) {
				server.close();
				throw new IOException(command.get(0) + " did not start: " + Files.readString(log));
			}
			Thread.sleep(PAUSE_MILLIS);
		}
		return server;
	}

	private boolean listens() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(Addresses.HOST, this.port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Find a program.
	 * @param name its name
	 * @return where it is, if it is installed; daemons may be off an ordinary user's path
	 */
	static Optional<Path> find(String name) {
		String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/usr/local/sbin";
		return Stream.of(path.split(":"))
			.filter((directory) -> !directory.isEmpty())
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
