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

import java.util.List;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Several real Redis servers of which others take over when one is gone.
 */
public interface RedisTopology extends AutoCloseable {

	List<RedisServer> servers();

	/**
	 * Make a connection factory of Lettuce.
	 * @param client its settings
	 * @return the factory, not started
	 */
	LettuceConnectionFactory lettuce(LettuceClientConfiguration client);

	/**
	 * Make a connection factory of Jedis.
	 * @return the factory, not started
	 */
	JedisConnectionFactory jedis();

	/**
	 * Return who holds a key, as those say who are alive.
	 * @param key the key
	 * @return the server
	 */
	RedisServer master(String key);

	/**
	 * Return the replicas of a server.
	 * @param master the server
	 * @return those that follow it
	 */
	default List<RedisServer> replicas(RedisServer master) {
		String line = "master_port:" + master.port() + "\r";
		return servers().stream()
			.filter((server) -> server != master && server.isAnswering())
			.filter((server) -> server.ask((node) -> node.info("replication")).contains(line))
			.toList();
	}

	/**
	 * Let the replicas of a server get nothing more from it.
	 * @param master the server
	 * @return the replicas, which are paused
	 */
	default List<RedisServer> cutReplication(RedisServer master) {
		List<RedisServer> replicas = replicas(master);
		replicas.forEach(RedisServer::pause);
		master.ask((node) -> node.clientKill(new ClientKillParams().type(ClientType.REPLICA)));
		Await.until("the master has no replica", () -> master.ask(Jedis::info).contains("connected_slaves:0"));
		return replicas;
	}

	/**
	 * Wait until another server holds a key.
	 * @param key the key
	 * @param former who held it
	 * @return who holds it now
	 */
	default RedisServer awaitFailover(String key, RedisServer former) {
		Await.until("another server is the master", () -> {
			RedisServer master = master(key);
			return master != former && master.ask(Jedis::info).contains("role:master");
		});
		return master(key);
	}

	@Override
	void close();

}
