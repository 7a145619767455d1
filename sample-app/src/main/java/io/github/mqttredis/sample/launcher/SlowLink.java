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

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A slow link between the gateway and its broker or Redis: every byte is on the way for a
 * while, in both directions. When one end is gone, what is on the way is gone too.
 */
class SlowLink implements AutoCloseable {

	private static final int BUFFER = 16 * 1024;

	private final ServerSocket server;

	private final URI target;

	private volatile long latencyNanos;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	/**
	 * Open the link.
	 * @param target where it leads
	 * @param latency how long each direction takes
	 */
	SlowLink(String target, Duration latency) {
		this.target = URI.create(target);
		if (!"tcp".equals(this.target.getScheme()) || this.target.getPort() < 0) {
			throw new LauncherException("The crash demo needs a broker at tcp://host:port, not " + target);
		}
		setLatency(latency);
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Daemons.start("link", this::accept);
	}

	/**
	 * Return where the gateway connects.
	 * @return the address
	 */
	String uri() {
		return "tcp://127.0.0.1:" + port();
	}

	int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Change the latency for what comes from now on.
	 * @param latency how long each direction takes
	 */
	final void setLatency(Duration latency) {
		this.latencyNanos = latency.toNanos();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				connect(this.server.accept());
			}
			catch (IOException ex) {
				// Closed, or the broker is not there: the gateway will try again.
			}
		}
	}

	private void connect(Socket near) throws IOException {
		this.sockets.add(near);
		try {
			Socket far = new Socket(this.target.getHost(), this.target.getPort());
			this.sockets.add(far);
			near.setTcpNoDelay(true);
			far.setTcpNoDelay(true);
			carry(near, far);
			carry(far, near);
		}
		catch (IOException ex) {
			drop(near);
			throw ex;
		}
	}

	private void carry(Socket from, Socket to) {
		BlockingQueue<Chunk> onTheWay = new LinkedBlockingQueue<>();
		Daemons.start("link-in", () -> {
			take(from, onTheWay);
			cut(from, to);
		});
		Daemons.start("link-out", () -> {
			give(onTheWay, to);
			cut(from, to);
		});
	}

	private void take(Socket from, BlockingQueue<Chunk> onTheWay) {
		byte[] buffer = new byte[BUFFER];
		try {
			InputStream input = from.getInputStream();
			int length = input.read(buffer);
			while (length >= 0) {
				onTheWay.add(new Chunk(Arrays.copyOf(buffer, length), System.nanoTime() + this.latencyNanos));
				length = input.read(buffer);
			}
		}
		catch (IOException ex) {
			// The end is gone.
		}
		onTheWay.add(Chunk.END);
	}

	private void give(BlockingQueue<Chunk> onTheWay, Socket to) {
		try {
			OutputStream output = to.getOutputStream();
			Chunk chunk = onTheWay.take();
			while (chunk != Chunk.END && !to.isClosed()) {
				TimeUnit.NANOSECONDS.sleep(chunk.arrival() - System.nanoTime());
				output.write(chunk.bytes());
				chunk = onTheWay.take();
			}
		}
		catch (IOException ex) {
			// The end is gone.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void cut(Socket one, Socket other) {
		drop(one);
		drop(other);
	}

	private void drop(Socket socket) {
		this.sockets.remove(socket);
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is closed all the same.
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		this.sockets.forEach(this::drop);
	}

	/**
	 * Bytes on the way.
	 *
	 * @param bytes the bytes
	 * @param arrival when they arrive, in terms of {@link System#nanoTime()}
	 */
	private record Chunk(byte[] bytes, long arrival) {

		private static final Chunk END = new Chunk(new byte[0], 0);

	}

}
