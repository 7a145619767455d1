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
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Mosquitto from the {@code PATH}, or in a container, as a process of its own that can
 * be paused, and ended and started again.
 */
public final class MosquittoBroker implements AutoCloseable {

	/** Of MQTT 3.1.1, with a clean session and no client id. */
	private static final byte[] CONNECT = { 0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0 };

	private static final int ANSWER_MILLIS = 1000;

	private final Path directory;

	private final Path configuration;

	private final int port;

	private ServerProcess process;

	private volatile boolean paused;

	private MosquittoBroker(Path directory, Path configuration, int port) {
		this.directory = directory;
		this.configuration = configuration;
		this.port = port;
		launch();
	}

	public static boolean isInstalled() {
		return Docker.provides(Docker.mosquittoImage()) || executable() != null;
	}

	private static File executable() {
		return Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
			.map((directory) -> new File(directory, "mosquitto"))
			.filter(File::canExecute)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Start a broker that keeps nothing on disk.
	 * @param settings further lines of its configuration
	 * @return the broker, which listens
	 */
	public static MosquittoBroker start(String... settings) {
		try {
			int port = Ports.free();
			Path directory = Files.createTempDirectory("mosquitto-");
			Path configuration = directory.resolve("mosquitto.conf");
			Files.writeString(configuration,
					"listener " + port + " 127.0.0.1\nuser root\nallow_anonymous true\nset_tcp_nodelay true\n"
							+ "max_queued_messages 0\nmax_inflight_messages 1000\nlog_type none\n"
							+ "persistence_location " + directory + "/\n" + String.join("\n", settings) + "\n");
			return new MosquittoBroker(directory, configuration, port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void launch() {
		boolean contained = Docker.provides(Docker.mosquittoImage());
		List<String> command = List.of(contained ? "mosquitto" : executable().getPath(), "-c",
				this.configuration.toString());
		this.process = contained ? Docker.start(Docker.mosquittoImage(), command)
				: ServerProcess.local(command, new File("/dev/null"));
		Await.until("mosquitto answers", this::answers);
	}

	/**
	 * It listens before it is ready: a signal to end that comes between is lost, and with
	 * it what the broker would have saved. So ask it something.
	 */
	private boolean answers() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setSoTimeout(ANSWER_MILLIS);
			socket.getOutputStream().write(CONNECT);
			// CONNACK, or the end of a link that it does not want.
			socket.getInputStream().read();
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	public String uri() {
		return "tcp://127.0.0.1:" + this.port;
	}

	/**
	 * End it in order: with {@code persistence true} it writes its sessions to disk.
	 */
	public void stop() {
		resume();
		this.process.terminate();
	}

	/**
	 * End it as a crash would, and forget what is on disk.
	 */
	public void kill() {
		this.process.kill();
		this.directory.resolve("mosquitto.db").toFile().delete();
	}

	/**
	 * Start again after {@link #stop()}, with what is on disk.
	 */
	public void restart() {
		launch();
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
		this.process.kill();
		try (var files = Files.walk(this.directory)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
