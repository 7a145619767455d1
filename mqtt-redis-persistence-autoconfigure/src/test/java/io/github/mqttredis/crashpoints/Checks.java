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

package io.github.mqttredis.crashpoints;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.mqttredis.session.Durability;

/**
 * What must be true of all messages in the end.
 */
final class Checks {

	private final Ledger ledger;

	private final Map<String, Integer> delivered;

	private final String topic;

	private final String sent;

	private final Map<String, String> left;

	private final Durability durability;

	private final boolean repeatsPermitted;

	private final boolean newPacketIds;

	/**
	 * Create the checks.
	 * @param ledger what the application saw
	 * @param delivered what an independent subscriber got
	 * @param topic the topic of all messages that the application sends
	 * @param sent all bytes that the processes sent
	 * @param left the records that the dead process left
	 * @param durability whether what was not stored may be lost
	 * @param repeatsPermitted whether what these hold may be received again
	 * @param newPacketIds whether the broker sends a message again under another id
	 */
	Checks(Ledger ledger, Map<String, Integer> delivered, String topic, String sent, Map<String, String> left,
			Durability durability, boolean repeatsPermitted, boolean newPacketIds) {
		this.ledger = ledger;
		this.delivered = new TreeMap<>(delivered);
		this.topic = topic;
		this.sent = sent;
		this.left = left;
		this.durability = durability;
		this.repeatsPermitted = repeatsPermitted;
		this.newPacketIds = newPacketIds;
	}

	List<String> violations() {
		List<String> result = new ArrayList<>();
		this.ledger.returned().forEach((payload) -> {
			if (!this.delivered.containsKey(payload) && !mayBeLost(payload)) {
				result.add("lost: " + payload);
			}
		});
		this.delivered.keySet()
			.stream()
			.filter((payload) -> !wasStored(payload))
			.forEach((payload) -> result.add("sent and never stored: " + payload));
		this.delivered.forEach((payload, times) -> {
			if (times > 1 && AppProcess.qos(payload) == 2) {
				result.add("delivered " + times + " times: " + payload);
			}
		});
		result.addAll(reordered(1));
		result.addAll(reordered(2));
		Map<String, Integer> received = new TreeMap<>(this.ledger.received());
		this.ledger.fed().forEach((payload) -> {
			if (!received.containsKey(payload)) {
				result.add("not received: " + payload);
			}
		});
		received.forEach((payload, times) -> {
			if (times > 1 && AppProcess.qos(payload) == 2 && times > times(payload)) {
				result.add("received " + times + " times: " + payload);
			}
		});
		return result;
	}

	/**
	 * Name the messages that were first sent behind a newer one of their topic and QoS
	 * (MQTT 3.1.1, 4.6). A broker need not tell: it may deliver QoS 2 only at PUBREL.
	 */
	private List<String> reordered(int qos) {
		List<String> result = new ArrayList<>();
		int last = -1;
		for (String payload : this.ledger.returned()) {
			int at = (AppProcess.qos(payload) == qos) ? firstSent(payload) : -1;
			if (at >= 0 && at < last) {
				result.add("reordered: " + payload);
			}
			last = Math.max(last, at);
		}
		return result;
	}

	private int firstSent(String payload) {
		int at = this.sent.indexOf(payload);
		while (at >= 0 && !isBehindTopic(at)) {
			at = this.sent.indexOf(payload, at + 1);
		}
		return at;
	}

	/** Between the two is a packet id, and in MQTT 5 the length of the properties. */
	private boolean isBehindTopic(int at) {
		int start = at - this.topic.length() - 2;
		return this.sent.startsWith(this.topic, start) || this.sent.startsWith(this.topic, start - 1);
	}

	/**
	 * Return whether a message may be lost whose publish returned: only if Redis did not
	 * have it when the process died.
	 */
	private boolean mayBeLost(String payload) {
		return this.durability == Durability.BEFORE_SEND && !wasStored(payload);
	}

	private boolean wasStored(String payload) {
		return this.ledger.wasStored(payload, this.left.values());
	}

	/**
	 * Return how often a message may be received: once for each packet id under which the
	 * broker sent it, which for a client are as many messages, and once more where the
	 * callback had finished and the record was still stored.
	 */
	private int times(String payload) {
		int sent = this.newPacketIds ? this.ledger.packetIds(payload) : 1;
		return sent + (mayRepeat(payload) ? 1 : 0);
	}

	private boolean mayRepeat(String payload) {
		return this.repeatsPermitted && this.left.entrySet()
			.stream()
			.anyMatch((record) -> record.getKey().startsWith("r-") && record.getValue().endsWith(payload));
	}

}
