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

package io.github.mqttredis.benchmarks.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.benchmarks.Addresses;

/**
 * Puts Redis half a millisecond away in each direction: what comes in goes on that much
 * later, however much is on its way.
 */
final class FarLink implements AutoCloseable {

	private static final long DELAY_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	private static final int PIECE = 64 * 1024;

	private final ServerSocket server;

	private final int target;

	private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

	FarLink(int target) throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getByName(Addresses.HOST));
		this.target = target;
		start("far-accept", this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	private static void start(String name, Piece task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// One of the two ends is closed.
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() throws IOException {
		while (!this.server.isClosed()) {
			Socket near = this.server.accept();
			Socket far = new Socket(Addresses.HOST, this.target);
			near.setTcpNoDelay(true);
			far.setTcpNoDelay(true);
			this.sockets.add(near);
			this.sockets.add(far);
			pump(near, far);
			pump(far, near);
		}
	}

	private static void pump(Socket from, Socket to) {
		BlockingQueue<Delayed> queue = new LinkedBlockingQueue<>();
		start("far-read", () -> read(from, queue));
		start("far-write", () -> write(queue, to));
	}

	private static void read(Socket from, BlockingQueue<Delayed> queue) throws IOException {
		InputStream in = from.getInputStream();
		byte[] buffer = new byte[PIECE];
		int length = 0;
		while (length >= 0) {
			length = in.read(buffer);
			queue.add(new Delayed(Arrays.copyOf(buffer, Math.max(0, length)), System.nanoTime() + DELAY_NANOS));
		}
	}

	private static void write(BlockingQueue<Delayed> queue, Socket to) throws IOException, InterruptedException {
		OutputStream out = to.getOutputStream();
		Delayed piece = queue.take();
		while (piece.bytes().length > 0) {
			for (long left = piece.due() - System.nanoTime(); left > 0; left = piece.due() - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			out.write(piece.bytes());
			piece = queue.take();
		}
		to.close();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	/**
	 * Bytes on their way.
	 *
	 * @param bytes the bytes, none at the end
	 * @param due when they go on
	 */
	private record Delayed(byte[] bytes, long due) {

	}

	/** A part of the work. */
	private interface Piece {

		void run() throws IOException, InterruptedException;

	}

}
