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
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the application saw. Outlives the processes.
 */
class Ledger {

	/** In the order of publishing. */
	private final Set<String> returned = new LinkedHashSet<>();

	private final Set<String> stored = new TreeSet<>();

	private final Set<String> fed = new TreeSet<>();

	private final Map<String, Integer> received = new HashMap<>();

	private final Map<String, Set<String>> arrivals = new HashMap<>();

	private final List<String> failures = new ArrayList<>();

	private int feeding;

	/**
	 * The publish of a message returned.
	 * @param payload the message
	 */
	synchronized void returned(String payload) {
		this.returned.add(payload);
	}

	/**
	 * Redis has applied a batch that holds a message.
	 * @param record the printable end of its record
	 */
	synchronized void stored(String record) {
		this.stored.add(record);
	}

	/**
	 * Return whether a message was ever stored.
	 * @param payload the message
	 * @param left the records that were found when the process was dead
	 * @return whether it was, or is
	 */
	synchronized boolean wasStored(String payload, Collection<String> left) {
		return Stream.concat(this.stored.stream(), left.stream()).anyMatch((record) -> record.endsWith(payload));
	}

	/**
	 * The callback has dealt with a message.
	 * @param payload the message
	 */
	synchronized void received(String payload) {
		this.received.merge(payload, 1, Integer::sum);
	}

	/**
	 * The broker sent a message.
	 * @param key the record that it became
	 * @param payload the message
	 */
	synchronized void arrived(String key, String payload) {
		this.arrivals.computeIfAbsent(payload, (any) -> new TreeSet<>()).add(key);
	}

	/**
	 * Return under how many packet ids the broker sent a message.
	 * @param payload the message
	 * @return the number, 1 for a broker that heeds MQTT
	 */
	synchronized int packetIds(String payload) {
		return this.arrivals.getOrDefault(payload, Set.of("")).size();
	}

	synchronized void feeding() {
		this.feeding++;
	}

	/**
	 * The broker has taken a message that is for the application.
	 * @param payload the message
	 */
	synchronized void fed(String payload) {
		this.fed.add(payload);
		this.feeding--;
	}

	/**
	 * The scenario could not go on.
	 * @param failure why
	 */
	synchronized void failed(String failure) {
		this.failures.add(failure);
	}

	synchronized boolean isFeeding() {
		return this.feeding > 0;
	}

	synchronized Set<String> returned() {
		return new LinkedHashSet<>(this.returned);
	}

	synchronized Set<String> fed() {
		return new TreeSet<>(this.fed);
	}

	synchronized Map<String, Integer> received() {
		return new HashMap<>(this.received);
	}

	synchronized List<String> failures() {
		return new ArrayList<>(this.failures);
	}

	synchronized boolean hasReceivedAll() {
		return this.received.keySet().containsAll(this.fed);
	}

}
