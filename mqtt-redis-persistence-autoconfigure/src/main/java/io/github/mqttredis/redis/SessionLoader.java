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

import java.util.List;

import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.StoredRecords;

/**
 * Reads a whole session in a few round trips: its fields and their sizes at once, its
 * records in pages of at most 1 MiB; a larger record comes alone. Each is a command among
 * those of other sessions, which go on.
 */
final class SessionLoader {

	private static final RedisScript NAMES = new RedisScript("names.lua");

	private static final RedisScript SIZES = new RedisScript("sizes.lua");

	private static final RedisScript VALUES = new RedisScript("values.lua");

	private static final int LARGEST_PAGE = 4096;

	private static final long PAGE_BYTES = 1024 * 1024;

	private final IoLoop io;

	private final SessionKeys keys;

	private final StoredRecords records;

	SessionLoader(IoLoop io, SessionKeys keys, StoredRecords records) {
		this.io = io;
		this.keys = keys;
		this.records = records;
	}

	/**
	 * Read the names of all fields that a session's hash has.
	 * @param keys the session's keys
	 * @return reads them
	 */
	static Command<FieldNames> names(SessionKeys keys) {
		return NAMES.with(0, List.of(keys.hash()), List.of(), (reply) -> FieldNames.of(RedisScript.bytes(reply)));
	}

	/**
	 * Read the session.
	 * @throws SessionException if Redis did not answer, or the records cannot be decoded
	 */
	void load() throws SessionException {
		List<String> names = this.io.call(names(this.keys)).all();
		for (int from = 0; from < names.size(); from += LARGEST_PAGE) {
			loadBySize(names.subList(from, Math.min(names.size(), from + LARGEST_PAGE)));
		}
	}

	private void loadBySize(List<String> names) throws SessionException {
		List<String> sizes = this.io.call(SIZES.with(List.of(this.keys.hash()), fields(names), (reply) -> reply));
		int begin = 0;
		long bytes = 0;
		for (int i = 0; i < names.size(); i++) {
			long size = Long.parseLong(sizes.get(i));
			if (i > begin && bytes + size > PAGE_BYTES) {
				load(names.subList(begin, i), bytes);
				begin = i;
				bytes = 0;
			}
			bytes += size;
		}
		load(names.subList(begin, names.size()), bytes);
	}

	private void load(List<String> names, long bytes) throws SessionException {
		List<?> values = this.io.call(VALUES.with(bytes, List.of(this.keys.hash()), fields(names), (reply) -> reply));
		for (int i = 0; i < names.size(); i++) {
			if (values.get(i) instanceof byte[] value) {
				this.records.add(names.get(i), value);
			}
		}
	}

	private static List<byte[]> fields(List<String> names) {
		return names.stream().map((name) -> name.getBytes(FieldNames.CHARSET)).toList();
	}

}
