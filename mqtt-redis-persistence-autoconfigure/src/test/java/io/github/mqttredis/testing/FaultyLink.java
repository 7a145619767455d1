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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A link to a server that can be cut, slowed, narrowed, made to swallow everything, or
 * made to deliver what was sent much later. Counts the MQTT connections that the server
 * accepted.
 */
public final class FaultyLink implements AutoCloseable {

	private static final int CONNACK = 0x20;

	private static final int PIECES_A_SECOND = 20;

	/** A limited link that has rested for so long is no faster for it. */
	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

	private final ServerSocket listener;

	private volatile int target;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final Object gate = new Object();

	private final AtomicInteger accepted = new AtomicInteger();

	private final AtomicInteger connacks = new AtomicInteger();

	private final AtomicIntegerArray sent = new AtomicIntegerArray(16);

	private final StringBuffer requests = new StringBuffer();

	private final AtomicInteger lateAnswers = new AtomicInteger();

	private volatile long delayMillis;

	private volatile int bytesPerSecond;

	private volatile int requestBytesPerSecond;

	private final Map<String, String> changes = new ConcurrentHashMap<>();

	private volatile int largest = Integer.MAX_VALUE;

	private volatile boolean answersHeld;

	/** Whether a connection may be made although answers are held. */
	private volatile boolean firstAnswersPass;

	private volatile boolean swallowing;

	private final AtomicInteger refusals = new AtomicInteger();

	private final AtomicInteger refused = new AtomicInteger();

	private final AtomicInteger swallowed = new AtomicInteger();

	private volatile boolean recording;

	private volatile boolean closed;

	private FaultyLink(ServerSocket listener, int target) {
		this.listener = listener;
		this.target = target;
		daemon(this::accept);
	}

