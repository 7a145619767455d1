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

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.mqttredis.session.SessionException;
import io.github.mqttredis.session.StoredRecords;

/**
 * Reads a whole session in a few round trips: its fields and their sizes at once, its
 * records in pages of at most 1 MiB; a larger record comes alone.
 */
final class SessionLoader {

	/**
	 * Reads any bytes as a name and gives them back: a field that is not ours may have
	 * any name. Those of records are ASCII.
	 */
	static final Charset NAMES = StandardCharsets.ISO_8859_1;

	private static final RedisScript SIZES = new RedisScript("sizes.lua");

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
	 * Read the session. Each page is a task of its own for the I/O thread, so that other
	 * sessions go on.
	 * @throws SessionException if Redis did not answer, or the records cannot be decoded
	 */
	void load() throws SessionException {
		List<byte[]> fields = this.io.call((connection) -> {
			Set<byte[]> found = connection.hashCommands().hKeys(this.keys.hash());
			return (found != null) ? List.copyOf(found) : List.of();
		});
		for (int from = 0; from < fields.size(); from += LARGEST_PAGE) {
			loadBySize(fields.subList(from, Math.min(fields.size(), from + LARGEST_PAGE)));
		}
	}

	private void loadBySize(List<byte[]> fields) throws SessionException {
		List<String> sizes = this.io.call((connection) -> SIZES.run(connection, List.of(this.keys.hash()), fields));
		int begin = 0;
		long bytes = 0;
		for (int i = 0; i < fields.size(); i++) {
			long size = Long.parseLong(sizes.get(i));
			if (i > begin && bytes + size > PAGE_BYTES) {
				load(fields.subList(begin, i), bytes);
				begin = i;
				bytes = 0;
			}
			bytes += size;
		}
		load(fields.subList(begin, fields.size()), bytes);
	}

	private void load(List<byte[]> fields, long bytes) throws SessionException {
		byte[][] names = fields.toArray(byte[][]::new);
		List<byte[]> values = Objects.requireNonNull(
				this.io.call((connection) -> connection.hashCommands().hMGet(this.keys.hash(), names), bytes));
		for (int i = 0; i < names.length; i++) {
			byte[] value = values.get(i);
			if (value != null) {
				this.records.add(new String(names[i], NAMES), value);
			}
		}
	}

}
