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

import java.nio.file.Path;

/**
 * Where the servers are.
 *
 * @param broker the broker's URI
 * @param redisPort the port of Redis
 * @param redisSocket the UNIX socket of Redis
 * @param files a directory for the store in files
 */
public record Addresses(String broker, int redisPort, Path redisSocket, Path files) {

	/** Where all servers listen. */
	public static final String HOST = "127.0.0.1";

	public Addresses withRedisPort(int port) {
		return new Addresses(this.broker, port, this.redisSocket, this.files);
	}

}
