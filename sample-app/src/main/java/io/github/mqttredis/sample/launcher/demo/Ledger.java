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

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What became of each attempt to publish. Safe for use by several threads.
 */
class Ledger {

	private static final int EXACTLY_ONCE = 2;

	private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();

	/**
	 * Note an attempt, before it is made.
	 * @param id its id, never used before
	 * @param qos the QoS with which it is published
	 * @param round the round to which it belongs
	 */
	void attempted(String id, int qos, int round) {
		if (this.attempts.putIfAbsent(id, new Attempt(qos, round)) != null) {
			throw new IllegalArgumentException("Attempted before: " + id);
		}
	}

	/**
	 * Note that publishing returned normally.
	 * @param id the id of the attempt
	 */
	void accepted(String id) {
		Attempt attempt = this.attempts.get(id);
		if (attempt == null) {
			throw new IllegalArgumentException("Never attempted: " + id);
		}
		attempt.accepted = true;
	}

	/**
	 * Note a delivery. Messages of others are ignored.
	 * @param id the id of the message
	 */
	void delivered(@Nullable String id) {
		Attempt attempt = (id != null) ? this.attempts.get(id) : null;
		if (attempt != null) {
			attempt.deliveries.incrementAndGet();
		}
	}

	/**
	 * Count one round.
	 * @param round the round
	 * @return the counts
	 */
	Totals round(int round) {
		return count((attempt) -> attempt.round == round);
	}

	/**
	 * Count all rounds.
	 * @return the counts
	 */
	Totals all() {
		return count((attempt) -> true);
	}

	/**
	 * Return what was accepted and not delivered.
	 * @return the ids
	 */
	List<String> lost() {
		return ids((attempt) -> attempt.accepted && attempt.deliveries.get() == 0);
	}

	/**
	 * Return the QoS 2 messages that were delivered more than once.
	 * @return the ids
	 */
	List<String> duplicates() {
		return ids((attempt) -> attempt.qos == EXACTLY_ONCE && attempt.deliveries.get() > 1);
	}

	private List<String> ids(Predicate<Attempt> included) {
		return this.attempts.entrySet()
			.stream()
			.filter((entry) -> included.test(entry.getValue()))
			.map(Map.Entry::getKey)
			.sorted()
			.toList();
	}

	private Totals count(Predicate<Attempt> included) {
		Collection<Attempt> counted = this.attempts.values().stream().filter(included).toList();
		return new Totals(count(counted, (attempt) -> attempt.accepted), count(counted, (attempt) -> !attempt.accepted),
				count(counted, (attempt) -> attempt.accepted && attempt.deliveries.get() > 0),
				sumOfRepeats(counted, (attempt) -> attempt.qos == EXACTLY_ONCE),
				sumOfRepeats(counted, (attempt) -> attempt.qos < EXACTLY_ONCE));
	}

	private static int count(Collection<Attempt> attempts, Predicate<Attempt> condition) {
		return Math.toIntExact(attempts.stream().filter(condition).count());
	}

	private static int sumOfRepeats(Collection<Attempt> attempts, Predicate<Attempt> condition) {
		return attempts.stream()
			.filter(condition)
			.mapToInt((attempt) -> Math.max(0, attempt.deliveries.get() - 1))
			.sum();
	}

	/**
	 * The counts of some attempts.
	 *
	 * @param accepted publishing returned normally
	 * @param unknown publishing failed or never returned: they may arrive or not
	 * @param delivered accepted and delivered at least once
	 * @param duplicates deliveries of QoS 2 messages beyond the first, accepted or not
	 * @param repeats deliveries of QoS 1 messages beyond the first, which MQTT allows
	 */
	record Totals(int accepted, int unknown, int delivered, int duplicates, int repeats) {

		/**
		 * Return how many messages were accepted and not delivered.
		 * @return the number
		 */
		int lost() {
			return this.accepted - this.delivered;
		}

		/**
		 * Return whether nothing was lost, and nothing of QoS 2 delivered twice.
		 * @return whether all is well
		 */
		boolean isFlawless() {
			return lost() == 0 && this.duplicates == 0;
		}

	}

	/**
	 * One attempt to publish.
	 */
	private static final class Attempt {

		private final int qos;

		private final int round;

		private final AtomicInteger deliveries = new AtomicInteger();

		private volatile boolean accepted;

		private Attempt(int qos, int round) {
			this.qos = qos;
			this.round = round;
		}

	}

}
