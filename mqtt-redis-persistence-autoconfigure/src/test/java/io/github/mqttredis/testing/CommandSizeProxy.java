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

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands in front of Redis as a hosted one does: a command with more than so many bytes
 * is answered with an error, and the connection stays. In its place Redis gets a script
 * that answers so, which keeps the answers in order.
 */
public final class CommandSizeProxy implements AutoCloseable {

	private static final byte[] REFUSAL = ("*3\r\n$4\r\nEVAL\r\n$57\r\n"
			+ "return redis.error_reply('ERR max request size exceeded')\r\n$1\r\n0\r\n")
		.getBytes(StandardCharsets.US_ASCII);

	private final ServerSocket listener;

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final AtomicInteger refused = new AtomicInteger();

	private volatile int largest = Integer.MAX_VALUE;

	private CommandSizeProxy(ServerSocket listener, int target) {
		this.listener = listener;
		this.target = target;
		daemon(this::accept);
	}

	/**
	 * Stand in front of a server, and let everything through.
	 * @param port the server's port
	 * @return the proxy
	 */
	public static CommandSizeProxy to(int port) {
		try {
			return new CommandSizeProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Refuse what is larger from now on.
	 * @param bytes the most bytes of a command
	 */
	public void limit(int bytes) {
		this.largest = bytes;
	}

	/**
	 * Return how many commands were refused.
	 * @return the number
	 */
	public int refused() {
		return this.refused.get();
	}

	/**
	 * Return how many connections were made.
	 * @return the number
	 */
	public int connections() {
		return this.accepted.get();
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				this.accepted.incrementAndGet();
				this.sockets.add(client);
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.sockets.add(server);
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				daemon(() -> pump(client, server, this::passCommands));
				daemon(() -> pump(server, client, InputStream::transferTo));
			}
			catch (IOException ex) {
				// The listener was closed, or the server does not listen.
			}
		}
	}

	private static void pump(Socket from, Socket to, Passing passing) {
		try (from; to) {
			passing.pass(from.getInputStream(), to.getOutputStream());
		}
		catch (IOException ex) {
			// One side is gone; both are closed.
		}
	}

	private void passCommands(InputStream from, OutputStream to) throws IOException {
		InputStream in = new BufferedInputStream(from, 65_536);
		while (true) {
			ByteArrayOutputStream command = new ByteArrayOutputStream();
			int parts = length(in, command);
			for (int i = 0; i < parts; i++) {
				int length = length(in, command);
				command.write(in.readNBytes(length + 2));
			}
			boolean passes = command.size() <= this.largest;
			if (!passes) {
				this.refused.incrementAndGet();
			}
			to.write(passes ? command.toByteArray() : REFUSAL);
		}
	}

	/** Of a line such as {@code *3} or {@code $57}. */
	private static int length(InputStream in, ByteArrayOutputStream copy) throws IOException {
		StringBuilder line = new StringBuilder();
		for (int next = in.read(); next != '\n'; next = in.read()) {
			if (next < 0) {
				throw new EOFException();
			}
			line.append((char) next);
		}
		copy.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
		return Integer.parseInt(line.substring(1).trim());
	}

	private static void daemon(Runnable task) {
		Thread thread = new Thread(task, "command-size-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@FunctionalInterface
	private interface Passing {

		void pass(InputStream from, OutputStream to) throws IOException;

	}

}
