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

package io.github.mqttredis.benchmarks;

/**
 * What one turn of one store does.
 *
 * @param scenario the scenario
 * @param qos quality of service
 * @param publishers threads that publish, on one client unless there are more
 * @param payload bytes of a message
 * @param inflight messages that are published and not yet acknowledged, at most
 * @param size how many: messages to receive, records to restore, or clients
 * @param warmMillis how long it runs before it is measured
 * @param measureMillis how long it is measured
 * @param rate messages per second that are published, 0 for as many as possible
 */
public record Round(Scenario scenario, int qos, int publishers, int payload, int inflight, int size, long warmMillis,
		long measureMillis, double rate) {

	/** What is published to. */
	public static final String TOPIC = "benchmarks/readings";

	/** Bytes of a message unless said otherwise. */
	public static final int PAYLOAD = 256;

	/** Messages in flight unless said otherwise. */
	public static final int INFLIGHT = 500;

	/**
	 * A round of one publisher with messages of the usual size.
	 * @param scenario the scenario
	 * @param qos quality of service
	 */
	public Round(Scenario scenario, int qos) {
		this(scenario, qos, 1, PAYLOAD, INFLIGHT, 0, 0, 0, 0);
	}

	public Round withPublishers(int number) {
		return new Round(this.scenario, this.qos, number, this.payload, this.inflight, this.size, this.warmMillis,
				this.measureMillis, this.rate);
	}

	public Round withPayload(int bytes) {
		return new Round(this.scenario, this.qos, this.publishers, bytes, this.inflight, this.size, this.warmMillis,
				this.measureMillis, this.rate);
	}

	public Round withInflight(int messages) {
		return new Round(this.scenario, this.qos, this.publishers, this.payload, messages, this.size, this.warmMillis,
				this.measureMillis, this.rate);
	}

	public Round withSize(int number) {
		return new Round(this.scenario, this.qos, this.publishers, this.payload, this.inflight, number, this.warmMillis,
				this.measureMillis, this.rate);
	}

	public Round lasting(long warm, long measure) {
		return new Round(this.scenario, this.qos, this.publishers, this.payload, this.inflight, this.size, warm,
				measure, this.rate);
	}

	public Round as(Scenario other) {
		return new Round(other, this.qos, this.publishers, this.payload, this.inflight, this.size, this.warmMillis,
				this.measureMillis, this.rate);
	}

	public Round atRate(double messagesPerSecond) {
		return new Round(this.scenario, this.qos, this.publishers, this.payload, this.inflight, this.size,
				this.warmMillis, this.measureMillis, messagesPerSecond);
	}

	@Override
	public String toString() {
		String what = this.scenario.label() + ", QoS " + this.qos;
		return switch (this.scenario) {
			case RESTORE -> what + ", " + this.size + " records";
			case SUBSCRIBE, RECEIVE -> what + ", " + this.size + " messages";
			case CLIENTS -> what + ", " + this.size + " clients";
			case LONG_OUTAGE -> what + ", " + this.size + " messages";
			case MANY_SESSIONS, FAR_REDIS -> what + ", " + this.size + " sessions";
			default ->
				what + ", " + this.publishers + " publishers, " + this.payload + " B, " + this.inflight + " in flight";
		};
	}

}
