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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

import org.springframework.util.FileSystemUtils;

/**
 * A real Redis server on a free port of the loopback interface, as a process that can be
 * killed, paused and started again. {@link RedisExecutable} says which Redis.
 */
public final class RedisServer implements AutoCloseable {

	private static final int BUS = 10_000;

	private final Path directory;

	private final int port;

	private final List<String> arguments;

	/** The clock that it sees, {@code null} for that of the machine. */
	private final MachineClock clock;

	private ServerProcess process;

	private volatile boolean paused;

	private RedisServer(Path directory, int port, MachineClock clock, List<String> arguments) {
		this.directory = directory;
		this.port = port;
		this.clock = clock;
		this.arguments = arguments;
		this.process = launch();
	}

	/**
	 * Start a server that keeps nothing on disk.
	 * @param arguments further arguments of {@code redis-server}
	 * @return the server, which answers
	 */
	public static RedisServer start(String... arguments) {
		return startAt(Ports.free(), arguments);
	}

	/**
	 * Start a server that sees another clock.
	 * @param clock the clock, {@code null} for that of the machine
	 * @param arguments further arguments of {@code redis-server}
	 * @return the server, which answers
	 */
	public static RedisServer start(MachineClock clock, String... arguments) {
		return startAt(Ports.free(), clock, arguments);
	}

	/**
	 * Start a Sentinel.
	 * @param settings the lines of its configuration, which it changes itself
	 * @return the Sentinel, which answers
	 */
	public static RedisServer startSentinel(String... settings) {
		try {
			Path file = Files.createTempFile("sentinel-", ".conf");
			Files.write(file, List.of(settings));
			file.toFile().deleteOnExit();
			return start(file.toString(), "--sentinel");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a node of a cluster. Its bus is 10000 above its port, as Redis 6 wants it.
	 * @param arguments further arguments of {@code redis-server}
	 * @return the node, which answers and belongs to no cluster yet
	 */
	public static RedisServer startNode(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes"));
		all.addAll(List.of(arguments));
		return startAt(Ports.free(BUS), all.toArray(String[]::new));
	}

	/**
	 * Start a server at a given port.
	 * @param port the port
	 * @param arguments further arguments of {@code redis-server}
	 * @return the server, which answers
	 */
	public static RedisServer startAt(int port, String... arguments) {
		return startAt(port, null, arguments);
	}

	private static RedisServer startAt(int port, MachineClock clock, String... arguments) {
		try {
			return new RedisServer(Files.createTempDirectory("redis-"), port, clock, List.of(arguments));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private ServerProcess launch() {
		// A configuration file comes first.
		int files = (!this.arguments.isEmpty() && !this.arguments.get(0).startsWith("--")) ? 1 : 0;
		List<String> command = new ArrayList<>(this.arguments.subList(0, files));
		command.addAll(List.of("--port", Integer.toString(this.port), "--bind", "127.0.0.1", "--dir",
				this.directory.toString()));
		if (files == 0) {
			command.addAll(List.of("--save", "", "--appendonly", "no"));
		}
		command.addAll(this.arguments.subList(files, this.arguments.size()));
		ServerProcess started = RedisExecutable.start(this.clock, command,
				this.directory.resolve("redis.log").toFile());
		awaitAnswer();
		return started;
	}

	private void awaitAnswer() {
		Await.until("Redis has started in " + this.directory, Load.seconds(20), this::answers);
	}

	private boolean answers() {
		try (Jedis jedis = connect()) {
			jedis.ping();
			RedisExecutable.check(jedis.info("server"));
			return true;
		}
		catch (JedisException ex) {
			return ex.getMessage().startsWith("NOAUTH");
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

	/**
	 * Ask the server, apart from what is tested.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return the answer
	 */
	public <T> T ask(Function<Jedis, T> command) {
		try (Jedis jedis = connect()) {
			return command.apply(jedis);
		}
	}

	/**
	 * Wait until replicas have all that this server has.
	 * @param count how many replicas
	 */
	public void awaitReplicas(int count) {
		Await.until(count + " replicas are in sync",
				() -> ask((server) -> server.info("replication")).lines()
					.filter((line) -> line.contains("state=online"))
					.count() == count);
	}

	/**
	 * Return whether the server was neither killed nor paused.
	 * @return whether it answers
	 */
	public boolean isAnswering() {
		return this.process.isAlive() && !this.paused;
	}

	public void kill() {
		this.process.kill();
	}

	/**
	 * Start again after {@link #kill()}, with what is on disk.
	 */
	public void restart() {
		this.process = launch();
	}

	/**
	 * Start again after {@link #kill()}, with nothing.
	 */
	public void restartEmpty() {
		clear();
		this.process = launch();
	}

	/**
	 * Copy what is on disk.
	 * @return the copy, for {@link #restartWith(Path)}
	 */
	public Path copy() {
		try {
			Path copy = Files.createTempDirectory("redis-copy-");
			FileSystemUtils.copyRecursively(this.directory, copy);
			return copy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start again after {@link #kill()}, with what was on disk before.
	 * @param copy what was, which is deleted
	 */
	public void restartWith(Path copy) {
		clear();
		try {
			FileSystemUtils.copyRecursively(copy, this.directory);
			FileSystemUtils.deleteRecursively(copy);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.process = launch();
	}

	private void delete() {
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void clear() {
		delete();
		try {
			Files.createDirectory(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public void pause() {
		this.paused = true;
		this.process.pause();
	}

	/**
	 * Go on after {@link #pause()}, if it was paused.
	 */
	public void resume() {
		if (this.paused) {
			this.process.resume();
			this.paused = false;
		}
	}

	@Override
	public void close() {
		kill();
		delete();
	}

}
