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

package io.github.mqttredis.autoconfigure;

import io.github.mqttredis.testing.Ports;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real Redis server for the tests of a class, on a free port of the loopback interface.
 */
public final class EmbeddedRedis implements BeforeAllCallback, AfterAllCallback {

	private final int port = Ports.free();

	private final String[] arguments;

	private RedisServer server;

	public EmbeddedRedis(String... arguments) {
		this.arguments = arguments;
	}

	public int port() {
		return this.port;
	}

	/**
	 * Return the properties by which an application finds the server.
	 * @return pairs of name and value
	 */
	public String[] properties() {
		return new String[] { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + this.port };
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.server = RedisServer.startAt(this.port, this.arguments);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.server.close();
	}

}
