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

package io.github.mqttredis.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.session.ServerStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Looks at Redis for those who want to know how it is. Has a connection and a thread of
 * its own, so that what is shipped never waits for it, and asks only when it is asked and
 * its last look is old.
 */
final class ServerMonitor implements AutoCloseable {

	private static final Duration OLD = Duration.ofSeconds(10);

	private static final Duration OLD_FAILURE = Duration.ofSeconds(1);

	private final RedisLink link;

	private final Duration timeout;

	private final ServerFacts facts;

	private final ScheduledThreadPoolExecutor executor = Listeners.executor("mqtt-redis-monitor");

	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable Look last;

	ServerMonitor(RedisLink link, Duration timeout, ServerFacts facts) {
		this.link = link;
		this.timeout = timeout;
		this.facts = facts;
	}

	/**
	 * Return how Redis is. Waits no longer than the time-out, and not at all for a look
	 * that others have waited for in vain.
	 * @return the last look, or a new one if that is old
	 */
	ServerStatus status() {
		Look look = look();
		long left = this.timeout.toNanos() - (System.nanoTime() - look.begun());
		try {
			return look.result().get(Math.max(0, left), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			return ServerStatus.unavailable("Redis at " + this.link.describe() + " did not answer within "
					+ this.timeout.toMillis() + " ms (mqtt.persistence.write-timeout)");
		}
		catch (ExecutionException ex) {
			RedisSessionStore.logger.error("Unexpected failure while looking at Redis", ex);
			return ServerStatus.unavailable("Looking at Redis at " + this.link.describe() + " failed");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ServerStatus.unavailable("Interrupted while waiting for Redis");
		}
	}

	private Look look() {
		this.lock.lock();
		try {
			Look current = this.last;
			if (current == null || current.isOld()) {
				current = new Look(System.nanoTime(), CompletableFuture.supplyAsync(this::read, this.executor));
				this.last = current;
			}
			return current;
		}
		finally {
			this.lock.unlock();
		}
	}

	private ServerStatus read() {
		try {
			return this.facts.read(this.link);
		}
		catch (RedisTrouble ex) {
			this.link.reset();
			return ServerStatus.unavailable(ex.getMessage() + " (Redis at " + this.link.describe() + ")");
		}
	}

	/** Look anew next time: Redis has come back. */
	void forget() {
		this.lock.lock();
		try {
			this.last = null;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.executor.getQueue().clear();
		this.executor.execute(this.link::close);
		this.executor.shutdown();
	}

	/**
	 * A look at Redis, under way or done.
	 *
	 * @param begun when it began, as {@link System#nanoTime()}
	 * @param result what was seen
	 */
	private record Look(long begun, CompletableFuture<ServerStatus> result) {

		boolean isOld() {
			if (!this.result.isDone()) {
				return false;
			}
			boolean good = !this.result.isCompletedExceptionally() && this.result.join().isAvailable();
			return System.nanoTime() - this.begun > (good ? OLD : OLD_FAILURE).toNanos();
		}

	}

	/**
	 * Reads what matters of a Redis. All but its answer to PING may be forbidden to us,
	 * and is unknown then. Used by the monitor's thread only.
	 */
	static final class ServerFacts {

		private static final String UNKNOWN = "unknown";

		private static final int NAMED = 5;

		private final OrphanSearch orphans;

		ServerFacts(OrphanSearch orphans) {
			this.orphans = orphans;
		}

		/**
		 * Read.
		 * @param link the connection
		 * @return what was read
		 * @throws RedisTrouble if Redis does not answer
		 */
		ServerStatus read(RedisLink link) throws RedisTrouble {
			long start = System.nanoTime();
			link.run(RedisConnection::ping);
			Duration roundTrip = Duration.ofNanos(System.nanoTime() - start);
			Properties info = info(link);
			Map<String, Object> facts = new LinkedHashMap<>();
			facts.put("version", version(info));
			facts.put("mode", mode(info));
			facts.put("role", value(info, "role").replace("slave", "replica"));
			facts.put("roundTrip", Duration.ofNanos(roundTrip.toNanos() / 1000 * 1000).toString());
			String policy = value(info, "maxmemory_policy");
			facts.put("maxmemory-policy", policy);
			String appendOnly = value(info, "aof_enabled").replace("0", "no").replace("1", "yes");
			facts.put("appendonly", appendOnly);
			List<String> warnings = new ArrayList<>();
			if (policy.contains("allkeys")) {
				warnings.add("maxmemory-policy is " + policy
						+ ": Redis may drop sessions when its memory is full. Set it to noeviction");
			}
			if (List.of(appendOnly.split(", ")).contains("no")) {
				warnings.add("appendonly is off: when Redis stops, records that it has not saved are lost, "
						+ "unless the application keeps running and writes them back. Set appendonly to yes");
			}
			addOrphans(link, facts, warnings);
			return new ServerStatus(null, facts, warnings);
		}

		private static Properties info(RedisLink link) throws RedisTrouble {
			try {
				return link.run((connection) -> Objects.requireNonNullElseGet(connection.serverCommands().info(),
						Properties::new));
			}
			catch (RedisTrouble ex) {
				throwIfNoAnswer(ex);
				return new Properties();
			}
		}

		private void addOrphans(RedisLink link, Map<String, Object> facts, List<String> warnings) throws RedisTrouble {
			try {
				List<String> found = link.run(this.orphans::next);
				facts.put("orphanedSessions", found.size());
				if (!found.isEmpty()) {
					warnings.add(found.size() + " stored sessions hold records and have no owner, such as "
							+ String.join(", ", found.subList(0, Math.min(NAMED, found.size())))
							+ ". Start their clients again to deliver the records, or delete the keys");
				}
			}
			catch (RedisTrouble ex) {
				throwIfNoAnswer(ex);
				facts.put("orphanedSessions", UNKNOWN);
			}
		}

		private static void throwIfNoAnswer(RedisTrouble trouble) throws RedisTrouble {
			if (trouble.kind() == RedisTrouble.Kind.NO_ANSWER) {
				throw trouble;
			}
			RedisSessionStore.logger.debug("Redis does not tell about itself", trouble);
		}

		private static String version(Properties info) {
			String valkey = value(info, "valkey_version");
			return UNKNOWN.equals(valkey) ? value(info, "redis_version") : "Valkey " + valkey;
		}

		/** Valkey has renamed it in 8.1. */
		private static String mode(Properties info) {
			String mode = value(info, "redis_mode");
			return UNKNOWN.equals(mode) ? value(info, "server_mode") : mode;
		}

		/**
		 * Return a value. In a cluster each node has its own, under a name that begins
		 * with the node's; equal ones count once.
		 */
		private static String value(Properties info, String name) {
			String values = info.stringPropertyNames()
				.stream()
				.filter((key) -> key.equals(name) || key.endsWith("." + name))
				.map(info::getProperty)
				.distinct()
				.sorted()
				.collect(Collectors.joining(", "));
			return values.isEmpty() ? UNKNOWN : values;
		}

	}

	/**
	 * Finds sessions that hold records and that nobody owns. Looks at some sessions each
	 * time, and goes on with the next ones after that, so that it costs little however
	 * many there are.
	 */
	static final class OrphanSearch {

		private static final int SOME = 50;

		private final SessionIndex index;

		/** Those found in the round under way. */
		private final Set<String> found = new TreeSet<>();

		/**
		 * Those of the round before it that it has not come to: they may be deleted
		 * since.
		 */
		private final Set<String> before = new TreeSet<>();

		private long offset;

		OrphanSearch(SessionIndex index) {
			this.index = index;
		}

		/**
		 * Look at the next sessions.
		 * @param connection the connection
		 * @return the keys of all that were found orphaned when they were looked at last
		 */
		List<String> next(RedisConnection connection) {
			List<byte[]> keys = this.index.range(connection, this.offset, SOME);
			for (byte[] key : keys) {
				String name = new String(key, StandardCharsets.UTF_8);
				this.before.remove(name);
				if (isOrphan(connection, key, name)) {
					this.found.add(name);
				}
			}
			this.offset += SOME;
			if (keys.size() < SOME) {
				endRound();
			}
			return Stream.concat(this.before.stream(), this.found.stream()).distinct().sorted().toList();
		}

		private void endRound() {
			this.offset = 0;
			this.before.clear();
			this.before.addAll(this.found);
			this.found.clear();
		}

		private static boolean isOrphan(RedisConnection connection, byte[] key, String name) {
			Long records = connection.hashCommands().hLen(key);
			return records != null && records > 0
					&& Boolean.FALSE.equals(connection.keyCommands().exists(SessionKeys.lease(name)));
		}

	}

}
