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

package io.github.mqttredis.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import io.github.mqttredis.session.Page;
import org.jspecify.annotations.Nullable;

/**
 * Values by name, in the order in which their names came. Each has a number that stays,
 * so that pages miss nothing that is there all the time. Guarded by the lock of
 * {@link MemorySessions}.
 *
 * @param <T> the type of the values
 */
final class StoredRecordMap<T> {

	private final Map<String, Numbered<T>> values = new LinkedHashMap<>();

	private long last;

	void put(String name, T value) {
		Numbered<T> former = this.values.get(name);
		this.values.put(name, new Numbered<>((former != null) ? former.number() : ++this.last, value));
	}

	@Nullable T get(String name) {
		Numbered<T> found = this.values.get(name);
		return (found != null) ? found.value() : null;
	}

	void remove(String name) {
		this.values.remove(name);
	}

	void clear() {
		this.values.clear();
	}

	int size() {
		return this.values.size();
	}

	Map<String, T> copy() {
		Map<String, T> result = new LinkedHashMap<>();
		this.values.forEach((name, numbered) -> result.put(name, numbered.value()));
		return result;
	}

	/**
	 * Return the values behind a cursor.
	 * @param <R> the type of the entries
	 * @param cursor the number of the last value of the page before
	 * @param limit the most entries
	 * @param entry makes an entry
	 * @return the page
	 */
	<R> Page<R> page(long cursor, int limit, BiFunction<String, T, R> entry) {
		List<R> entries = new ArrayList<>();
		long reached = cursor;
		for (Map.Entry<String, Numbered<T>> each : this.values.entrySet()) {
			if (Long.compareUnsigned(each.getValue().number(), cursor) > 0) {
				if (entries.size() >= limit) {
					return new Page<>(entries, Long.toString(reached));
				}
				entries.add(entry.apply(each.getKey(), each.getValue().value()));
				reached = each.getValue().number();
			}
		}
		return new Page<>(entries, null);
	}

	/**
	 * A value and its number.
	 *
	 * @param <T> the type of the value
	 * @param number the number
	 * @param value the value
	 */
	private record Numbered<T>(long number, T value) {

	}

}
