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

import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * The JVM has no memory for what a class logs, for a while.
 */
public final class FailingLog extends TurboFilter implements AutoCloseable {

	private static final int TIMES = 5;

	private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

	private final String logger;

	private final AtomicInteger failures = new AtomicInteger();

	private FailingLog(Class<?> type) {
		this.logger = type.getName();
	}

	public static FailingLog of(Class<?> type) {
		FailingLog log = new FailingLog(type);
		log.start();
		log.context.addTurboFilter(log);
		return log;
	}

	/** JUnit ends all tests if it meets an OutOfMemoryError. */
	@Override
	public FilterReply decide(Marker marker, Logger asked, Level level, String format, Object[] parameters,
			Throwable thrown) {
		if (level.isGreaterOrEqual(Level.INFO) && asked.getName().equals(this.logger)
				&& this.failures.getAndIncrement() < TIMES) {
			throw new InternalError("no memory for the log");
		}
		return FilterReply.NEUTRAL;
	}

	/** Return how often something was to be logged. */
	public int failures() {
		return this.failures.get();
	}

	@Override
	public void close() {
		this.context.getTurboFilterList().remove(this);
	}

}
