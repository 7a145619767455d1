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

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.clients.jedis.Jedis;

/**
 * One Redis for all tests of a class, empty before each of them. To be registered in a
 * static field; the fields of a test may be set from it.
 */
public final class SharedRedis implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

	private RedisServer server;

	private Jedis jedis;

	private RedisStores stores;

	@Override
	public void beforeAll(ExtensionContext context) {
		this.server = RedisServer.start();
		this.jedis = this.server.connect();
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.jedis.flushAll();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		if (this.stores != null) {
			this.stores.close();
			this.stores = null;
		}
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.jedis.close();
		this.server.close();
	}

	/**
	 * Return the port.
	 * @return the port of the server
	 */
	public int port() {
		return this.server.port();
	}

	/**
	 * Return a connection to the server.
	 * @return the same one for all tests
	 */
	public Jedis jedis() {
		return this.jedis;
	}

	/**
	 * Return stores over the server, which are stopped after the test.
	 * @return the stores of this test
	 */
	public RedisStores stores() {
		if (this.stores == null) {
			this.stores = new RedisStores(this.server);
		}
		return this.stores;
	}

}
