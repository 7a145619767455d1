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

package io.github.mqttredis.testing;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

import org.eclipse.paho.client.mqttv3.MqttException;

/**
 * A thread that publishes messages of QoS 1 and 2 in turn, each with a payload of its
 * own, and records which calls returned, which threw, and how long they took at most.
 */
public final class Publisher implements AutoCloseable {

	/** Fast enough that messages are always under way: more of them only cost time. */
	private static final long PACE_NANOS = Duration.ofMillis(15).toNanos();

	private final Application application;

	private final String name;

	private final Thread thread;

	private final Set<String> returned = ConcurrentHashMap.newKeySet();

	private final Map<String, MqttException> threw = new ConcurrentHashMap<>();

	private volatile long longest;

	private volatile Throwable unexpected;

	private volatile boolean stopped;

	private volatile int qos;

	private Publisher(Application application, String name) {
		this.application = application;
		this.name = name;
		this.thread = new Thread(this::publish, "publisher-" + name);
		this.thread.setDaemon(true);
	}

	/**
	 * Begin to publish.
	 * @param application who publishes
	 * @param name what the payloads start with
	 * @return the publisher
	 */
	public static Publisher start(Application application, String name) {
		Publisher publisher = new Publisher(application, name);
		publisher.thread.start();
		return publisher;
	}

	public static int qosOf(String payload) {
		return Integer.parseInt(payload.substring(payload.length() - 1));
	}

	/**
	 * Publish only messages of one QoS from now on.
	 * @param qos 1 or 2, 0 for both
	 */
	public void only(int qos) {
		this.qos = qos;
	}

	private void publish() {
		try {
			for (int i = 0; !this.stopped; i++) {
				int level = (this.qos > 0) ? this.qos : 1 + i % 2;
				publish(this.name + "-" + i + "-q" + level, level);
				LockSupport.parkNanos(PACE_NANOS);
			}
		}
		catch (RuntimeException | Error ex) {
			this.unexpected = ex;
		}
	}

	private void publish(String payload, int level) {
		long started = System.nanoTime();
		try {
			this.application.publish(payload, level);
			this.returned.add(payload);
		}
		catch (MqttException ex) {
			this.threw.put(payload, ex);
		}
		finally {
			this.longest = Math.max(this.longest, System.nanoTime() - started);
		}
	}

	public Set<String> returned() {
		return this.returned;
	}

	public Map<String, MqttException> threw() {
		return this.threw;
	}

	public Duration longest() {
		return Duration.ofNanos(this.longest);
	}

	public Throwable unexpected() {
		return this.unexpected;
	}

	/**
	 * Wait until more calls have returned.
	 * @param count how many more
	 */
	public void awaitReturned(int count) {
		int target = this.returned.size() + count;
		Await.until(count + " more messages are accepted, after " + this.returned.size(),
				() -> this.returned.size() >= target);
	}

	/**
	 * Wait until a few more calls have returned or thrown.
	 */
	public void awaitCalls() {
		int target = this.returned.size() + this.threw.size() + 5;
		Await.until("5 more calls have ended", () -> this.returned.size() + this.threw.size() >= target);
	}

	/**
	 * Wait until more calls have thrown.
	 * @param count how many more
	 */
	public void awaitThrown(int count) {
		int target = this.threw.size() + count;
		Await.until(count + " more messages are refused, after " + this.threw.size(),
				() -> this.threw.size() >= target);
	}

	/**
	 * Stop after the message that is being published.
	 */
	@Override
	public void close() {
		this.stopped = true;
		try {
			this.thread.join(30_000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
