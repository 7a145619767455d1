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

/**
 * What can go wrong in a soak.
 *
 * @since 0.1.0
 */
public enum SoakFault {

	/** The next process starts after a while. */
	GATEWAY_KILLED(Place.GATEWAY, "gateway: SIGKILL", 2000),

	/** Until SIGCONT. */
	GATEWAY_PAUSED(Place.GATEWAY, "gateway: SIGSTOP", 6000),

	/** Stopped in order. The next process starts after a while. */
	GATEWAY_STOPPED(Place.GATEWAY, "gateway: SIGTERM", 1000),

	/** Started again after a while, with its data. */
	REDIS_KILLED(Place.REDIS, "Redis: SIGKILL", 3000),

	/** Until SIGCONT. */
	REDIS_PAUSED(Place.REDIS, "Redis: SIGSTOP", 5000),

	/** Less than a time-out, but longer than a lease allows. */
	REDIS_SLOW(Place.REDIS_LINK, "Redis: slow link", 6000),

	/** Nobody can connect; it forgets nothing. */
	BROKER_OFF(Place.BROKER, "broker: off", 6000),

	/** Hundreds more in flight. */
	BROKER_SLOW(Place.BROKER_LINK, "broker: slow link", 6000);

	private final Place place;

	private final String text;

	private final int mostMillis;

	SoakFault(Place place, String text, int mostMillis) {
		this.place = place;
		this.text = text;
		this.mostMillis = mostMillis;
	}

	Place place() {
		return this.place;
	}

	String text() {
		return this.text;
	}

	/**
	 * Return how long it lasts at most.
	 * @return the time in milliseconds
	 */
	int mostMillis() {
		return this.mostMillis;
	}

	/**
	 * How a fault is made and healed.
	 *
	 * @param strike makes it
	 * @param heal ends it
	 */
	public record Means(Runnable strike, Runnable heal) {

	}

	/**
	 * What is struck. Faults of one place come one after the other, those of two places
	 * at the same time.
	 */
	enum Place {

		/** Struck seldom enough to have time to start. */
		GATEWAY(15_000), REDIS(8000), REDIS_LINK(6000), BROKER(8000), BROKER_LINK(6000);

		private final int meanPause;

		Place(int meanPause) {
			this.meanPause = meanPause;
		}

		/**
		 * Return how long nothing happens to it between two faults, on average.
		 * @return the time in milliseconds
		 */
		int meanPause() {
			return this.meanPause;
		}

	}

}
