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
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.DeliveryObserver;
import io.github.mqttredis.sample.launcher.Gateway;
import io.github.mqttredis.sample.launcher.InflightReader;
import io.github.mqttredis.sample.launcher.InflightRecords;
import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.LauncherOptions;
import io.github.mqttredis.sample.launcher.LauncherOptions.Store;
import io.github.mqttredis.sample.launcher.demo.Ledger.Totals;

/**
 * Kills the gateway with SIGKILL under load, again and again, and counts what is lost.
 *
 * @since 0.1.0
 */
public final class CrashDemo {

	private static final int IN_FLIGHT = 300;

	private static final int MAX_DELAY_MILLIS = 1000;

	private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(60);

	private static final Duration QUIET = Duration.ofSeconds(10);

	private final LauncherOptions options;

	private final Gateway gateway;

	private final InflightReader inflight;

	private final DeliveryObserver observer;

	private final Ledger ledger = new Ledger();

	private final Report report = new Report();

	private final Random random;

	private final AtomicLong lastDelivery = new AtomicLong();

	/**
	 * Create the demo.
	 * @param options what the command line asks for
	 * @param gateway the gateway, behind a slow link
	 * @param inflight reads what the gateway has in flight
	 * @param observer sees what is delivered
	 */
	public CrashDemo(LauncherOptions options, Gateway gateway, InflightReader inflight, DeliveryObserver observer) {
		this.options = options;
		this.gateway = gateway;
		this.inflight = inflight;
		this.observer = observer;
		this.random = new Random(options.seed());
	}

	/**
	 * Run the demo.
	 * @return whether no message was lost and no QoS 2 message delivered twice
	 */
	public boolean run() {
		System.out.printf("The gateway is killed %d times under load; its session is in %s (seed %d).%n",
				this.options.kills(), (this.options.store() == Store.REDIS) ? "Redis" : "the memory of its process",
				this.options.seed());
		this.observer.start(Topics.TELEMETRY, this::delivered);
		for (int kill = 1; kill <= this.options.kills(); kill++) {
			this.gateway.start();
			InflightRecords records = loadAndKill(kill);
			this.report.killed(records);
			System.out.printf("kill %d: %d accepted since the start, in Redis %s%n", kill,
					this.ledger.round(kill).accepted(), records);
		}
		this.gateway.start();
		awaitDelivery();
		System.out.println(this.report.format(this.ledger));
		return this.ledger.all().isFlawless();
	}

	private void delivered(String id, int qos) {
		this.ledger.delivered(id);
		this.lastDelivery.set(System.nanoTime());
	}

	private InflightRecords loadAndKill(int round) {
		Load load = new Load(this.gateway.client(), this.ledger, round, Duration.ZERO);
		try {
			awaitLoad(round);
			// No special instant: any one with enough in flight.
			LockSupport.parkNanos(Duration.ofMillis(this.random.nextInt(MAX_DELAY_MILLIS)).toNanos());
			awaitLoad(round);
			this.gateway.kill();
		}
		finally {
			load.stop();
		}
		return this.inflight.read();
	}

	private void awaitLoad(int round) {
		if (!Await.until(() -> isLoaded(round), LOAD_TIMEOUT)) {
			throw new LauncherException("Not " + IN_FLIGHT + " messages in flight within " + LOAD_TIMEOUT.toSeconds()
					+ " s: " + this.inflight.read() + " in Redis, " + this.ledger.round(round));
		}
	}

	private boolean isLoaded(int round) {
		Totals totals = this.ledger.round(round);
		long onTheWay = (this.options.store() == Store.REDIS) ? this.inflight.count() : totals.lost();
		return totals.accepted() >= IN_FLIGHT && onTheWay >= IN_FLIGHT;
	}

	private void awaitDelivery() {
		this.lastDelivery.set(System.nanoTime());
		while (!isDone()) {
			long last = this.lastDelivery.get();
			if (!Await.until(() -> isDone() || this.lastDelivery.get() != last, QUIET)) {
				System.out.printf("Nothing was delivered for %d s; in Redis %s%n", QUIET.toSeconds(),
						this.inflight.read());
				return;
			}
		}
	}

	private boolean isDone() {
		return this.ledger.all().lost() == 0 && this.inflight.count() == 0;
	}

}
