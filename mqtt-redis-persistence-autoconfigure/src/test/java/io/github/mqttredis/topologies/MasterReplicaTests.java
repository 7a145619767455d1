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

package io.github.mqttredis.topologies;

import java.util.Map;

import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisServer;
import io.lettuce.core.ReadFrom;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions in a Redis whose master and replica the application names.
 */
class MasterReplicaTests {

	@Test
	void whenMasterAndReplicaAreNamedThenSessionsAreAtTheMaster() throws Exception {
		try (RedisServer master = RedisServer.start("--repl-diskless-sync-delay", "0");
				RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(master.port()))) {
			master.awaitReplicas(1);
			RedisStaticMasterReplicaConfiguration nodes = new RedisStaticMasterReplicaConfiguration("127.0.0.1",
					replica.port());
			nodes.addNode("127.0.0.1", master.port());
			RedisSessionStore store = new RedisSessionStore(
					new LettuceConnectionFactory(nodes,
							LettuceClientConfiguration.builder().readFrom(ReadFrom.REPLICA_PREFERRED).build()),
					Application.SETTINGS);
			try {
				store.open(new SessionId("client", "broker", MqttVersion.V3)).put("s-1", Packets.publish(1, 1, "a"));
				Map<String, String> stored = master.ask((redis) -> redis.hgetAll(Application.hash("client")));
				assertThat(stored).containsOnlyKeys("s-1");
				assertThat(store.server().facts()).containsEntry("role", "master");
			}
			finally {
				store.stop();
			}
		}
	}

}
