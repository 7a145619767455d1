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

package io.github.mqttredis.benchmarks.worker;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.jspecify.annotations.Nullable;

/**
 * Publishes at a steady rate and measures from the moment at which a message was due, so
 * that a publisher which is held up does not hide how long its messages waited.
 */
final class LatencyRounds implements IMqttActionListener {

	private static final double NANOS = 1e9;

	private static final double NANOS_PER_MICRO = 1e3;

	private static final long NANOS_PER_MILLI = 1_000_000;

	private final Round round;

	private final Semaphore permits;

	private final double interval;

	private final long[] latencies;

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private LatencyRounds(Round round) {
		this.round = round;
		this.permits = new Semaphore(round.inflight());
		this.interval = NANOS / round.rate();
		this.latencies = new long[(int) (round.rate() * (round.warmMillis() + round.measureMillis()) / 1_000)];
	}

	static Map<String, Double> run(StoreUnderTest store, Round round) throws Exception {
		MqttAsyncClient client = store.client("publisher");
		Clients.connect(client, round.inflight() + 1);
		Map<String, Double> figures = new LatencyRounds(round).measure(client);
		Clients.disconnect(client);
		return figures;
	}

	private Map<String, Double> measure(MqttAsyncClient client) throws Exception {
		byte[] payload = new byte[this.round.payload()];
		long start = System.nanoTime();
		for (int i = 0; i < this.latencies.length && this.failure.get() == null; i++) {
			long due = start + (long) (i * this.interval);
			for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			this.permits.acquire();
			client.publish(Round.TOPIC, payload, this.round.qos(), false, new Message(i, due), this);
		}
		boolean drained = this.permits.tryAcquire(this.round.inflight(), 2, TimeUnit.MINUTES);
		Throwable cause = this.failure.get();
		if (cause != null || !drained) {
			throw new IllegalStateException("Not all messages were acknowledged: " + this.round, cause);
		}
		return percentiles();
	}

	private Map<String, Double> percentiles() {
		int warm = (int) (this.round.warmMillis() * NANOS_PER_MILLI / this.interval);
		long[] sorted = Arrays.copyOfRange(this.latencies, warm, this.latencies.length);
		Arrays.sort(sorted);
		return Map.of("p50Micros", percentile(sorted, 0.5), "p99Micros", percentile(sorted, 0.99), "p999Micros",
				percentile(sorted, 0.999), "atMsgPerSec", this.round.rate());
	}

	private static double percentile(long[] sorted, double part) {
		int index = (int) Math.ceil(part * sorted.length) - 1;
		return sorted[Math.max(0, index)] / NANOS_PER_MICRO;
	}

	@Override
	public void onSuccess(IMqttToken token) {
		Message message = (Message) token.getUserContext();
		this.latencies[message.index()] = System.nanoTime() - message.due();
		this.permits.release();
	}

	@Override
	public void onFailure(IMqttToken token, Throwable exception) {
		this.failure.compareAndSet(null, exception);
		this.permits.release(this.round.inflight());
	}

	private record Message(int index, long due) {

	}

}
