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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Publisher;
import io.github.mqttredis.testing.RedisCluster;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import io.github.mqttredis.testing.Subscriber;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.AccessControlLogEntry;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions of a Redis user that may do what docs/redis-permissions.md says, and no more.
 */
@Tag("thorough")
class LeastRightsTests {

	private static final String USER = "gateway";

	private static final String PASSWORD = "right";

	@SharedServer
	private static ArtemisBroker broker;

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheUserHasTheLeastRightsThenAKillAndALossLoseNothing(String client) throws Exception {
		String clientId = "standalone-" + client;
		try (RedisServer redis = RedisServer.start(); Subscriber subscriber = Subscriber.to(broker, clientId)) {
			permit(redis, rule("ACL SETUSER <user> "));
			Application killed = start(clientId, client, redis).connect();
			Publisher publisher = Publisher.start(killed, "first");
			publisher.awaitReturned(40);
			redis.ask(Jedis::flushAll);
			publisher.awaitReturned(40);
			killed.brokerLink().holdRequests();
			publisher.awaitReturned(40);
			publisher.close();
			killed.die();
			killed.close();
			Map<String, String> left = redis.ask((one) -> one.hgetAll(Application.hash(clientId)));
			// One may have been on its way when the link was held.
			assertThat(left).hasSizeGreaterThanOrEqualTo(39);
			redis.ask((one) -> one.del(Application.hash(clientId) + ":lease"));
			try (Application successor = start(clientId, client, redis).connect()) {
				subscriber.assertDelivered(publisher);
				Await.until("nothing is in flight",
						() -> redis.ask((one) -> one.hlen(Application.hash(clientId))) == 0);
				assertThat(successor.store().server().isAvailable()).isTrue();
			}
			assertNothingWasDenied(redis);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheUserHasTheLeastRightsForAnotherDatabaseThenMessagesAreDelivered(String client) throws Exception {
		String clientId = "database-" + client;
		String rule = rule("ACL SETUSER <user> ") + " " + rule("(?s)a\\s+database\\s+other\\s+than\\s+0[^`]+`");
		try (RedisServer redis = RedisServer.start(); Subscriber subscriber = Subscriber.to(broker, clientId)) {
			permit(redis, rule);
			try (Application application = start(clientId, client, redis, 1).connect()) {
				Publisher publisher = Publisher.start(application, "first");
				publisher.awaitReturned(40);
				publisher.close();
				subscriber.assertDelivered(publisher);
				assertThat(application.store().server().isAvailable()).isTrue();
			}
			String keyspace = redis.ask((one) -> one.info("keyspace"));
			assertThat(keyspace).contains("db1:").doesNotContain("db0:");
			assertNothingWasDenied(redis);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void whenTheUserHasTheLeastRightsOfAClusterThenMessagesAreDelivered(String client) throws Exception {
		String clientId = "cluster-" + client;
		String rule = rule("ACL SETUSER <user> ") + " " + rule("(?s)on a\\s+Redis Cluster `");
		try (RedisCluster redis = RedisCluster.start(); Subscriber subscriber = Subscriber.to(broker, clientId)) {
			redis.servers().forEach((server) -> permit(server, rule));
			RedisClusterConfiguration configuration = redis.configuration();
			configuration.setUsername(USER);
			configuration.setPassword(PASSWORD);
			RedisConnectionFactory factory = client.equals("jedis") ? new JedisConnectionFactory(configuration)
					: new LettuceConnectionFactory(configuration);
			try (Application application = Application.start(clientId, factory, broker, Application.SETTINGS)
				.connect()) {
				Publisher publisher = Publisher.start(application, "first");
				publisher.awaitReturned(40);
				publisher.close();
				subscriber.assertDelivered(publisher);
				assertThat(application.store().server().isAvailable()).isTrue();
			}
			redis.servers().forEach(LeastRightsTests::assertNothingWasDenied);
		}
	}

	private static Application start(String clientId, String client, RedisServer redis) throws Exception {
		return start(clientId, client, redis, 0);
	}

	private static Application start(String clientId, String client, RedisServer redis, int database) throws Exception {
		return Application.start(clientId, redis, broker, Application.SETTINGS, (port) -> {
			RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration("127.0.0.1", port);
			configuration.setUsername(USER);
			configuration.setPassword(PASSWORD);
			configuration.setDatabase(database);
			return client.equals("jedis") ? new JedisConnectionFactory(configuration)
					: new LettuceConnectionFactory(configuration);
		});
	}

	private static void permit(RedisServer server, String rule) {
		// The applications of tests have this prefix.
		List<String> words = List.of(rule.replace("~mqtt:persistence:*", "~test:*").split(" "));
		server.ask((redis) -> redis.aclSetUser(USER,
				Stream.concat(Stream.of("on", ">" + PASSWORD), words.stream()).toArray(String[]::new)));
	}

	private static String rule(String before) {
		try {
			Matcher matcher = Pattern.compile(before + "([^`\\n]+)")
				.matcher(Files.readString(Path.of("..", "docs", "redis-permissions.md")));
			assertThat(matcher.find()).isTrue();
			return matcher.group(1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void assertNothingWasDenied(RedisServer server) {
		List<AccessControlLogEntry> denied = server.ask((redis) -> redis.aclLog());
		// Clients tell their own names, and do not mind where they may not.
		denied.removeIf((entry) -> List.of("client", "client|setinfo").contains(entry.getObject()));
		assertThat(denied).as("what the user lacked").isEmpty();
	}

}
