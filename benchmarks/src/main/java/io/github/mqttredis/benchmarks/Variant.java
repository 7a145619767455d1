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

package io.github.mqttredis.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * A store and how it reaches Redis. Each has a JVM of its own.
 *
 * @param store the store
 * @param driver the Redis client, {@code none} for a store without Redis
 * @param transport {@code tcp} or {@code unix}, {@code none} for a store without Redis
 */
public record Variant(StoreKind store, String driver, String transport) {

	/** The name of what a store without Redis has not. */
	public static final String NONE = "none";

	/** A Redis client. */
	public static final String LETTUCE = "lettuce";

	/** A Redis client, which knows no UNIX sockets. */
	public static final String JEDIS = "jedis";

	/** A connection over the loopback interface. */
	public static final String TCP = "tcp";

	/** A connection over a UNIX socket. */
	public static final String UNIX = "unix";

	public static List<Variant> all() {
		List<Variant> variants = new ArrayList<>();
		for (StoreKind store : StoreKind.values()) {
			if (store == StoreKind.ENCRYPTED) {
				variants.add(new Variant(store, LETTUCE, TCP));
			}
			else if (store.usesRedis()) {
				variants.add(new Variant(store, LETTUCE, TCP));
				variants.add(new Variant(store, JEDIS, TCP));
				variants.add(new Variant(store, LETTUCE, UNIX));
			}
			else {
				variants.add(new Variant(store, NONE, NONE));
			}
		}
		return variants;
	}

	public static Variant parse(String label) {
		return all().stream()
			.filter((variant) -> variant.label().equals(label))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No such store: " + label));
	}

	public String label() {
		return this.store.usesRedis() ? this.store.label() + "-" + this.driver + "-" + this.transport
				: this.store.label();
	}

}
