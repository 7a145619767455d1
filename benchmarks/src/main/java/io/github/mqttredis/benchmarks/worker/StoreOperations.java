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

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.benchmarks.Addresses;
import io.github.mqttredis.benchmarks.Variant;
import io.github.mqttredis.session.Session;
import io.github.mqttredis.session.SessionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Operations of a session in Redis. What is allocated counts for all threads, so also for
 * the one that ships what was put. Every 500 operations, as many as are in flight, the
 * caller waits until all is stored, as Paho's sender does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreOperations {

	/** The port of Redis, given by the driver. */
	static final String PORT_PROPERTY = "benchmarks.redis.port";

	/** Bytes of a record: a PUBLISH with its topic and 256 bytes. */
	static final int RECORD = 282;

	private static final int KEYS = 500;

	/** Which store, driver and transport. */
	@Param({ "before-return-lettuce-tcp" })
	public String variant = "";

	private final String[] keys = new String[KEYS];

	private final byte[] record = new byte[RECORD];

	private @Nullable StoreUnderTest store;

	private @Nullable Session session;

	private int next;

	@Setup(Level.Trial)
	public void start() throws Exception {
		Addresses addresses = new Addresses("", Integer.getInteger(PORT_PROPERTY), Path.of(""), Path.of(""));
		RedisInfo.flush(addresses.redisPort());
		StoreUnderTest started = StoreUnderTest.start(Variant.parse(this.variant), addresses);
		this.store = started;
		Session opened = started.session("operations");
		opened.guarded();
		this.session = opened;
		for (int i = 0; i < KEYS; i++) {
			this.keys[i] = "s-" + (i + 1);
			opened.put(this.keys[i], this.record);
		}
	}

	@TearDown(Level.Trial)
	public void stop() {
		Objects.requireNonNull(this.store).close();
	}

	private Session session() {
		return Objects.requireNonNull(this.session);
	}

	private String nextKey() throws SessionException {
		this.next++;
		if (this.next == KEYS) {
			this.next = 0;
			session().awaitPuts(null, () -> false);
		}
		return this.keys[this.next];
	}

	/**
	 * Put a record as our client's {@code publish} does.
	 */
	private void put(String key) throws SessionException {
		boolean waits = session().beginPublish();
		session().put(key, this.record);
		if (waits) {
			session().endPublish(true);
		}
	}

	@Benchmark
	public void put() throws SessionException {
		put(nextKey());
	}

	@Benchmark
	public void putAndRemove() throws SessionException {
		String key = nextKey();
		put(key);
		session().remove(key);
	}

	@Benchmark
	public byte[] get() throws SessionException {
		return Objects.requireNonNull(session().get(nextKey()));
	}

}
