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
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server, a process of its own, on a free port of the loopback interface,
 * and on a UNIX socket where the gateway can use one. Unless it is durable, it keeps
 * nothing on a disk: after it was off it comes back empty.
 */
class EmbeddedRedis implements Switch, AutoCloseable {

	static final String HOST = "127.0.0.1";

	private static final String READY = "Ready to accept connections";

	/** What the address of a socket has room for, on any system. */
	private static final int LONGEST_PATH = 100;

	private final int port = Ports.free();

	private final Path directory;

	private final boolean durable;

	private final @Nullable Path unixSocket;

	private volatile Process process;

	private boolean closed;

	EmbeddedRedis(Path directory) {
		this(directory, false);
	}

	/**
	 * Start it.
	 * @param directory its directory
	 * @param durable whether it has what it has answered on the disk, and comes back with
	 * that
	 */
	EmbeddedRedis(Path directory, boolean durable) {
		this.directory = directory;
		this.durable = durable;
		Path socket = directory.resolve("redis.sock");
		boolean usable = EpollProvider.isAvailable() || KqueueProvider.isAvailable();
		this.unixSocket = (usable && socket.toString().length() <= LONGEST_PATH) ? socket : null;
		this.process = start();
	}

	private Process start() {
		try {
			File executable = RedisExecProvider.defaultProvider().get();
			List<String> command = new ArrayList<>(List.of(executable.getAbsolutePath(), "--bind", HOST, "--port",
					Integer.toString(this.port), "--dir", this.directory.toString(), "--pidfile", pidFile().toString(),
					"--save", "", "--appendonly", this.durable ? "yes" : "no", "--appendfsync", "always"));
			if (this.unixSocket != null) {
				command.addAll(List.of("--unixsocket", this.unixSocket.toString(), "--unixsocketperm", "700"));
			}
			Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
			awaitReady(started.inputReader());
			return started;
		}
		catch (IOException ex) {
			throw new LauncherException("No embedded Redis: " + ex.getMessage()
					+ ". Set spring.data.redis.host and spring.data.redis.port to use another.", ex);
		}
	}

	private void awaitReady(BufferedReader output) throws IOException {
		StringBuilder log = new StringBuilder();
		String line = output.readLine();
		while (line != null && !line.contains(READY)) {
			log.append(line).append(System.lineSeparator());
			line = output.readLine();
		}
		if (line == null) {
			throw new IOException("it ended at once:" + System.lineSeparator() + log);
		}
		Daemons.start("redis-output", () -> output.lines().forEach((ignored) -> {
		}));
	}

	int port() {
		return this.port;
	}

	/**
	 * Return the path of the UNIX socket.
	 * @return the path, {@code null} where Netty's native transport is missing
	 */
	@Nullable Path unixSocket() {
		return this.unixSocket;
	}

	/**
	 * Return the file with the id of its process, which is another one each time that it
	 * is turned on.
	 * @return the file
	 */
	Path pidFile() {
		return this.directory.resolve("redis.pid");
	}

	@Override
	public synchronized void off() {
		Processes.stop(this.process);
	}

	@Override
	public synchronized void on() {
		if (this.closed) {
			throw new LauncherException("The launcher is stopping");
		}
		if (!isOn()) {
			this.process = start();
		}
	}

	@Override
	public boolean isOn() {
		return this.process.isAlive();
	}

	void kill() {
		Processes.kill(this.process);
	}

	void signal(String name) {
		Processes.signal(this.process, name);
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		off();
	}

}
