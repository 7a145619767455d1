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

import java.util.Locale;

/**
 * A fault of a schedule.
 *
 * @param kind what happens
 * @param at when it begins, in milliseconds since the episode began
 * @param millis how long it lasts, if it lasts
 * @param parameter says more, from 0 to 99: what, depends on the kind
 */
record Fault(Kind kind, long at, long millis, int parameter) {

	@Override
	public String toString() {
		return this.at + " " + this.kind.text() + " " + this.millis + " " + this.parameter;
	}

	/**
	 * Read a fault as {@link #toString()} writes it.
	 * @param line the line
	 * @return the fault
	 */
	static Fault parse(String line) {
		String[] words = line.split(" ");
		return new Fault(Kind.valueOf(words[1].toUpperCase(Locale.ROOT).replace('-', '_')), Long.parseLong(words[0]),
				Long.parseLong(words[2]), Integer.parseInt(words[3]));
	}

	/**
	 * What is struck. Faults of one place come one after the other, those of two places
	 * at the same time.
	 */
	enum Place {

		/** The process of Redis. */
		REDIS,

		/** What Redis does with commands, asked by a client. */
		REDIS_COMMANDS,

		/** The link of the application to Redis. */
		REDIS_LINK,

		/** The process of the broker. */
		BROKER,

		/** The link of the application to the broker. */
		BROKER_LINK,

		/** The application. */
		APPLICATION,

		/** The clock of the machine that Redis runs on. */
		CLOCK

	}

	/**
	 * What happens.
	 */
	enum Kind {

		/** Killed, and started again with its data after a while. */
		REDIS_KILLED(Place.REDIS, 4, 3000),

		/** Killed, and started again with nothing. */
		REDIS_KILLED_EMPTY(Place.REDIS, 3, 3000),

		/**
		 * Killed, and started again with what it had a while before, as after a failover
		 * to a replica that lags.
		 */
		REDIS_ROLLED_BACK(Place.REDIS, 3, 3000),

		/** SIGSTOP, SIGCONT. */
		REDIS_PAUSED(Place.REDIS, 4, 6000),

		/**
		 * The master is killed or paused, Sentinels make another one, and it comes back
		 * after a while.
		 */
		REDIS_FAILED_OVER(Place.REDIS, 6, 4000),

		/** FLUSHALL. */
		REDIS_FLUSHED(Place.REDIS_COMMANDS, 2, 0),

		/** Its memory is full. */
		REDIS_FULL(Place.REDIS_COMMANDS, 4, 6000),

		/** A replica that refuses writes, as a master becomes after a failover. */
		REDIS_REPLICA(Place.REDIS_COMMANDS, 3, 4000),

		/** SCRIPT FLUSH. */
		REDIS_SCRIPTS_FLUSHED(Place.REDIS_COMMANDS, 2, 0),

		/** CLIENT KILL of all connections. */
		REDIS_CLIENTS_KILLED(Place.REDIS_COMMANDS, 4, 0),

		/** CLIENT PAUSE of all commands. */
		REDIS_CLIENTS_PAUSED(Place.REDIS_COMMANDS, 3, 4000),

		/** DEBUG SLEEP. */
		REDIS_ASLEEP(Place.REDIS_COMMANDS, 3, 3000),

		/** Each piece of data takes a while, less than a time-out. */
		REDIS_SLOW(Place.REDIS_LINK, 4, 6000),

		/** Each piece of data takes longer than a time-out, and arrives. */
		REDIS_LATE(Place.REDIS_LINK, 3, 6000),

		/** Commands are held back, and arrive when their sender has given them up. */
		REDIS_COMMANDS_HELD(Place.REDIS_LINK, 4, 5000),

		/** Answers are held back. */
		REDIS_ANSWERS_HELD(Place.REDIS_LINK, 4, 5000),

		/** Nothing comes through, and no connection ends. */
		REDIS_HALF_OPEN(Place.REDIS_LINK, 4, 8000),

		/** Connections end, and new ones are refused. */
		REDIS_REFUSED(Place.REDIS_LINK, 4, 8000),

		/** Connections end again and again. */
		REDIS_FLAPPING(Place.REDIS_LINK, 4, 6000),

		/** Ended in order, and started again with its sessions. */
		BROKER_RESTARTED(Place.BROKER, 4, 3000),

		/** Killed, and started again with nothing. */
		BROKER_KILLED(Place.BROKER, 2, 3000),

		/** SIGSTOP, SIGCONT. */
		BROKER_PAUSED(Place.BROKER, 4, 8000),

		/** Each piece of data takes a while. */
		BROKER_SLOW(Place.BROKER_LINK, 4, 6000),

		/** Little comes through in a second. */
		BROKER_NARROW(Place.BROKER_LINK, 3, 6000),

		/** Answers are held back. */
		BROKER_ANSWERS_HELD(Place.BROKER_LINK, 4, 6000),

		/** Nothing comes through, and no connection ends. */
		BROKER_HALF_OPEN(Place.BROKER_LINK, 4, 8000),

		/** Connections end, and new ones are refused. */
		BROKER_REFUSED(Place.BROKER_LINK, 5, 8000),

		/** Connections end again and again. */
		BROKER_FLAPPING(Place.BROKER_LINK, 5, 8000),

		/** SIGKILL. The next one starts after a while. */
		APPLICATION_KILLED(Place.APPLICATION, 8, 2000),

		/** SIGSTOP, SIGCONT. */
		APPLICATION_PAUSED(Place.APPLICATION, 4, 8000),

		/** Stopped in order. The next one starts after a while. */
		APPLICATION_STOPPED(Place.APPLICATION, 4, 1000),

		/** Its context is stopped, and started again. */
		CONTEXT_PAUSED(Place.APPLICATION, 4, 3000),

		/** A second process takes the sessions. */
		TAKEN_OVER(Place.APPLICATION, 4, 4000),

		/** A second process waits for the sessions, until the first one ends. */
		WAITED_FOR(Place.APPLICATION, 4, 4000),

		/** A second process waits for the sessions, the first one sleeps and wakes up. */
		OVERSLEPT(Place.APPLICATION, 4, 4000),

		/** Set back or forth, by seconds to months, and left so. */
		CLOCK_SET(Place.CLOCK, 1, 0);

		final Place place;

		/** How often it comes, compared with others of its place. */
		final int weight;

		/** How long it lasts at most, in milliseconds. */
		final int most;

		Kind(Place place, int weight, int most) {
			this.place = place;
			this.weight = weight;
			this.most = most;
		}

		String text() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

}
