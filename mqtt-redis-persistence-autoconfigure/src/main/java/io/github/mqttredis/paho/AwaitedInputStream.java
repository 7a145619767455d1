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

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;

/**
 * A stream that is read from only once something else has begun.
 */
final class AwaitedInputStream extends FilterInputStream {

	private final CountDownLatch begun;

	/**
	 * Create the stream.
	 * @param in what is read
	 * @param begun at zero when it may be read
	 */
	AwaitedInputStream(InputStream in, CountDownLatch begun) {
		super(in);
		this.begun = begun;
	}

	@Override
	public int read() throws IOException {
		await();
		return super.read();
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		await();
		return super.read(target, offset, length);
	}

	@Override
	public int available() throws IOException {
		await();
		return super.available();
	}

	private void await() throws IOException {
		try {
			this.begun.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Interrupted before anything was sent");
		}
	}

}
