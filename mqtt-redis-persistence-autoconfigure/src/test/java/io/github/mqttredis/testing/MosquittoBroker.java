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
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Mosquitto from the {@code PATH}, or in a container, as a process of its own that
 * keeps nothing on disk.
 */
public final class MosquittoBroker implements AutoCloseable {

	private final Path configuration;

	private final int port;

	private final ServerProcess process;

	private MosquittoBroker(Path configuration, int port, ServerProcess process) {
		this.configuration = configuration;
		this.port = port;
		this.process = process;
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
	 * Start a broker.
	 * @param settings further lines of its configuration
	 * @return the broker, which listens
	 */
	public static MosquittoBroker start(String... settings) {
		try (ServerSocket socket = new ServerSocket(0)) {
			int port = socket.getLocalPort();
			socket.close();
			Path configuration = Files.createTempFile("mosquitto-", ".conf");
			Files.writeString(configuration,
					"listener " + port + " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
							+ "max_queued_messages 0\nmax_inflight_messages 1000\nlog_type none\n"
							+ String.join("\n", settings) + "\n");
			MosquittoBroker broker = new MosquittoBroker(configuration, port, launch(configuration));
			Await.until("mosquitto listens", broker::listens);
			return broker;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ServerProcess launch(Path configuration) {
		boolean contained = Docker.provides(Docker.mosquittoImage());
		List<String> command = List.of(contained ? "mosquitto" : executable().getPath(), "-c",
				configuration.toString());
		return contained ? Docker.start(Docker.mosquittoImage(), command)
				: ServerProcess.local(command, new File("/dev/null"));
	}

	private boolean listens() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	public String uri() {
		return "tcp://127.0.0.1:" + this.port;
	}

	@Override
	public void close() {
		this.process.kill();
		try {
			Files.deleteIfExists(this.configuration);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
