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

import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisCluster;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.Tag;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * What a session inspector shows in a Redis Cluster.
 */
@Tag("thorough")
class ClusterSessionInspectorTests extends AbstractSessionInspectorTests {

	@SharedServer
	private static RedisCluster server;

	@Override
	RedisConnectionFactory connectionFactory() {
		return RedisClient.lettuce(new RedisClusterConfiguration(server.nodes()));
	}

}
