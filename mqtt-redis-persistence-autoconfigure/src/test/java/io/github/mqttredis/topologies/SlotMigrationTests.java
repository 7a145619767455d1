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

import java.lang.reflect.Method;
import java.util.Set;

import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Publisher;
import io.github.mqttredis.testing.RedisCluster;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.Subscriber;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slot of a Redis Cluster moves to another master while a session in it is in use.
 */
@Tag("thorough")
class SlotMigrationTests {

	private static final String HASH = Application.hash("moved");

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "lettuce without refresh", "jedis" })
	void whenTheSlotOfALiveSessionMovesThenNothingIsLost(String client) throws Exception {
		try (RedisCluster redis = RedisCluster.start();
				ArtemisBroker broker = ArtemisBroker.start();
				Subscriber subscriber = Subscriber.to(broker, "moved");
				Application application = Application
					.start("moved", factory(redis, client), broker, Application.SETTINGS)
					.connect();
				Publisher publisher = Publisher.start(application, "first")) {
			publisher.awaitReturned(50);
			RedisServer former = redis.master(HASH);
			redis.move(HASH, publisher::awaitCalls);
			publisher.awaitReturned(50);
			assertThat(redis.master(HASH)).isNotSameAs(former);
			Await.until("the new master is asked first", () -> {
				former.ask(Jedis::configResetStat);
				publisher.awaitReturned(20);
				return !former.ask((server) -> server.info("errorstats")).contains("MOVED");
			});
			publisher.close();
			assertThat(publisher.unexpected()).isNull();
			subscriber.assertDelivered(publisher);
			Await.until("nothing is in flight", () -> redis.master(HASH).ask((server) -> server.hlen(HASH)) == 0);
			Await.until("all is well", () -> application.state() == SessionState.OWNER);
			Set<String> left = former.ask((server) -> server.keys("test:{*"));
			assertThat(left).isEmpty();
		}
	}

	private static RedisConnectionFactory factory(RedisCluster redis, String client) {
		return switch (client) {
			case "jedis" -> redis.jedis();
			case "lettuce" -> redis.lettuce(LettuceClientConfiguration.defaultConfiguration());
			default -> redis.lettuce(LettuceClientConfiguration.builder().clientOptions(neverRefreshing()).build());
		};
	}

	/** What Lettuce 6 does unless it is told to; 7 has to be told not to. */
	private static ClusterClientOptions neverRefreshing() {
		ClusterTopologyRefreshOptions.Builder refresh = ClusterTopologyRefreshOptions.builder();
		Method disable = ReflectionUtils.findMethod(refresh.getClass(), "disableAllAdaptiveRefreshTriggers");
		if (disable != null) {
			ReflectionUtils.invokeMethod(disable, refresh);
		}
		return ClusterClientOptions.builder().topologyRefreshOptions(refresh.build()).build();
	}

}
