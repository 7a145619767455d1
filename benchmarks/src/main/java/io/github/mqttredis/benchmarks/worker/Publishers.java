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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import io.github.mqttredis.benchmarks.Round;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

/**
 * Threads that publish as fast as the messages in flight allow, to clients in turn.
 */
final class Publishers implements IMqttActionListener {

	private static final long DRAIN_SECONDS = 120;

	private final Round round;

	private final List<MqttAsyncClient> clients;

	private final Semaphore permits;

	private final LongAdder acknowledged = new LongAdder();

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean stopped;

	Publishers(Round round, List<MqttAsyncClient> clients) {
		this.round = round;
		this.clients = clients;
		this.permits = new Semaphore(round.inflight());
	}

	void start() {
		for (int i = 0; i < this.round.publishers(); i++) {
			int first = i;
			Thread thread = new Thread(() -> publish(first), "publisher-" + i);
			this.threads.add(thread);
			thread.start();
		}
	}

	private void publish(int first) {
		byte[] payload = new byte[this.round.payload()];
		try {
			for (int i = first; !this.stopped; i++) {
				this.permits.acquire();
				this.clients.get(i % this.clients.size())
					.publish(Round.TOPIC, payload, this.round.qos(), false, null, this);
			}
		}
		catch (MqttException | RuntimeException ex) {
			fail(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	long acknowledged() {
		return this.acknowledged.sum();
	}

	@Override
	public void onSuccess(IMqttToken token) {
		this.acknowledged.increment();
		this.permits.release();
	}

	@Override
	public void onFailure(IMqttToken token, Throwable exception) {
		fail(exception);
	}

	private void fail(Throwable exception) {
		this.failure.compareAndSet(null, exception);
		this.stopped = true;
		this.permits.release(this.round.inflight());
	}

	/**
	 * Stop publishing and wait until all messages are acknowledged.
	 */
	void finish() throws InterruptedException {
		this.stopped = true;
		for (Thread thread : this.threads) {
			thread.join(TimeUnit.SECONDS.toMillis(DRAIN_SECONDS));
		}
		boolean drained = this.permits.tryAcquire(this.round.inflight(), DRAIN_SECONDS, TimeUnit.SECONDS);
		Throwable cause = this.failure.get();
		if (cause != null || !drained) {
			throw new IllegalStateException("Not all messages were published and acknowledged: " + this.round, cause);
		}
	}

}
