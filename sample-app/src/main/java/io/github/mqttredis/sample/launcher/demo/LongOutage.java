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

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.github.mqttredis.sample.Topics;
import io.github.mqttredis.sample.launcher.Await;
import io.github.mqttredis.sample.launcher.DeliveryObserver;
import io.github.mqttredis.sample.launcher.Gateway;
import io.github.mqttredis.sample.launcher.InflightReader;
import io.github.mqttredis.sample.launcher.InflightRecords;
import io.github.mqttredis.sample.launcher.LauncherException;
import io.github.mqttredis.sample.launcher.LauncherOptions;
import io.github.mqttredis.sample.launcher.Switch;
import io.github.mqttredis.sample.launcher.demo.OutageLedger.Totals;
import io.github.mqttredis.sample.launcher.demo.OutageNotes.Noted;

/**
 * Publishes while the broker is away, kills the application with SIGKILL while the queue
 * in Redis fills and while it drains, and counts what arrives.
 *
 * @since 0.1.0
 */
public final class LongOutage {

	private static final int KILLS_WHILE_FILLING = 2;

	private static final int KILLS_WHILE_DRAINING = 3;

	private static final Duration LINE = Duration.ofSeconds(2);

	/** Longer than a start takes on a machine that is very busy. */
	private static final Duration STANDSTILL = Duration.ofMinutes(5);

	private static final Duration MARGIN = Duration.ofSeconds(1);

	private final LauncherOptions options;

	private final Gateway application;

	private final InflightReader redis;

	private final DeliveryObserver observer;

	private final Switch broker;

	private final Path notes;

	private final OutageLedger ledger = new OutageLedger(OutageApplication.TOPICS);

	private final Random random;

	/** What was published, once all is. */
	private List<Noted> published = List.of();

	private int kills;

	/**
	 * Create the demo.
	 * @param options what the command line asks for
	 * @param application the process of the application
	 * @param redis reads what the application has in Redis
	 * @param observer sees what is delivered
	 * @param broker turns the broker off and on, for all but the observer
	 * @param notes the directory in which the application notes what it publishes
	 */
	public LongOutage(LauncherOptions options, Gateway application, InflightReader redis, DeliveryObserver observer,
			Switch broker, Path notes) {
		this.options = options;
		this.application = application;
		this.redis = redis;
		this.observer = observer;
		this.broker = broker;
		this.notes = notes;
		this.random = new Random(options.seed());
	}

	/**
	 * Run the demo.
	 * @return whether each message that did not expire arrived once, in order by topic
	 */
	public boolean run() {
		int messages = this.options.messages();
		this.observer.start(Topics.OUTAGE + "#", (id, qos) -> delivered(id));
		this.broker.off();
		System.out.printf(
				"The broker is away. %d messages of QoS 2 are published on %d topics; every 20th expires"
						+ " after %d s (seed %d).%n",
				messages, OutageApplication.TOPICS, OutageApplication.EXPIRY_SECONDS, this.options.seed());
		fill(messages);
		this.published = noted();
		this.broker.on();
		System.out.println("The broker is back.");
		drain();
		OutageReport report = new OutageReport(counts());
		System.out.println(report.format());
		return report.isFlawless();
	}

	private void delivered(String id) {
		int dash = id.indexOf('-');
		this.ledger.delivered(Integer.parseInt(id, 0, dash, 10), Integer.parseInt(id, dash + 1, id.length(), 10));
	}

	private void fill(int messages) {
		for (int kill = 1; kill <= KILLS_WHILE_FILLING; kill++) {
			long point = point(messages, kill, KILLS_WHILE_FILLING);
			this.application.startSilent();
			awaitOrFail("filling", () -> this.redis.queued() >= point);
			kill("filling");
		}
		this.application.startSilent();
		awaitOrFail("filling", () -> this.redis.queued() >= messages && accepted() >= messages);
		long full = System.nanoTime();
		System.out.printf("%d accepted, in Redis %s. The broker stays away until every time-to-live is over.%n",
				accepted(), this.redis.read());
		Duration wait = Duration.ofSeconds(OutageApplication.EXPIRY_SECONDS).plus(MARGIN);
		awaitOrFail("waiting", () -> System.nanoTime() - full >= wait.toNanos());
	}

