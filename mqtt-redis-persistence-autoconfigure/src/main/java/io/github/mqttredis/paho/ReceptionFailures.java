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

package io.github.mqttredis.paho;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Counts how often in a row a received message could not be taken, over all links of this
 * process. A broker may send a message again under another packet id, and with another
 * expiry interval (MQTT 5), so that its content tells which one it is: QoS, topic and
 * payload. A message that is taken, or another one with the same content, ends the count.
 */
final class ReceptionFailures {

	/** Those that the broker has dropped would stay. */
	private static final int MOST = 100;

	/** How often it is tried to set a message aside. */
	private static final int MOST_TO_KEEP = 5;

	private final int attempts;

	/** From the oldest to the latest. */
	private final Map<Content, Integer> counts = new LinkedHashMap<>();

	/**
	 * Create the counts of a client.
	 * @param attempts after how many failures in a row a message is set aside, 0 for
	 * never
	 */
	ReceptionFailures(int attempts) {
		this.attempts = attempts;
	}

	/**
	 * Count a failure.
	 * @param content the message
	 * @return how many there were in a row
	 */
	synchronized int failed(Content content) {
		Integer before = this.counts.remove(content);
		int count = (before != null) ? before + 1 : 1;
		this.counts.put(content, count);
		if (this.counts.size() > MOST) {
			this.counts.remove(this.counts.keySet().iterator().next());
		}
		return count;
	}

	/**
	 * Note that a message was taken.
	 * @param message the message
	 */
	synchronized void taken(ReceivedPublish message) {
		if (isLike(message)) {
			this.counts.remove(Content.of(message));
		}
	}

	/**
	 * Note that a packet was read.
	 * @param message its message
	 * @param length its length
	 */
	synchronized void read(ReceivedPublish message, int length) {
		if (!this.counts.isEmpty()) {
			this.counts.remove(Content.unread(message.qos(), message.topic(), length));
		}
	}

	/**
	 * Return whether a message is set aside if it fails once more.
	 * @param message the message
	 * @return whether it is
	 */
	synchronized boolean isLastAttempt(ReceivedPublish message) {
		int before = isLike(message) ? this.counts.getOrDefault(Content.of(message), 0) : 0;
		return isEnough(before + 1);
	}

	/**
	 * Return whether a message is set aside.
	 * @param failures how often it has failed in a row
	 * @return whether these are enough
	 */
	boolean isEnough(int failures) {
		return this.attempts > 0 && failures >= this.attempts;
	}

	/**
	 * Return whether there is no hope left that a message is set aside.
	 * @param failures how often it has failed in a row
	 * @return whether that was tried in vain often enough
	 */
	boolean isHopeless(int failures) {
		return isEnough(failures - MOST_TO_KEEP + 1);
	}

	/** The digest of a payload takes a while, and is rarely needed. */
	private boolean isLike(ReceivedPublish message) {
		return this.counts.keySet().stream().anyMatch((content) -> content.isLike(message));
	}

	/**
	 * By what a message is known.
	 *
	 * @param qos its QoS
	 * @param topic its topic
	 * @param length the length of its payload, or of a packet that was not read
	 * @param digest the payload's digest, {@code null} for a packet that was not read
	 */
	record Content(int qos, String topic, int length, @Nullable UUID digest) {

		static Content of(ReceivedPublish message) {
			byte[] payload = message.payload();
			return new Content(message.qos(), message.topic(), payload.length, UUID.nameUUIDFromBytes(payload));
		}

		static Content unread(int qos, String topic, int length) {
			return new Content(qos, topic, length, null);
		}

		private boolean isLike(ReceivedPublish message) {
			return this.digest != null && this.qos == message.qos() && this.length == message.payload().length
					&& this.topic.equals(message.topic());
		}

	}

}
