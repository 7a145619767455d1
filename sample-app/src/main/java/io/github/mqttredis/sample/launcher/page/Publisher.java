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

package io.github.mqttredis.sample.launcher.page;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.github.mqttredis.sample.launcher.Daemons;
import io.github.mqttredis.sample.launcher.GatewayClient;
import org.jspecify.annotations.Nullable;

/**
 * Hands readings to the gateway: one a second, and as many as the visitor asks for.
 */
class Publisher implements AutoCloseable {

	private static final int THREADS = 16;

	private static final Duration PERIOD = Duration.ofSeconds(1);

	private static final Duration BACK_OFF = Duration.ofMillis(250);

	private final Supplier<@Nullable GatewayClient> gateway;

	private final Tally tally;

	private final AtomicLong sequence = new AtomicLong();

	private volatile boolean closed;

	Publisher(Supplier<@Nullable GatewayClient> gateway, Tally tally) {
		this.gateway = gateway;
		this.tally = tally;
	}

	/**
	 * Begin to publish one reading a second, of QoS 1 and 2 in turn.
	 */
	void start() {
		Daemons.start("sensor", () -> {
			int qos = 1;
			boolean again = false;
			while (!this.closed) {
				Answer answer = attempt(qos, again);
				again = answer == Answer.REFUSED || (again && answer == Answer.NOBODY);
				qos = (answer == Answer.ACCEPTED) ? 3 - qos : qos;
				LockSupport.parkNanos(PERIOD.toNanos());
			}
		});
	}

	/**
	 * Publish until so many readings were accepted. Returns at once.
	 * @param count how many
	 * @param qos the QoS
	 */
	void publish(int count, int qos) {
		AtomicInteger left = new AtomicInteger(count);
		for (int i = 0; i < Math.min(THREADS, count); i++) {
			Daemons.start("publisher", () -> {
				while (!this.closed && left.getAndDecrement() > 0) {
					publish(qos);
				}
			});
		}
	}

	private void publish(int qos) {
		boolean again = false;
		Answer answer = attempt(qos, false);
		while (!this.closed && answer != Answer.ACCEPTED) {
			again |= answer == Answer.REFUSED;
			LockSupport.parkNanos(BACK_OFF.toNanos());
			answer = attempt(qos, again);
		}
	}

	private Answer attempt(int qos, boolean again) {
		GatewayClient target = this.gateway.get();
		if (target == null) {
			return Answer.NOBODY;
		}
		// What was not accepted may arrive all the same: no id is used twice.
		String id = "reading-" + this.sequence.incrementAndGet();
		if (again) {
			this.tally.attemptedAgain(id, qos);
		}
		else {
			this.tally.attempted(id, qos);
		}
		boolean accepted = target.publish(id, qos);
		this.tally.answered(id, accepted, System.nanoTime());
		return accepted ? Answer.ACCEPTED : Answer.REFUSED;
	}

	@Override
	public void close() {
		this.closed = true;
	}

	/**
	 * What came of an attempt.
	 */
	private enum Answer {

		/** The gateway took it. */
		ACCEPTED,

		/** The gateway did not take it, or nobody knows. */
		REFUSED,

		/** There is no gateway to ask. */
		NOBODY

	}

}
