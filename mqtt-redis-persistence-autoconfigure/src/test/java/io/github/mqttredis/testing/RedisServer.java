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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server on a free port of the loopback interface, as a process that can be
 * killed, paused and started again.
 */
public final class RedisServer implements AutoCloseable {

	private final Path directory;

	private final int port;

	private final List<String> arguments;

	private Process process;

	private RedisServer(Path directory, int port, List<String> arguments) {
		this.directory = directory;
		this.port = port;
		this.arguments = arguments;
		this.process = launch();
	}

	/**
	 * Start a server that keeps nothing on disk.
	 * @param arguments further arguments of {@code redis-server}
	 * @return the server, which answers
	 */
	public static RedisServer start(String... arguments) {
		try (ServerSocket socket = new ServerSocket(0)) {
			int port = socket.getLocalPort();
			socket.close();
			return new RedisServer(Files.createTempDirectory("redis-"), port, List.of(arguments));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Process launch() {
		try {
			List<String> command = new ArrayList<>(List.of(RedisExecProvider.defaultProvider().get().getPath(),
					"--port", Integer.toString(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
					"--dir", this.directory.toString()));
			command.addAll(this.arguments);
			Process started = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("redis.log").toFile())
				.start();
			awaitAnswer();
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitAnswer() {
		long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
		while (true) {
			try (Jedis jedis = connect()) {
				jedis.ping();
				return;
			}
			catch (JedisException ex) {
				if (System.nanoTime() > deadline) {
					throw new IllegalStateException("Redis did not start in " + this.directory, ex);
				}
				Thread.onSpinWait();
			}
		}
	}

	public int port() {
		return this.port;
	}

	/**
	 * Connect, apart from what is tested.
	 * @return a connection, to be closed by the caller
	 */
	public Jedis connect() {
		return new Jedis("127.0.0.1", this.port, 5000);
	}

	public void kill() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Start again after {@link #kill()}, with what is on disk.
	 */
	public void restart() {
		this.process = launch();
	}

	public void pause() {
		signal("-STOP");
	}

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

	@Override
	public void close() {
		kill();
		try (var files = Files.walk(this.directory)) {
			files.sorted(java.util.Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
