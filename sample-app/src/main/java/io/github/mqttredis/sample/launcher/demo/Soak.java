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
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.DeliveryObserver;
import io.github.mqttredis.sample.launcher.Gateway;
import io.github.mqttredis.sample.launcher.InflightReader;
import io.github.mqttredis.sample.launcher.LauncherOptions;
import io.github.mqttredis.sample.launcher.demo.SoakFault.Means;
import io.github.mqttredis.sample.launcher.demo.SoakFault.Place;
import io.github.mqttredis.sample.launcher.demo.SoakSchedule.Entry;

/**
 * Breaks the gateway, Redis, the broker and the links under load, several at a time, and
 * counts what is lost. After each round of faults all is healed, and all that was
 * accepted has to arrive.
 *
 * @since 0.1.0
 */
public final class Soak {

	/** Each publisher waits that long: a soak is not to try the processors. */
	private static final Duration PAUSE = Duration.ofMillis(100);

	/** Longer than a start takes on a machine that is very busy. */
	private static final Duration STANDSTILL = Duration.ofMinutes(5);

	private static final Duration MARGIN = Duration.ofSeconds(1);

	private final LauncherOptions options;

	private final Gateway gateway;

	private final InflightReader inflight;

	private final DeliveryObserver observer;

	private final Function<SoakFault, Means> means;

	private final Ledger ledger = new Ledger();

	private final SoakReport report = new SoakReport(this.ledger);

	private final Set<SoakFault> active = EnumSet.noneOf(SoakFault.class);

	/**
	 * Create the soak.
	 * @param options what the command line asks for
	 * @param gateway the gateway
	 * @param inflight reads what the gateway has in flight
	 * @param observer sees what is delivered
	 * @param means how each fault is made and healed
	 */
	public Soak(LauncherOptions options, Gateway gateway, InflightReader inflight, DeliveryObserver observer,
			Function<SoakFault, Means> means) {
		this.options = options;
		this.gateway = gateway;
		this.inflight = inflight;
		this.observer = observer;
		this.means = means;
	}

	/**
	 * Run the soak.
	 * @return the exit code: 0 if nothing was lost and no QoS 2 message delivered twice
	 */
	public int run() {
		int rounds = SoakSchedule.rounds(this.options.minutes());
		System.out.printf("%d rounds of faults, %d s each (seed %d).%n", rounds, SoakSchedule.ROUND / 1000,
				this.options.seed());
		this.observer.start(Topics.TELEMETRY, (id, qos) -> this.ledger.delivered(id));
		this.gateway.start(STANDSTILL);
		int round = 1;
		while (round <= rounds && breakAndHeal(round)) {
			round++;
		}
		// What the broker would deliver once more comes now.
		Await.until(() -> false, MARGIN);
		System.out.println(this.report.format(this.options));
		return this.report.exitCode();
	}

	private boolean breakAndHeal(int round) {
		Load load = new Load(this.gateway.client(), this.ledger, round, PAUSE);
		long healed;
		try {
			strike(SoakSchedule.draw(this.options.seed(), round));
			healed = System.nanoTime();
			int before = this.ledger.round(round).accepted();
			Await.until(() -> isSupervised() && this.ledger.round(round).accepted() > before, STANDSTILL);
		}
		finally {
			load.stop();
		}
		if (!Await.until(this::isDone, STANDSTILL)) {
			this.report.notRecovered(STANDSTILL, this.inflight.read());
			System.out.println("The gateway's last words:" + System.lineSeparator() + this.gateway.tail());
			return false;
		}
		Duration recovery = Duration.ofNanos(System.nanoTime() - healed);
		this.report.recovered(recovery);
		System.out.printf("round %d: %d accepted, all delivered %s after the last fault%n", round,
				this.ledger.round(round).accepted(), SoakReport.seconds(recovery));
		return true;
	}

	private void strike(List<Entry> entries) {
		long start = System.nanoTime();
		entries.stream()
			.flatMap((entry) -> Stream.of(new Event(entry.at(), () -> strike(entry)),
					new Event(entry.end(), () -> heal(entry.fault()))))
			.sorted(Comparator.comparingInt(Event::at))
			.forEach((event) -> {
				long due = start + Duration.ofMillis(event.at()).toNanos();
				Await.until(() -> isSupervised() && System.nanoTime() - due >= 0, STANDSTILL);
				event.action().run();
			});
	}

	private void strike(Entry entry) {
		System.out.printf("  %s: %s for %s%n", SoakReport.seconds(Duration.ofMillis(entry.at())), entry.fault().text(),
				SoakReport.seconds(Duration.ofMillis(entry.end() - entry.at())));
		this.active.add(entry.fault());
		this.report.struck(entry.fault());
		this.means.apply(entry.fault()).strike().run();
	}

	private void heal(SoakFault fault) {
		this.means.apply(fault).heal().run();
		this.active.remove(fault);
	}

	/** As a supervisor of processes does: one that ends is started again. */
	private boolean isSupervised() {
		boolean isStruck = this.active.stream().anyMatch((fault) -> fault.place() == Place.GATEWAY);
		if (!isStruck && !this.gateway.isAlive()) {
			this.report.endedByItself();
			this.gateway.startSilent();
		}
		return true;
	}

	private boolean isDone() {
		return isSupervised() && this.ledger.all().lost() == 0 && this.inflight.count() == 0;
	}

	/**
	 * The beginning or the end of a fault.
	 *
	 * @param at when, in milliseconds since the round began
	 * @param action what is done
	 */
	private record Event(int at, Runnable action) {

	}

}
