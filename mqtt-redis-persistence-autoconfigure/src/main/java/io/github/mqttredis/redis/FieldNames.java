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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.mqttredis.session.RecordKey;

/**
 * The names of the fields that a session's hash has.
 *
 * @param records those of records
 * @param foreign all others
 */
record FieldNames(List<String> records, List<String> foreign) {

	/**
	 * Reads any bytes as a name and gives them back: a field that is not ours may have
	 * any name. Those of records are ASCII.
	 */
	static final Charset CHARSET = StandardCharsets.ISO_8859_1;

	static FieldNames of(List<byte[]> fields) {
		Map<Boolean, List<String>> names = fields.stream()
			.map((field) -> new String(field, CHARSET))
			.collect(Collectors.partitioningBy((name) -> RecordKey.parse(name) != null));
		return new FieldNames(names.getOrDefault(true, List.of()), names.getOrDefault(false, List.of()));
	}

	/**
	 * Return all names.
	 * @return those of records first
	 */
	List<String> all() {
		return Stream.concat(this.records.stream(), this.foreign.stream()).toList();
	}

}
