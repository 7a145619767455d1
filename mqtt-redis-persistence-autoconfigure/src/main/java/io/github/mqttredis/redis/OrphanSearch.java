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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Finds sessions that hold records and that nobody owns. Looks at some sessions each
 * time, and goes on with the next ones after that, so that it costs little however many
 * there are.
 */
final class OrphanSearch {

	private static final int SOME = 50;

	private final SessionIndex index;

	/** Those found in the round under way. */
	private final Set<String> found = new TreeSet<>();

	/**
	 * Those of the round before it that it has not come to: they may be deleted since.
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
