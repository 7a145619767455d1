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

package io.github.mqttredis.testing;

import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.redis.StoreSettings;
import io.github.mqttredis.redis.StoreSettings.OnConflict;
import io.github.mqttredis.redis.StoreSettings.OnOutage;
import io.github.mqttredis.session.Durability;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Stores over one Redis server, each as if it were in a process of its own.
 */
public final class RedisStores implements AutoCloseable {

	/**
	 * A prefix of its own, short times.
	 */
	public static final StoreSettings SETTINGS = new StoreSettings("test", Load.millis(1500), Load.millis(1500),
			Load.seconds(5));

	/**
	 * The same for a successor of a process that is meant to be dead, but whose store
	 * goes on to renew its lease in this JVM.
	 */
	private static final StoreSettings SUCCESSOR = new StoreSettings("test", SETTINGS.writeTimeout(),
			SETTINGS.leaseTtl(), SETTINGS.acquireTimeout(), OnConflict.TAKEOVER, OnOutage.REJECT,
			Durability.BEFORE_RETURN);

	private final LettuceConnectionFactory factory;

	private final List<RedisSessionStore> stores = new ArrayList<>();

	public RedisStores(RedisServer server) {
		this.factory = RedisClient.lettuce(server.port());
	}

	public RedisSessionStore start() {
		return start(SETTINGS);
	}

	/**
	 * Start the store of a process that comes after one that has died.
	 * @return the store, which takes every session at once
	 */
	public RedisSessionStore startSuccessor() {
		return start(SUCCESSOR);
	}

	public RedisSessionStore start(StoreSettings settings) {
		RedisSessionStore store = new RedisSessionStore(this.factory, settings);
		this.stores.add(store);
		store.start();
		return store;
	}

	/** Stop all stores, as when their processes end. */
	public void stop() {
		this.stores.forEach(RedisSessionStore::stop);
		this.stores.clear();
	}

	@Override
	public void close() {
		stop();
		this.factory.destroy();
	}

}
