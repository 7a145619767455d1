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

package io.github.mqttredis.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.github.mqttredis.session.SessionUnavailableException;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * A connection for who only looks: apart from that of the I/O thread, so that looking
 * holds up no message, and used by one caller at a time, so that many who look do not
 * load Redis.
 */
final class InspectionLink {

	private final RedisLink link;

	private final Duration timeout;

	private final ReentrantLock lock = new ReentrantLock();

	private boolean closed;

	InspectionLink(RedisConnectionFactory source, Duration timeout) {
		this.link = new RedisLink(source, timeout);
		this.timeout = timeout;
	}

	/**
	 * Run a command in the caller's thread, which waits for its turn and for the answer,
	 * for the time-out each.
	 * @param <T> the type of the answer
	 * @param command the command
	 * @return the answer
	 * @throws SessionUnavailableException if there was no answer, or not the one that was
	 * asked for
	 */
	<T> T call(Function<RedisConnection, T> command) throws SessionUnavailableException {
		await();
		try {
			if (this.closed) {
				throw new SessionUnavailableException("The application is stopping");
			}
			return this.link.runAgainIfBroken(command);
		}
		catch (RedisTrouble trouble) {
			throw new SessionUnavailableException(trouble.getMessage() + " (Redis at " + this.link.describe() + ")",
					trouble);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void await() throws SessionUnavailableException {
		try {
			if (!this.lock.tryLock(this.timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new SessionUnavailableException("Other requests wait for Redis at " + this.link.describe());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new SessionUnavailableException("Interrupted while waiting for Redis", ex);
		}
	}

	String describe() {
		return this.link.describe();
	}

	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.link.close();
		}
		finally {
			this.lock.unlock();
		}
	}

}
