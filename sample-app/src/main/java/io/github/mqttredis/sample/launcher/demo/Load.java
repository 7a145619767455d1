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

package io.github.mqttredis.sample.launcher.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.sample.launcher.Daemons;
import io.github.mqttredis.sample.launcher.GatewayClient;
import io.github.mqttredis.sample.launcher.LauncherException;

/**
 * Publishes through the gateway's HTTP endpoint until it is stopped, QoS 1 and QoS 2 in
 * turn.
 */
class Load {

	private static final int PUBLISHERS = 16;

	private static final Duration BACK_OFF = Duration.ofMillis(20);

	private final GatewayClient gateway;

	private final Ledger ledger;

	private final int round;

	private final Duration pause;

	private final AtomicInteger sequence = new AtomicInteger();

	private final List<Thread> publishers = new ArrayList<>();

	private volatile boolean stopped;

	/**
	 * Start to publish.
	 * @param gateway where
	 * @param ledger notes what becomes of it
	 * @param round the round to which it belongs
	 * @param pause how long each publisher waits between two messages
	 */
	Load(GatewayClient gateway, Ledger ledger, int round, Duration pause) {
		this.gateway = gateway;
		this.ledger = ledger;
		this.round = round;
		this.pause = pause;
		for (int i = 0; i < PUBLISHERS; i++) {
			this.publishers.add(Daemons.start("publisher-" + i, this::publish));
		}
	}

	private void publish() {
		while (!this.stopped) {
			int number = this.sequence.incrementAndGet();
			int qos = 1 + number % 2;
			String id = "round-%d-%d".formatted(this.round, number);
			this.ledger.attempted(id, qos, this.round);
			if (this.gateway.publish(id, qos)) {
				this.ledger.accepted(id);
			}
			else {
				// Too many in flight, or killed. This id is not used again.
				LockSupport.parkNanos(BACK_OFF.toNanos());
			}
			LockSupport.parkNanos(this.pause.toNanos());
		}
	}

	/**
	 * Stop, and wait until no attempt is under way.
	 */
	void stop() {
		this.stopped = true;
		try {
			for (Thread publisher : this.publishers) {
				publisher.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LauncherException("Interrupted", ex);
		}
	}

}
