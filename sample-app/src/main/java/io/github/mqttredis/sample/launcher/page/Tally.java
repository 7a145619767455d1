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
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Counts what became of the readings that were handed to the gateway. Safe for use by
 * several threads.
 */
class Tally {

	/**
	 * How long a reading may be neither in Redis nor delivered before it counts as lost:
	 * it may be between the two, or be written back to a Redis that came back empty.
	 */
	static final Duration GRACE = Duration.ofSeconds(10);

	private static final int EXACTLY_ONCE = 2;

	private final Map<String, Attempt> attempts = new HashMap<>();

	/** When what was accepted and did not arrive yet was last known to exist. */
	private final Map<String, Long> onTheWay = new HashMap<>();

	private long accepted;

	private long unknown;

	private long delivered;

	private long duplicates;

	private long repeats;

	/**
	 * Note an attempt, before it is made.
	 * @param id its id, never used before
	 * @param qos the QoS with which it is published
	 */
	synchronized void attempted(String id, int qos) {
		this.attempts.put(id, new Attempt(qos));
	}

	/**
	 * Note one more attempt for a reading that the gateway has not accepted. It has an id
	 * of its own: the one before may arrive all the same.
	 * @param id its id, never used before
	 * @param qos the QoS with which it is published
	 */
	synchronized void attemptedAgain(String id, int qos) {
		this.unknown--;
		attempted(id, qos);
	}

	/**
	 * Note what the gateway answered.
	 * @param id the id of the attempt
	 * @param isAccepted whether it was accepted; otherwise it may arrive or not
	 * @param now the time
	 */
	synchronized void answered(String id, boolean isAccepted, long now) {
		Attempt attempt = this.attempts.get(id);
		if (attempt == null) {
			throw new IllegalArgumentException("Never attempted: " + id);
		}
		if (!isAccepted) {
			this.unknown++;
			return;
		}
		attempt.accepted = true;
		this.accepted++;
		if (attempt.deliveries > 0) {
			this.delivered++;
		}
		else {
			this.onTheWay.put(id, now);
		}
	}

	/**
	 * Note a delivery. Readings of others are ignored.
	 * @param id the id of the reading
	 */
	synchronized void delivered(String id) {
		Attempt attempt = this.attempts.get(id);
		if (attempt == null) {
			return;
		}
		attempt.deliveries++;
		if (attempt.deliveries > 1) {
			if (attempt.qos == EXACTLY_ONCE) {
				this.duplicates++;
			}
			else {
				this.repeats++;
			}
		}
		else if (attempt.accepted) {
			this.delivered++;
			this.onTheWay.remove(id);
		}
	}

	/**
	 * Note which readings are in Redis.
	 * @param ids their ids
	 * @param now the time
	 */
	synchronized void stored(Collection<String> ids, long now) {
		ids.forEach((id) -> this.onTheWay.replace(id, now));
	}

	/**
	 * Return whether readings have been seen nowhere for half of the time after which
	 * they count as lost.
	 * @param now the time
	 * @return whether somebody should look for them
	 */
	synchronized boolean isInDoubt(long now) {
		return this.onTheWay.values().stream().anyMatch((seen) -> now - seen > GRACE.toNanos() / 2);
	}

	/**
	 * Return which of some readings did not arrive.
	 * @param ids their ids; those of others are left out
	 * @return the ids
	 */
	synchronized Set<String> undelivered(Collection<String> ids) {
		return ids.stream().filter((id) -> {
			Attempt attempt = this.attempts.get(id);
			return attempt != null && attempt.deliveries == 0;
		}).collect(Collectors.toSet());
	}

	/**
	 * Note that nobody can tell what is in Redis.
	 * @param now the time
	 */
	synchronized void redisIsAway(long now) {
		this.onTheWay.replaceAll((id, seen) -> now);
	}

	/**
	 * Count.
	 * @param now the time
	 * @return the counts
	 */
	synchronized Counts counts(long now) {
		long lost = this.onTheWay.values().stream().filter((seen) -> now - seen > GRACE.toNanos()).count();
		return new Counts(this.accepted, this.delivered, lost, this.duplicates, this.repeats, this.unknown);
	}

	/**
	 * The counts.
	 *
	 * @param published readings that the gateway accepted
	 * @param delivered those of them that arrived
	 * @param lost those of them that did not arrive and are not in Redis
	 * @param duplicates deliveries of QoS 2 readings beyond the first
	 * @param repeats deliveries of QoS 1 readings beyond the first, which MQTT allows
	 * @param unknown readings that the gateway did not accept, however often they were
	 * tried; they may arrive or not
	 */
	record Counts(long published, long delivered, long lost, long duplicates, long repeats, long unknown) {

	}

	/**
	 * One attempt to publish.
	 */
	private static final class Attempt {

		private final int qos;

		private boolean accepted;

		private int deliveries;

		private Attempt(int qos) {
			this.qos = qos;
		}

	}

}
