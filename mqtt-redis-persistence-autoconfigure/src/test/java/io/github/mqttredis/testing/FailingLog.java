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

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The JVM has no memory for what a class logs, for a while.
 */
public final class FailingLog extends OutputStream implements AutoCloseable {

	private static final int TIMES = 5;

	private final PrintStream before = System.out;

	private final String logger;

	private final AtomicInteger failures = new AtomicInteger();

	private FailingLog(String logger) {
		this.logger = logger;
	}

	public static FailingLog of(Class<?> type) {
		FailingLog log = new FailingLog(type.getSimpleName() + " --");
		System.setOut(new PrintStream(log, true));
		return log;
	}

	/** JUnit ends all tests if it meets an OutOfMemoryError. */
	@Override
	public void write(byte[] bytes, int offset, int length) {
		if (new String(bytes, offset, length, StandardCharsets.UTF_8).contains(this.logger)
				&& this.failures.getAndIncrement() < TIMES) {
			throw new InternalError("no memory for the log");
		}
		this.before.write(bytes, offset, length);
	}

	@Override
	public void write(int value) {
		this.before.write(value);
	}

	/** Return how often something was to be logged. */
	public int failures() {
		return this.failures.get();
	}

	@Override
	public void close() {
		System.setOut(this.before);
	}

}
