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

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import io.github.mqttredis.sample.launcher.demo.OutageNotes.Noted;

/**
 * What became of the messages of a long outage. Safe for use by several threads.
 */
class OutageLedger {

	private final List<Topic> topics = new ArrayList<>();

	private int delivered;

	OutageLedger(int topics) {
		for (int i = 0; i < topics; i++) {
			this.topics.add(new Topic());
		}
	}

	/**
	 * Note a delivery.
	 * @param topic the topic, counted from 1
	 * @param number the number of the message
	 */
	synchronized void delivered(int topic, int number) {
		Topic one = this.topics.get(topic - 1);
		if (one.delivered.get(number)) {
			one.repeated++;
			return;
		}
		if (number < one.last) {
			one.outOfOrder.set(number);
		}
		one.last = Math.max(one.last, number);
		one.delivered.set(number);
		this.delivered++;
	}

	/**
	 * Return how many messages have been delivered, each counted once.
	 * @return the number
	 */
	synchronized int delivered() {
		return this.delivered;
	}

	/**
	 * Count what became of the messages of one topic.
	 * @param topic the topic, counted from 1
	 * @param noted what the application has noted of them
	 * @return the counts
	 */
	synchronized Totals count(int topic, Noted noted) {
		Topic one = this.topics.get(topic - 1);
		BitSet missing = minus(noted.accepted(), one.delivered);
		BitSet unknown = minus(noted.attempted(), noted.accepted());
		BitSet arrived = (BitSet) one.delivered.clone();
		arrived.and(noted.accepted());
		return new Totals(noted.accepted().cardinality(), arrived.cardinality(), expiring(missing, true),
				expiring(missing, false), expiring(arrived, true), unknown.cardinality(), one.repeated,
				one.outOfOrder.stream().boxed().toList());
	}

	private static BitSet minus(BitSet all, BitSet some) {
		BitSet rest = (BitSet) all.clone();
		rest.andNot(some);
		return rest;
	}

	private static List<Integer> expiring(BitSet numbers, boolean expires) {
		return numbers.stream().filter((number) -> OutageApplication.expires(number) == expires).boxed().toList();
	}

	/**
	 * The counts of one topic.
	 *
	 * @param accepted messages of which publishing returned
	 * @param delivered those of them that arrived
	 * @param expired those of them that did not arrive and had a time-to-live
	 * @param lost those of them that did not arrive and had none
	 * @param late those of them that arrived although their time-to-live was over
	 * @param unknown messages of which publishing did not return: they may arrive or not
	 * @param repeated deliveries beyond the first of a message, accepted or not
	 * @param outOfOrder messages that arrived behind a newer one
	 */
	record Totals(int accepted, int delivered, List<Integer> expired, List<Integer> lost, List<Integer> late,
			int unknown, int repeated, List<Integer> outOfOrder) {

		boolean isFlawless() {
			return this.lost.isEmpty() && this.late.isEmpty() && this.repeated == 0 && this.outOfOrder.isEmpty();
		}

	}

	/**
	 * What was delivered on one topic.
	 */
	private static final class Topic {

		private final BitSet delivered = new BitSet();

		private final BitSet outOfOrder = new BitSet();

		private int last;

		private int repeated;

	}

}