	private void drain() {
		int waiting = Math.toIntExact(this.redis.queued());
		InflightRecords before = this.redis.read();
		for (int kill = 1; kill <= KILLS_WHILE_DRAINING; kill++) {
			long point = waiting - point(waiting, kill, KILLS_WHILE_DRAINING);
			InflightRecords atStart = before;
			// Not before this process has done something.
			if (!await("draining", () -> isAt(point, atStart))) {
				return;
			}
			before = kill("draining");
			if (before.total() == 0) {
				throw new LauncherException(
						"The queue was empty before kill " + this.kills + ", which shows nothing: try more --messages");
			}
			this.application.startSilent();
		}
		await("draining", () -> this.redis.count() == 0 && lost() == 0);
		// What the broker would deliver once more comes now.
		Await.until(() -> false, MARGIN);
	}

	private boolean isAt(long point, InflightRecords atStart) {
		InflightRecords now = this.redis.read();
		return now.messages() <= point && !now.equals(atStart);
	}

	/** Spread over the whole, with some chance. */
	private long point(int all, int kill, int kills) {
		return Math.round(all * (kill + this.random.nextDouble(-0.3, 0.3)) / (kills + 1));
	}

	private InflightRecords kill(String doing) {
		this.application.kill();
		this.kills++;
		InflightRecords records = this.redis.read();
		System.out.printf("kill -9, number %d, while %s: %d accepted, in Redis %s, %d delivered%n", this.kills, doing,
				accepted(), records, this.ledger.delivered());
		return records;
	}

	private int accepted() {
		return noted().stream().mapToInt((noted) -> noted.accepted().cardinality()).sum();
	}

	private List<Noted> noted() {
		return IntStream.rangeClosed(1, OutageApplication.TOPICS)
			.mapToObj((topic) -> OutageNotes.read(this.notes, topic))
			.toList();
	}

	private List<Totals> counts() {
		return IntStream.rangeClosed(1, OutageApplication.TOPICS)
			.mapToObj((topic) -> this.ledger.count(topic, this.published.get(topic - 1)))
			.toList();
	}

	/** Also what is still on its way. */
	private int lost() {
		return counts().stream().mapToInt((topic) -> topic.lost().size()).sum();
	}

	private void awaitOrFail(String doing, BooleanSupplier condition) {
		if (!await(doing, condition)) {
			throw new LauncherException(
					"The application's last words:" + System.lineSeparator() + this.application.tail());
		}
	}

	/** Wait, show how it goes, and give up if nothing moves. */
	private boolean await(String doing, BooleanSupplier condition) {
		long moved = System.nanoTime();
		String last = "";
		while (!Await.until(() -> condition.getAsBoolean() || !this.application.isAlive(), LINE)) {
			String now = "%s in Redis, %d delivered".formatted(this.redis.read(), this.ledger.delivered());
			if (!now.equals(last)) {
				moved = System.nanoTime();
			}
			else if (System.nanoTime() - moved > STANDSTILL.toNanos()) {
				System.out.printf("Nothing has moved for %d s.%n", STANDSTILL.toSeconds());
				if (this.redis.count() > 0 && this.ledger.delivered() > 0) {
					// Not lost: it is there, and nobody fetches it.
					throw new LauncherException("Messages are still in Redis: " + this.redis.read()
							+ ". The application's last words:" + System.lineSeparator() + this.application.tail());
				}
				return false;
			}
			last = now;
			System.out.println("  " + doing + ": " + now);
		}
		if (!this.application.isAlive()) {
			throw new LauncherException(
					"The application has ended. Its last words:" + System.lineSeparator() + this.application.tail());
		}
		return true;
	}

}
