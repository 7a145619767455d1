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
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A link to a server that can be cut, closed for good, or made to hold back what the
 * server answers.
 */
public final class TcpLink implements AutoCloseable {

	private final ServerSocket listener;

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger connections = new AtomicInteger();

	private final Object gate = new Object();

	private boolean answersHeld;

	private volatile boolean closed;

	private TcpLink(ServerSocket listener, int target) {
		this.listener = listener;
		this.target = target;
		daemon(this::accept);
	}

	/**
	 * Open a link.
	 * @param port where the server listens
	 * @return the link
	 */
	public static TcpLink to(int port) {
		try {
			return new TcpLink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static TcpLink to(String uri) {
		return to(URI.create(uri).getPort());
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	public String uri() {
		return "tcp://127.0.0.1:" + port();
	}

	/**
	 * Hold back everything that the server answers from now on.
	 */
	public void holdAnswers() {
		synchronized (this.gate) {
			this.answersHeld = true;
		}
	}

	public void releaseAnswers() {
		synchronized (this.gate) {
			this.answersHeld = false;
			this.gate.notifyAll();
		}
	}

	/**
	 * Cut all connections; new ones may be made.
	 */
	public void cut() {
		this.sockets.forEach(TcpLink::close);
		this.sockets.clear();
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		cut();
		releaseAnswers();
	}

	private void accept() {
		while (!this.closed) {
			try {
				connect(this.listener.accept());
			}
			catch (IOException ex) {
				// The listener was closed.
			}
		}
	}

	/**
	 * Return how many connections were made.
	 * @return the number, with those that ended
	 */
	public int connections() {
		return this.connections.get();
	}

	private void connect(Socket client) {
		this.connections.incrementAndGet();
		this.sockets.add(client);
		try {
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(server);
			client.setTcpNoDelay(true);
			server.setTcpNoDelay(true);
			daemon(() -> pump(client, server, false));
			daemon(() -> pump(server, client, true));
		}
		catch (IOException ex) {
			close(client);
		}
	}

	private void pump(Socket from, Socket to, boolean answers) {
		byte[] buffer = new byte[16_384];
		try (InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				if (answers) {
					awaitRelease();
				}
				out.write(buffer, 0, length);
			}
		}
		catch (IOException ex) {
			// One side is gone; the other is closed below.
		}
		close(from);
		close(to);
	}

	private void awaitRelease() throws IOException {
		synchronized (this.gate) {
			while (this.answersHeld) {
				try {
					this.gate.wait();
				}
				catch (InterruptedException ex) {
					throw new IOException(ex);
				}
			}
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void daemon(Runnable task) {
		Thread thread = new Thread(task, "tcp-link");
		thread.setDaemon(true);
		thread.start();
	}

}
