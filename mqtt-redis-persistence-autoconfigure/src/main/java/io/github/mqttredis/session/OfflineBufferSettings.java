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

package io.github.mqttredis.session;

import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

import io.github.mqttredis.session.WriteLog.QueueSize;

/**
 * Settings for messages that are published while a client cannot send them.
 *
 * @param enabled whether they wait
 * @param maxMessages how many wait at most
 * @param maxBytes how many bytes wait at most
 * @param whenFull what happens to one more
 * @param timeToLive how long they wait
 * @param drain how they are sent
 * @since 0.1.0
 */
public record OfflineBufferSettings(boolean enabled, long maxMessages, long maxBytes, WhenFull whenFull,
		TimeToLive timeToLive, Drain drain) {

	/**
	 * Nothing waits, except behind what waits already.
	 */
	public static final OfflineBufferSettings DISABLED = new OfflineBufferSettings(false, 100_000, Long.MAX_VALUE,
			WhenFull.REJECT, TimeToLive.FOREVER, Drain.UNLIMITED);

	public OfflineBufferSettings {
		if (maxMessages < 1 || maxBytes < 1) {
			throw new IllegalArgumentException("The bounds of an offline buffer must be positive");
		}
	}

	/**
	 * Return these settings for an application that sets the rest by Paho's own options.
	 * @param switchedOn whether messages wait
	 * @param messages how many wait at most
	 * @param full what happens to one more
	 * @return new settings
	 */
	public OfflineBufferSettings with(boolean switchedOn, long messages, WhenFull full) {
		return new OfflineBufferSettings(switchedOn, messages, this.maxBytes, full, this.timeToLive, this.drain);
	}

	/**
	 * Return whether there is room for one more message.
	 * @param waiting what waits
	 * @param bytes the size of the message
	 * @return whether there is
	 */
	public boolean hasRoom(QueueSize waiting, long bytes) {
		return waiting.messages() < this.maxMessages && waiting.bytes() + bytes <= this.maxBytes;
	}

	/**
	 * What to do with a new message if the buffer is full.
	 */
	public enum WhenFull {

		/**
		 * Publishing it fails.
		 */
		REJECT,

		/**
		 * The messages that have waited longest are given up.
		 */
		DROP_OLDEST,

		/**
		 * It is given up. Publishing it does not fail, but its token does.
		 */
		DROP_NEWEST

	}

	/**
	 * How long messages wait before they are no longer wanted.
	 *
	 * @param ofAll how long all wait for which nothing else is said, zero for ever
	 * @param byTopic how long those wait whose topic matches a filter, zero for ever; the
	 * shortest time counts if several match
	 */
	public record TimeToLive(Duration ofAll, Map<String, Duration> byTopic) {

		/**
		 * All messages wait for as long as it takes.
		 */
		public static final TimeToLive FOREVER = new TimeToLive(Duration.ZERO, Map.of());

		public TimeToLive {
			if (ofAll.isNegative() || byTopic.values().stream().anyMatch(Duration::isNegative)) {
				throw new IllegalArgumentException("The time-to-live of messages must not be negative");
			}
			byTopic = Map.copyOf(byTopic);
		}

		/**
		 * Return how long a message waits.
		 * @param matches tells of a topic filter whether the message's topic matches it
		 * @param own how long the message is wanted by its own account, in milliseconds,
		 * 0 for ever
		 * @return the time in milliseconds, 0 for ever
		 */
		public long millis(Predicate<String> matches, long own) {
			long set = this.byTopic.entrySet()
				.stream()
				.filter((entry) -> matches.test(entry.getKey()))
				.map((entry) -> entry.getValue().toMillis())
				.reduce(TimeToLive::shorter)
				.orElse(this.ofAll.toMillis());
			return shorter(set, own);
		}

		private static long shorter(long one, long other) {
			return (one > 0 && other > 0) ? Math.min(one, other) : Math.max(one, other);
		}

	}

	/**
	 * How messages are sent that have waited.
	 *
	 * @param messages how many a second at most, 0 for as many as the client takes
	 * @param bytes how many bytes a second at most, 0 for as many as the client takes
	 * @param order whether newer messages wait behind them
	 */
	public record Drain(long messages, long bytes, Order order) {

		/**
		 * As fast as the client takes them, before newer ones.
		 */
		public static final Drain UNLIMITED = new Drain(0, 0, Order.IN_ORDER);

		public Drain {
			if (messages < 0 || bytes < 0) {
				throw new IllegalArgumentException("The rate at which messages are sent must not be negative");
			}
		}

		/**
		 * Whether newer messages wait behind those that have waited.
		 */
		public enum Order {

			/**
			 * All messages are sent in the order in which they were published.
			 */
			IN_ORDER,

			/**
			 * What is published while the client is connected is sent ahead of what has
			 * waited. Each of the two keeps its order within a topic.
			 */
			LIVE_FIRST

		}

	}

}
