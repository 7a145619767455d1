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

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.mqttredis.soak.Fault.Kind;
import io.github.mqttredis.soak.Fault.Place;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MachineClock;
import io.github.mqttredis.testing.MosquittoBroker;

/**
 * How the application of an episode is set up, drawn from a seed.
 *
 * @param broker the broker
 * @param jedis whether it uses Jedis, not Lettuce
 * @param beforeSend whether its durability is before-send, not before-return
 * @param offlineBuffer whether it has the offline buffer
 * @param goesOn whether it goes on with QoS 1 while Redis is away
 * @param clients its clients, such as {@code v3-0}
 * @param rate how many messages a client publishes in a second
 * @param poison whether the broker refuses messages of {@link #POISON_BYTES}
 * @param redis what stands around Redis
 */
record Settings(Broker broker, boolean jedis, boolean beforeSend, boolean offlineBuffer, boolean goesOn,
		List<String> clients, int rate, boolean poison, Redis redis) {

	/** The largest packet that a broker takes if there is poison. */
	static final int PACKET_LIMIT = 20_000;

	static final int POISON_BYTES = 30_000;

	static final int LEASE_SECONDS = (int) Load.seconds(3).toSeconds();

	static final int WRITE_TIMEOUT_SECONDS = (int) Load.seconds(1).toSeconds();

	static final int KEEP_ALIVE_SECONDS = (int) Load.seconds(4).toSeconds();

	static Settings draw(Random random) {
		Broker broker = (MosquittoBroker.isInstalled() && random.nextInt(3) < 2) ? Broker.MOSQUITTO : Broker.ARTEMIS;
		boolean jedis = random.nextBoolean();
		boolean beforeSend = random.nextBoolean();
		boolean offlineBuffer = random.nextBoolean();
		boolean goesOn = random.nextInt(5) == 0;
		boolean poison = random.nextInt(3) == 0 && broker == Broker.MOSQUITTO;
		int rate = 10 + random.nextInt(60);
		List<String> clients = new ArrayList<>(List.of("v3-0", "v5-0"));
		for (int i = random.nextInt(3); i > 0; i--) {
			clients.add((random.nextBoolean() ? "v3-" : "v5-") + i);
		}
		int around = random.nextInt(8);
		Redis redis = (around < 2) ? Redis.SENTINEL
				: (around < 4 && MachineClock.isAvailable()) ? Redis.CLOCK : Redis.ALONE;
		return new Settings(broker, jedis, beforeSend, offlineBuffer, goesOn, List.copyOf(clients), rate, poison,
				redis);
	}

	/**
	 * Return whether a fault can be struck.
	 * @param kind what happens
	 * @return whether there is what it strikes
	 */
	boolean has(Kind kind) {
		return switch (kind) {
			case REDIS_FAILED_OVER -> this.redis == Redis.SENTINEL;
			case CLOCK_SET -> this.redis == Redis.CLOCK;
			case BROKER_KILLED, BROKER_PAUSED -> this.broker == Broker.MOSQUITTO;
			// A pause ends by that clock.
			case REDIS_CLIENTS_PAUSED -> this.redis == Redis.ALONE;
			case REDIS_FLUSHED, REDIS_SCRIPTS_FLUSHED, REDIS_CLIENTS_KILLED -> true;
			// With Sentinels there are three, and clients come straight to them.
			default -> this.redis != Redis.SENTINEL
					|| !Set.of(Place.REDIS, Place.REDIS_COMMANDS, Place.REDIS_LINK).contains(kind.place);
		};
	}

	/**
	 * What Spring Boot is told.
	 * @param redis where Redis is
	 * @param takeover whether a session is taken from an owner that lives
	 * @return the arguments
	 */
	List<String> arguments(List<String> redis, boolean takeover) {
		List<String> arguments = new ArrayList<>(redis);
		arguments.addAll(List.of("--spring.data.redis.client-type=" + (this.jedis ? "jedis" : "lettuce"),
				"--spring.data.redis.timeout=" + 2 * WRITE_TIMEOUT_SECONDS + "s", "--mqtt.persistence.broker-id=broker",
				"--mqtt.persistence.key-prefix=soak",
				"--mqtt.persistence.durability=" + (this.beforeSend ? "before-send" : "before-return"),
				"--mqtt.persistence.offline-buffer.enabled=" + this.offlineBuffer,
				"--mqtt.persistence.on-redis-outage=" + (this.goesOn ? "continue" : "reject"),
				"--mqtt.persistence.write-timeout=" + WRITE_TIMEOUT_SECONDS + "s",
				"--mqtt.persistence.lease.ttl=" + LEASE_SECONDS + "s",
				"--mqtt.persistence.lease.acquire-timeout=" + Load.seconds(20).toSeconds() + "s",
				"--mqtt.persistence.lease.on-conflict=" + (takeover ? "takeover" : "wait")));
		return arguments;
	}

	@Override
	public String toString() {
		return this.broker.name().toLowerCase() + (this.jedis ? ", jedis" : ", lettuce")
				+ (this.beforeSend ? ", before-send" : ", before-return")
				+ (this.offlineBuffer ? ", offline buffer" : "") + (this.goesOn ? ", on-redis-outage=continue" : "")
				+ (this.poison ? ", poison" : "") + this.redis.text + ", " + this.rate
				+ " messages a second of each of " + this.clients.stream().collect(Collectors.joining(" "));
	}

	/**
	 * What stands around Redis.
	 */
	enum Redis {

		/** One server. */
		ALONE(""),

		/** Two replicas, and three Sentinels. */
		SENTINEL(", sentinels"),

		/**
		 * One server, on a machine whose clock can be set. Not that of the application: a
		 * JVM under libfaketime takes half a minute to start.
		 */
		CLOCK(", a clock that is set at Redis");

		private final String text;

		Redis(String text) {
			this.text = text;
		}

	}

	/**
	 * A broker.
	 */
	enum Broker {

		/** A process of its own. */
		MOSQUITTO,

		/** In the JVM of the soak. */
		ARTEMIS

	}

}
