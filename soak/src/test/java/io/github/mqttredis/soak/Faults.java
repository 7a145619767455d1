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

package io.github.mqttredis.soak;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.soak.Fault.Place;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisServer;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.args.FlushMode;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ClientKillParams;

/**
 * Carries out the faults of a schedule: a thread for each place.
 */
final class Faults {

	/** The client has no name for it. */
	private static final ProtocolCommand DEBUG = () -> "DEBUG".getBytes(StandardCharsets.UTF_8);

	/** A port at which no master listens. */
	private static final int NOBODY = 1;

	private final World world;

	private final Applications applications;

	private final Journal journal;

	private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);

	private volatile String failure;

	Faults(World world, Applications applications) {
		this.world = world;
		this.applications = applications;
		this.journal = world.journal();
	}

	/**
	 * Carry out a schedule.
	 * @param schedule the schedule
	 * @param from when it begins
	 */
	void run(Schedule schedule, long from) throws InterruptedException {
		List<Thread> threads = List.of(Place.values()).stream().map((place) -> {
			List<Fault> faults = schedule.faults().stream().filter((fault) -> fault.kind().place == place).toList();
			Thread thread = new Thread(() -> run(place, faults, from, from + schedule.millis()), "faults-" + place);
			thread.start();
			return thread;
		}).toList();
		for (Thread thread : threads) {
			thread.join();
		}
		if (this.failure != null) {
			throw new IllegalStateException(this.failure);
		}
	}

	private void run(Place place, List<Fault> faults, long from, long until) {
		try {
			for (Fault fault : faults) {
				sleepUntil(place, from + fault.at());
				this.journal.note("FAULT " + fault);
				boolean struck = strike(fault);
				this.journal.note(struck ? "over  " + fault : "LEFT OUT " + fault);
				if (struck) {
					synchronized (this.done) {
						this.done.merge(fault.kind(), 1, Integer::sum);
					}
				}
			}
			sleepUntil(place, until);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			this.failure = place + ": " + ex;
			this.journal.note("THE SOAK ITSELF FAILED: " + this.failure);
		}
	}

	private void sleepUntil(Place place, long time) throws InterruptedException {
		while (this.journal.now() < time) {
			if (place == Place.APPLICATION) {
				this.applications.supervise();
			}
			TimeUnit.MILLISECONDS.sleep(Math.max(0, Math.min(100, time - this.journal.now())));
		}
	}

	private boolean strike(Fault fault) throws InterruptedException {
		return switch (fault.kind().place) {
			case APPLICATION -> this.applications.strike(fault);
			case BROKER -> inTrouble(this.world.brokerTroubles(), () -> broker(fault));
			case BROKER_LINK ->
				inTrouble(this.world.brokerTroubles(), () -> link(fault, this.applications.main().broker));
			case REDIS_LINK -> inTrouble(this.world.redisTroubles(), () -> link(fault, this.applications.main().redis));
			case REDIS, REDIS_COMMANDS -> inTrouble(this.world.redisTroubles(), () -> redis(fault));
			// Leases end by it.
			case CLOCK -> inTrouble(this.world.redisTroubles(), () -> clock(fault));
		};
	}

	private boolean inTrouble(Troubles troubles, Act act) throws InterruptedException {
		Troubles.End end = troubles.begin(this.journal.now());
		try {
			return act.perform();
		}
		finally {
			end.at(this.journal.now());
		}
	}

	private boolean broker(Fault fault) throws InterruptedException {
		if (fault.kind() == Kind.BROKER_RESTARTED) {
			this.world.broker().stop();
			TimeUnit.MILLISECONDS.sleep(fault.millis());
			this.world.broker().restart();
			return true;
		}
		if (fault.kind() == Kind.BROKER_KILLED) {
			this.world.broker().kill();
			this.world.brokerForgets();
			TimeUnit.MILLISECONDS.sleep(fault.millis());
			this.world.broker().restart();
			return true;
		}
		boolean paused = this.world.broker().pause();
		if (paused) {
			TimeUnit.MILLISECONDS.sleep(fault.millis());
			this.world.broker().resume();
		}
		return paused;
	}

	private boolean link(Fault fault, FaultyLink link) throws InterruptedException {
		int parameter = fault.parameter();
		switch (fault.kind()) {
			case REDIS_SLOW -> link.delay(Duration.ofMillis(1 + 3 * parameter));
			case REDIS_LATE -> link.delay(Duration.ofMillis(Settings.WRITE_TIMEOUT_SECONDS * 1000L + 10 * parameter));
			case REDIS_COMMANDS_HELD -> link.holdRequests();
			case REDIS_ANSWERS_HELD, BROKER_ANSWERS_HELD -> link.holdAnswers();
			case REDIS_HALF_OPEN, BROKER_HALF_OPEN -> link.swallow(true);
			case REDIS_REFUSED, BROKER_REFUSED -> {
				link.refuse();
				link.cut();
			}
			case BROKER_SLOW -> link.delay(Duration.ofMillis(1 + 5 * parameter));
			case BROKER_NARROW -> {
				link.limitRequests(2000 + 500 * parameter);
				link.limitAnswers(2000 + 500 * parameter);
			}
			default -> {
			}
		}
		if (fault.kind() == Kind.REDIS_FLAPPING || fault.kind() == Kind.BROKER_FLAPPING) {
			flap(fault, link);
		}
		else {
			TimeUnit.MILLISECONDS.sleep(fault.millis());
		}
		World.heal(link);
		return true;
	}

	private void flap(Fault fault, FaultyLink link) throws InterruptedException {
		long end = this.journal.now() + fault.millis();
		int pause = 20 + 10 * fault.parameter();
		for (int i = 0; this.journal.now() < end; i++) {
			link.cut();
			TimeUnit.MILLISECONDS.sleep(pause * (1 + i * 7 % 5) / 2);
		}
	}

	private boolean redis(Fault fault) throws InterruptedException {
		switch (fault.kind()) {
			case REDIS_KILLED -> {
				this.world.redis().kill();
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				this.world.redis().restart();
			}
			case REDIS_KILLED_EMPTY, REDIS_ROLLED_BACK, REDIS_FAILED_OVER -> {
				if (!this.applications.spare()) {
					return false;
				}
				this.world.lostData();
				loseData(fault);
			}
			case REDIS_PAUSED -> {
				this.world.redis().pause();
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				this.world.redis().resume();
			}
			default -> {
				return command(fault);
			}
		}
		return true;
	}

	private boolean clock(Fault fault) {
		ChronoUnit unit = List.of(ChronoUnit.SECONDS, ChronoUnit.MINUTES, ChronoUnit.DAYS).get(fault.parameter() % 3);
		this.world.set(Duration.of(fault.parameter() - 50, unit));
		return true;
	}

	private void loseData(Fault fault) throws InterruptedException {
		RedisServer redis = this.world.redis();
		if (fault.kind() == Kind.REDIS_FAILED_OVER) {
			this.world.failOver(fault.parameter() % 2 == 0, fault.millis());
		}
		else if (fault.kind() == Kind.REDIS_KILLED_EMPTY) {
			redis.kill();
			TimeUnit.MILLISECONDS.sleep(fault.millis());
			redis.restartEmpty();
		}
		else {
			Path before = redis.copy();
			TimeUnit.MILLISECONDS.sleep(fault.millis());
			redis.kill();
			redis.restartWith(before);
		}
	}

	/** The process of Redis may be in trouble at the same time. */
	private boolean command(Fault fault) throws InterruptedException {
		try {
			if (fault.kind() == Kind.REDIS_FULL || fault.kind() == Kind.REDIS_REPLICA) {
				boolean full = fault.kind() == Kind.REDIS_FULL;
				this.world
					.ask((redis) -> full ? redis.configSet("maxmemory", "1") : redis.replicaof("127.0.0.1", NOBODY));
				TimeUnit.MILLISECONDS.sleep(fault.millis());
				takeBack((redis) -> full ? redis.configSet("maxmemory", "0") : redis.replicaofNoOne());
				return true;
			}
			if (fault.kind() == Kind.REDIS_FLUSHED && !this.applications.spare()) {
				return false;
			}
			this.world.ask((redis) -> switch (fault.kind()) {
				case REDIS_FLUSHED -> {
					this.world.lostData();
					yield redis.flushAll();
				}
				case REDIS_SCRIPTS_FLUSHED -> redis.scriptFlush(FlushMode.SYNC);
				case REDIS_CLIENTS_KILLED ->
					redis.clientKill(ClientKillParams.clientKillParams().type(ClientType.NORMAL));
				case REDIS_CLIENTS_PAUSED -> redis.clientPause(fault.millis());
				case REDIS_ASLEEP -> redis.sendCommand(DEBUG, "SLEEP", Double.toString(fault.millis() / 1000.0));
				default -> throw new IllegalArgumentException(fault.toString());
			});
			if (fault.kind() == Kind.REDIS_CLIENTS_PAUSED) {
				TimeUnit.MILLISECONDS.sleep(fault.millis());
			}
			return true;
		}
		catch (JedisException ex) {
			this.journal.note(fault + ": " + ex.getMessage());
			return false;
		}
	}

	/** Redis may be away: it is as before when it is back, unless it was only paused. */
	private void takeBack(Function<Jedis, String> command) throws InterruptedException {
		for (int i = 0; i < 600; i++) {
			try {
				this.world.ask(command);
				return;
			}
			catch (JedisException ex) {
				TimeUnit.MILLISECONDS.sleep(100);
			}
		}
		throw new IllegalStateException("Redis does not answer");
	}

	Map<Kind, Integer> done() {
		return this.done;
	}

	/**
	 * Does something.
	 */
	private interface Act {

		boolean perform() throws InterruptedException;

	}

}
