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

import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.RedisStores;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store's own connection goes where the application's goes, however that was made.
 */
class OwnConnectionFactoryTests {

	@Test
	void whenLettuceWasGivenAConfigurationOfAnyKindThenItIsUsed() throws Exception {
		try (RedisServer server = RedisServer.start()) {
			RedisConfiguration configuration = LettuceConnectionFactory
				.createRedisConfiguration("redis://127.0.0.1:" + server.port() + "/3");
			LettuceConnectionFactory factory = RedisClient.lettuce(configuration);
			RedisSessionStore store = new RedisSessionStore(factory, RedisStores.SETTINGS);
			store.open(new SessionId("client", "b", MqttVersion.V3)).put("s-1", Packets.publish(1, 1, "payload"));
			try (Jedis redis = new Jedis("127.0.0.1", server.port())) {
				redis.select(3);
				assertThat(redis.hkeys("test:{client@b}:v3")).containsExactly("s-1");
			}
			store.stop();
			factory.destroy();
		}
	}

}
