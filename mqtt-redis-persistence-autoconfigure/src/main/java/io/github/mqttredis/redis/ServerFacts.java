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

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;

import io.github.mqttredis.session.ServerStatus;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Reads what matters of a Redis. All but its answer to PING may be forbidden to us, and
 * is unknown then. Used by the monitor's thread only.
 */
final class ServerFacts {

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
			warnings.add("appendonly is off: when Redis stops, what it has not saved is lost unless the application"
					+ " lives on and writes it back. Set appendonly to yes");
		}
		addOrphans(link, facts, warnings);
		return new ServerStatus(null, facts, warnings);
	}

	private static Properties info(RedisLink link) throws RedisTrouble {
		try {
			return link.run(
					(connection) -> Objects.requireNonNullElseGet(connection.serverCommands().info(), Properties::new));
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
				warnings.add(found.size() + " of the stored sessions hold records and have no owner, such as "
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
	 * Return a value. In a cluster each node has its own, under a name that begins with
	 * the node's; equal ones count once.
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
