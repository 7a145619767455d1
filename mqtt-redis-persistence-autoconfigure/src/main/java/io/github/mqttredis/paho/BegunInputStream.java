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

package io.github.mqttredis.paho;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Input that nobody reads before there is something to be answered.
 */
final class BegunInputStream extends FilterInputStream {

	private final CountDownLatch beginning;

	private final Consumer<IOException> onEnd;

	private final Runnable onReader;

	/** Only the receiver reads. */
	private @Nullable Thread reader;

	/**
	 * Create the stream.
	 * @param in what is read
	 * @param beginning is at zero once it may be read
	 * @param onEnd told why there is nothing more to be read
	 * @param onReader called by each thread that begins to read
	 */
	BegunInputStream(InputStream in, CountDownLatch beginning, Consumer<IOException> onEnd, Runnable onReader) {
		super(in);
		this.onReader = onReader;
		this.onEnd = onEnd;
		this.beginning = beginning;
	}

	@Override
	public int read() throws IOException {
		awaitBeginning();
		return watched(super::read);
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		awaitBeginning();
		return watched(() -> super.read(target, offset, length));
	}

	@Override
	public int available() throws IOException {
		awaitBeginning();
		return super.available();
	}

	private int watched(Reading reading) throws IOException {
		try {
			int read = reading.read();
			if (read < 0) {
				this.onEnd.accept(new EOFException());
			}
			return read;
		}
		catch (InterruptedIOException ex) {
			// A time-out of the socket.
			throw ex;
		}
		catch (IOException ex) {
			this.onEnd.accept(ex);
			throw ex;
		}
	}

	private void awaitBeginning() throws IOException {
		Thread thread = Thread.currentThread();
		if (this.reader != thread) {
			this.reader = thread;
			this.onReader.run();
		}
		try {
			this.beginning.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Interrupted");
		}
	}

	@FunctionalInterface
	private interface Reading {

		int read() throws IOException;

	}

}
