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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.mqttredis.session.RecordKey;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The names of the fields that a session's hash has.
 *
 * @param records those of records
 * @param foreign all others
 */
record FieldNames(List<String> records, List<String> foreign) {

	static FieldNames read(RedisConnection connection, byte[] hash) {
		Set<byte[]> fields = Objects.requireNonNullElse(connection.hashCommands().hKeys(hash), Set.of());
		Map<Boolean, List<String>> names = fields.stream()
			.map((field) -> new String(field, SessionLoader.NAMES))
			.collect(Collectors.partitioningBy((name) -> RecordKey.parse(name) != null));
		return new FieldNames(names.getOrDefault(true, List.of()), names.getOrDefault(false, List.of()));
	}

}
