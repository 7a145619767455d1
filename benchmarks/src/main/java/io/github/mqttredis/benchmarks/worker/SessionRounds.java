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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Round;
import io.github.mqttredis.benchmarks.Variant;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.SessionUnavailableException;

/**
 * Sessions without clients: what one of them feels of others.
 */
final class SessionRounds {

	private static final int RECORD = 282;

	private static final double NANOS_IN_MILLI = 1e6;

	private static final double NANOS_IN_MICRO = 1e3;

	private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private static final int LARGE_RECORDS = 3_000;

	private static final int LARGE_RECORD = 100 * 1024;

	private static final String LARGE = "large";

	private static final int OPENED_TOGETHER = 3_000;

	private static final int OPENING_THREADS = 16;

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

	private SessionRounds() {
	}

	/**
	 * Measure what idle sessions cost where Redis is a millisecond away.
	 */
	static Map<String, Double> far(Variant variant, Addresses addresses, Round round) throws Exception {
		try (FarLink far = new FarLink(addresses.redisPort());
				StoreUnderTest store = StoreUnderTest.start(variant, addresses.withRedisPort(far.port()))) {
			long start = System.nanoTime();
			for (int i = 0; i < round.size(); i++) {
				store.session("idle-" + i);
			}
			double opened = System.nanoTime() - start;
			Session busy = open(store, "busy");
			long[] times = publish(busy, StoreSettings.defaults().leaseTtl().toNanos(), PACE_NANOS);
			return Map.of("openMillis", opened / NANOS_IN_MILLI, "worstPutMillis",
					Arrays.stream(times).max().orElseThrow() / NANOS_IN_MILLI, "openTogetherMillis",
					openTogether(store));
		}
	}

	/** As client managers do that start in parallel. */
	private static double openTogether(StoreUnderTest store) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(OPENING_THREADS);
		try {
			long start = System.nanoTime();
			List<Future<Session>> opened = new ArrayList<>(OPENED_TOGETHER);
			for (int i = 0; i < OPENED_TOGETHER; i++) {
				String clientId = "together-" + i;
				opened.add(threads.submit(() -> store.session(clientId)));
			}
			for (Future<Session> session : opened) {
				session.get();
			}
			return (System.nanoTime() - start) / NANOS_IN_MILLI;
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * Measure what a busy session, and a loss, cost another one.
	 */
	static Map<String, Double> many(StoreUnderTest store, Addresses addresses, Round round) throws Exception {
		Map<String, Double> figures = new HashMap<>();
		long nanos = TimeUnit.MILLISECONDS.toNanos(round.measureMillis());
		Session measured = open(store, "measured");
		publish(measured, TimeUnit.MILLISECONDS.toNanos(round.warmMillis()), 0);
		figures.put("p99AloneMicros", p99(publish(measured, nanos, PACE_NANOS)));
		Hog hog = new Hog(open(store, "hog"));
		hog.start();
		publish(measured, TimeUnit.MILLISECONDS.toNanos(round.warmMillis()), PACE_NANOS);
		figures.put("p99BesideMicros", p99(publish(measured, nanos, PACE_NANOS)));
		hog.finish();
		figures.put("writeBackMillis", writeBack(store, addresses));
		return figures;
	}

	private static double writeBack(StoreUnderTest store, Addresses addresses) throws Exception {
		Session large = open(store, LARGE);
		byte[] record = new byte[LARGE_RECORD];
		for (int i = 1; i <= LARGE_RECORDS; i++) {
			publish(large, "s-" + i, record);
		}
		RedisInfo.flush(addresses.redisPort());
		long start = System.nanoTime();
		int published = LARGE_RECORDS;
		String hash = StoreSettings.defaults().keyPrefix() + ":{" + LARGE + "@benchmarks}:v3";
		while (RedisInfo.records(addresses.redisPort(), hash) < published) {
			if (System.nanoTime() - start > PATIENCE_NANOS) {
				throw new IllegalStateException("Not written back");
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
			if (isPublished(large, "s-" + (published + 1), record)) {
				published++;
			}
		}
		return (System.nanoTime() - start) / NANOS_IN_MILLI;
	}

	/** What is published waits for what is written back before it, for a time-out. */
	private static boolean isPublished(Session session, String key, byte[] record) throws SessionException {
		try {
			publish(session, key, record);
			return true;
		}
		catch (SessionUnavailableException ex) {
			return false;
		}
	}

	private static Session open(StoreUnderTest store, String clientId) throws SessionException {
		Session session = store.session(clientId);
		session.guarded();
		return session;
	}

	private static void publish(Session session, String key, byte[] record) throws SessionException {
		boolean waits = session.beginPublish();
		session.put(key, record);
		if (waits) {
			session.endPublish(true);
		}
	}

	private static long[] publish(Session session, long nanos, long pace) throws SessionException {
		byte[] record = new byte[RECORD];
		long[] times = new long[1024];
		int count = 0;
		long begin = System.nanoTime();
		for (long start = begin; start - begin < nanos; start = System.nanoTime()) {
			String key = "s-" + (count % 100 + 1);
			publish(session, key, record);
			long end = System.nanoTime();
			session.remove(key);
			if (count == times.length) {
				times = Arrays.copyOf(times, 2 * count);
			}
			times[count++] = end - start;
			if (pace > 0) {
				LockSupport.parkNanos(pace - (end - start));
			}
		}
		return Arrays.copyOf(times, count);
	}

	private static double p99(long[] times) {
		long[] sorted = times.clone();
		Arrays.sort(sorted);
		return sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / NANOS_IN_MICRO;
	}

	/** Publishes without a pause. */
	private static final class Hog extends Thread {

		private final Session session;

		private volatile boolean stopped;

		private volatile boolean failed;

		Hog(Session session) {
			super("hog");
			this.session = session;
		}

		@Override
		public void run() {
			try {
				while (!this.stopped) {
					publish(this.session, TimeUnit.MILLISECONDS.toNanos(10), 0);
				}
			}
			catch (SessionException ex) {
				this.failed = true;
			}
		}

		void finish() throws InterruptedException {
			this.stopped = true;
			join();
			if (this.failed) {
				throw new IllegalStateException("The other session could not publish");
			}
		}

	}

}
