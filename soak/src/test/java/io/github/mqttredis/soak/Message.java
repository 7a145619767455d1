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

/**
 * A message that the application was told to publish, and what became of it.
 */
final class Message {

	final String client;

	final int number;

	final int qos;

	final boolean retained;

	final int size;

	final String topic;

	final AppProcess process;

	final long issued;

	/** Whether the broker does not take it. */
	final boolean poison;

	/** Whether it was given to a process that should be no owner any more. */
	final boolean probe;

	/** When the answer came, 0 if there is none. */
	private long answered;

	private String refusal;

	private final List<Long> deliveries = new ArrayList<>();

	/** The place of the first delivery among all that were seen. */
	private long arrival;

	Message(String client, int number, int qos, boolean retained, int size, String topic, AppProcess process,
			long issued, boolean poison, boolean probe) {
		this.client = client;
		this.number = number;
		this.qos = qos;
		this.retained = retained;
		this.size = size;
		this.topic = topic;
		this.process = process;
		this.issued = issued;
		this.poison = poison;
		this.probe = probe;
	}

	String id() {
		return this.client + "/" + this.number + "/q" + this.qos;
	}

	synchronized void accepted(long at) {
		this.answered = at;
	}

	synchronized void refused(long at, String reason) {
		this.answered = at;
		this.refusal = reason;
	}

	synchronized boolean isAccepted() {
		return this.answered > 0 && this.refusal == null;
	}

	synchronized boolean isRefused() {
		return this.refusal != null;
	}

	synchronized long answered() {
		return this.answered;
	}

	synchronized void delivered(long at, long arrival) {
		if (this.deliveries.isEmpty()) {
			this.arrival = arrival;
		}
		this.deliveries.add(at);
	}

	synchronized long arrival() {
		return this.arrival;
	}

	synchronized List<Long> deliveries() {
		return List.copyOf(this.deliveries);
	}

	@Override
	public synchronized String toString() {
		return id() + " on " + this.topic + ", " + this.size + " bytes" + (this.retained ? ", retained" : "")
				+ (this.poison ? ", poison" : "") + (this.probe ? ", to a former owner" : "") + ", given to "
				+ this.process + " at " + this.issued + ", "
				+ ((this.refusal != null) ? "refused (" + this.refusal + ")"
						: (this.answered > 0) ? "accepted" : "no answer")
				+ " at " + this.answered + ", delivered at " + this.deliveries;
	}

}
