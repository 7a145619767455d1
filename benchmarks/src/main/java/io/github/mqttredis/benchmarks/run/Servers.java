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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.benchmarks.Addresses;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisExecProvider;

/**
 * Redis and the broker of one run, which keep nothing on disk, and a directory for the
 * store in files.
 */
final class Servers implements AutoCloseable {

	private final Path directory = Files.createTempDirectory("mqtt-benchmarks-");

	private final int redisPort = ServerProcess.freePort();

	private final Path redisSocket = this.directory.resolve("redis.sock");

	private final ServerProcess redis;

	private final int brokerPort = ServerProcess.freePort();

	private final @Nullable Path mosquitto;

	private final ServerProcess broker;

	private final Path files;

	Servers(Path files, boolean artemis) throws IOException, InterruptedException {
		this.mosquitto = artemis ? null : ServerProcess.find("mosquitto").orElse(null);
		this.files = files.toAbsolutePath();
		this.redis = startRedis();
		try {
			this.broker = (this.mosquitto != null) ? startMosquitto(this.mosquitto) : startArtemis();
		}
		catch (IOException ex) {
			this.redis.close();
			throw ex;
		}
	}

	private ServerProcess startRedis() throws IOException, InterruptedException {
		Optional<Path> installed = ServerProcess.find("redis-server");
		Path program = installed.isPresent() ? installed.get() : RedisExecProvider.defaultProvider().get().toPath();
		return ServerProcess.start(List.of(program.toString(), "--port", Integer.toString(this.redisPort), "--bind",
				Addresses.HOST, "--unixsocket", this.redisSocket.toString(), "--save", "", "--appendonly", "no",
				"--dir", this.directory.toString()), this.redisPort, this.directory.resolve("redis.log"));
	}

	private ServerProcess startMosquitto(Path program) throws IOException, InterruptedException {
		Path configuration = this.directory.resolve("mosquitto.conf");
		Files.writeString(configuration, """
				listener %d %s
				allow_anonymous true
				set_tcp_nodelay true
				max_inflight_messages 0
				max_queued_messages 0
				log_type error
				log_type warning
				""".formatted(this.brokerPort, Addresses.HOST));
		return ServerProcess.start(List.of(program.toString(), "-c", configuration.toString()), this.brokerPort,
				this.directory.resolve("broker.log"));
	}

	private ServerProcess startArtemis() throws IOException, InterruptedException {
		return ServerProcess.start(Java.command(Java.HEAP, ArtemisBroker.class, Integer.toString(this.brokerPort)),
				this.brokerPort, this.directory.resolve("broker.log"));
	}

	Addresses addresses() {
		return new Addresses("tcp://" + Addresses.HOST + ":" + this.brokerPort, this.redisPort, this.redisSocket,
				this.files);
	}

	String redisVersion() {
		try (Jedis jedis = new Jedis(Addresses.HOST, this.redisPort)) {
			return version(jedis.info("server"), "redis_version:(\\S+)");
		}
	}

	/**
	 * Return which broker it is.
	 * @return its name, and its version where it tells it
	 */
	String brokerVersion() throws IOException {
		if (this.mosquitto == null) {
			return "Artemis " + String.valueOf(EmbeddedActiveMQ.class.getPackage().getImplementationVersion());
		}
		Process help = new ProcessBuilder(this.mosquitto.toString(), "-h").redirectErrorStream(true).start();
		try (BufferedReader output = help.inputReader()) {
			return "mosquitto " + version(output.lines().collect(Collectors.joining("\n")), "version (\\S+)");
		}
	}

	private static String version(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		return matcher.find() ? matcher.group(1) : "of unknown version";
	}

	@Override
	public void close() {
		this.broker.close();
		this.redis.close();
		delete(this.directory);
		delete(this.files);
	}

	private static void delete(Path directory) {
		try (Stream<Path> found = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
			for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			System.err.println("Could not delete " + directory + ": " + ex.getMessage());
		}
	}

}