	public static FaultyLink to(int port) {
		try {
			return new FaultyLink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static FaultyLink to(String uri) {
		return to(URI.create(uri).getPort());
	}

	/**
	 * Lead new connections to another server. Those that are open stay where they are.
	 * @param port its port
	 */
	public void leadTo(int port) {
		this.target = port;
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	public String uri() {
		return "tcp://127.0.0.1:" + port();
	}

	/**
	 * Hold back what the server answers, on all connections.
	 */
	public void holdAnswers() {
		this.firstAnswersPass = false;
		this.answersHeld = true;
	}

	/**
	 * Hold back what the server answers, but let it accept connections.
	 */
	public void holdLaterAnswers() {
		this.firstAnswersPass = true;
		this.answersHeld = true;
	}

	/**
	 * Hold back what is sent to the server on the connections that are open now; those
	 * that are made later work. What is held is delivered by {@link #release()} even if
	 * its sender has closed the connection, and never if this link is closed.
	 */
	public void holdRequests() {
		this.connections.forEach((connection) -> connection.held = true);
	}

	/**
	 * Deliver all that is held back, and let everybody connect.
	 */
	public void release() {
		synchronized (this.gate) {
			this.answersHeld = false;
			this.refusals.set(0);
			this.connections.forEach(Connection::release);
			this.gate.notifyAll();
		}
	}

	/**
	 * Take so much time for every piece of data, in both directions.
	 * @param delay the time
	 */
	public void delay(Duration delay) {
		this.delayMillis = delay.toMillis();
	}

	/**
	 * Let no more through of what the server answers.
	 * @param bytesPerSecond how much in a second
	 */
	public void limitAnswers(int bytesPerSecond) {
		this.bytesPerSecond = bytesPerSecond;
	}

	/**
	 * Let no more through of what is sent to the server.
	 * @param bytesPerSecond how much in a second
	 */
	public void limitRequests(int bytesPerSecond) {
		this.requestBytesPerSecond = bytesPerSecond;
	}

	/**
	 * Change what the server sends, if it comes in one piece.
	 * @param from what is changed
	 * @param to what comes in its place
	 */
	public void changeAnswers(byte[] from, byte[] to) {
		this.changes.put(text(from), text(to));
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/**
	 * End a connection that sends more than so much at a time, as a proxy does that
	 * limits the size of a command.
	 * @param bytes the most bytes before an answer
	 */
	public void limit(int bytes) {
		this.largest = bytes;
	}

	/**
	 * Be half-open: connections are open, and made, and nothing comes through. Those that
	 * were open during it never work again.
	 * @param swallow whether to do so
	 */
	public void swallow(boolean swallow) {
		this.swallowing = swallow;
		this.connections.forEach((connection) -> connection.lost |= swallow);
	}

	/**
	 * Let nothing come through the next new connection.
	 */
	public void swallowOnce() {
		this.swallowed.set(1);
	}

	/**
	 * End every new connection at once, until {@link #release()}.
	 */
	public void refuse() {
		this.refusals.set(Integer.MAX_VALUE);
	}

	/**
	 * End the next new connection at once.
	 */
	public void refuseOnce() {
		this.refusals.set(1);
	}

	/**
	 * Return how many new connections were ended at once.
	 * @return the number
	 */
	public int refused() {
		return this.refused.get();
	}

	/**
	 * Cut all connections; new ones may be made.
	 */
	public void cut() {
		this.connections.forEach(Connection::close);
	}

	/**
	 * Return how many MQTT connections the server accepted.
	 * @return the number of CONNACK packets with return code 0
	 */
	public int connacks() {
		return this.connacks.get();
	}

	/**
	 * Return how many connections were made.
	 * @return the number of connections that were not refused
	 */
	public int connections() {
		return this.accepted.get();
	}

	/**
	 * Return how many MQTT packets of a type have come from clients.
	 * @param type the type, such as 6 for PUBREL
	 * @return the number of packets, delivered or not
	 */
	public int sent(int type) {
		return this.sent.get(type);
	}

	/**
	 * Record what comes from clients from now on.
	 */
	public void record() {
		this.recording = true;
	}

	/**
	 * Return what was recorded.
	 * @return a character for each byte
	 */
	public String recorded() {
		return this.requests.toString();
	}

	/**
	 * Return how often the server answered what had been held back.
	 * @return the number of answers on connections whose requests were held
	 */
	public int lateAnswers() {
		return this.lateAnswers.get();
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
		synchronized (this.gate) {
			this.gate.notifyAll();
		}
	}

	private void accept() {
		while (!this.closed) {
			try {
				Socket client = this.listener.accept();
				if (this.refusals.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
					client.close();
					this.refused.incrementAndGet();
					continue;
				}
				this.accepted.incrementAndGet();
				new Connection(client).open();
			}
			catch (IOException ex) {
				// The listener was closed, or the server does not listen.
			}
		}
	}

	private static void daemon(Runnable task) {
		Thread thread = new Thread(task, "faulty-link");
		thread.setDaemon(true);
		thread.start();
	}

	private final class Connection {

		private final Socket client;

		private final Socket server = new Socket();

		private final PacketCounter packets = new PacketCounter(FaultyLink.this.sent);

		/** When all that has passed should have, of requests and of answers. */
		private final long[] due = new long[2];

		private volatile boolean held;

		private volatile boolean late;

		private volatile boolean lost;

		private boolean answered;

		private volatile int unanswered;

		Connection(Socket client) {
			this.client = client;
		}

		void open() throws IOException {
			this.lost = FaultyLink.this.swallowing
					|| FaultyLink.this.swallowed.getAndUpdate((left) -> Math.max(0, left - 1)) > 0;
			try {
				this.server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), FaultyLink.this.target));
				this.client.setTcpNoDelay(true);
				this.server.setTcpNoDelay(true);
			}
			catch (IOException ex) {
				this.client.close();
				throw ex;
			}
			FaultyLink.this.connections.add(this);
			if (FaultyLink.this.closed) {
				close();
			}
			daemon(() -> pump(this.client, this.server, false));
			daemon(() -> pump(this.server, this.client, true));
		}

		private void pump(Socket from, Socket to, boolean answers) {
			byte[] buffer = new byte[65_536];
			try {
				InputStream in = from.getInputStream();
				OutputStream out = to.getOutputStream();
				for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
					byte[] written = buffer;
					boolean first = answers && !this.answered;
					if (answers) {
						this.unanswered = 0;
						note(buffer, length);
						written = change(buffer, length);
					}
					else {
						record(buffer, length);
						checkLimit(length);
					}
					pause();
					if (!first || !FaultyLink.this.firstAnswersPass) {
						awaitRelease(answers);
					}
					if (!this.lost) {
						write(out, written, (written != buffer) ? written.length : length, answers);
					}
				}
				if (this.late && !answers) {
					// The server's answer to what came late is still to be seen.
					to.shutdownOutput();
					return;
				}
			}
			catch (IOException ex) {
				// One side is gone; the other is closed below.
			}
			if (!this.lost || FaultyLink.this.closed) {
				close();
			}
		}

		private void write(OutputStream out, byte[] bytes, int length, boolean answers) throws IOException {
			int offset = 0;
			while (offset < length) {
				int rate = answers ? FaultyLink.this.bytesPerSecond : FaultyLink.this.requestBytesPerSecond;
				int piece = Math.max(1, rate / PIECES_A_SECOND);
				int count = (rate > 0) ? Math.min(piece, length - offset) : length - offset;
				out.write(bytes, offset, count);
				offset += count;
				if (rate > 0) {
					pace(answers ? 1 : 0, count, rate);
				}
			}
		}

		/**
		 * By all that has passed, however small its pieces are, and however much longer
		 * than asked a busy machine sleeps.
		 */
		private void pace(int direction, int count, int rate) throws IOException {
			long now = System.nanoTime();
			if (this.due[direction] == 0 || now - this.due[direction] > IDLE_NANOS) {
				this.due[direction] = now;
			}
			this.due[direction] += TimeUnit.SECONDS.toNanos(count) / rate;
			sleep(TimeUnit.NANOSECONDS.toMillis(this.due[direction] - now));
		}

		private void record(byte[] bytes, int length) {
			this.packets.feed(bytes, length);
			if (FaultyLink.this.recording) {
				FaultyLink.this.requests.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
			}
		}

		private byte[] change(byte[] bytes, int length) {
			if (FaultyLink.this.changes.isEmpty()) {
				return bytes;
			}
			String data = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
			for (Map.Entry<String, String> change : FaultyLink.this.changes.entrySet()) {
				data = data.replace(change.getKey(), change.getValue());
			}
			return data.getBytes(StandardCharsets.ISO_8859_1);
		}

		private void checkLimit(int length) throws IOException {
			this.unanswered = this.unanswered + length;
			if (this.unanswered > FaultyLink.this.largest) {
				throw new IOException("too large");
			}
		}

		private void note(byte[] bytes, int length) {
			if (!this.answered && length >= 4 && bytes[0] == CONNACK && bytes[3] == 0) {
				FaultyLink.this.connacks.incrementAndGet();
			}
			this.answered = true;
			if (this.late) {
				FaultyLink.this.lateAnswers.incrementAndGet();
			}
		}

		private void pause() throws IOException {
			sleep(FaultyLink.this.delayMillis);
		}

		private static void sleep(long millis) throws IOException {
			try {
				TimeUnit.MILLISECONDS.sleep(millis);
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		}

		private void awaitRelease(boolean answers) throws IOException {
			synchronized (FaultyLink.this.gate) {
				while (answers ? FaultyLink.this.answersHeld : this.held) {
					if (FaultyLink.this.closed) {
						throw new IOException("closed");
					}
					try {
						FaultyLink.this.gate.wait();
					}
					catch (InterruptedException ex) {
						throw new IOException(ex);
					}
				}
			}
		}

		void release() {
			this.late |= this.held;
			this.held = false;
		}

		void close() {
			FaultyLink.this.connections.remove(this);
			try {
				this.client.close();
				this.server.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
