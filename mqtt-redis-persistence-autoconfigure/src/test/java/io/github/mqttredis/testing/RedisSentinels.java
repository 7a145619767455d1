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
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A real Redis with two replicas, and three real Sentinels that watch them, on the
 * loopback interface.
 */
public final class RedisSentinels implements RedisTopology {

	private static final String NAME = "sessions";

	private final List<RedisServer> servers = new ArrayList<>();

	private final List<RedisServer> sentinels = new ArrayList<>();

	private RedisSentinels() {
	}

	/**
	 * Start all.
	 * @return the servers, whose replicas are in sync and known to every Sentinel
	 */
	public static RedisSentinels start() {
		RedisSentinels started = new RedisSentinels();
		RedisServer master = RedisServer.start("--repl-diskless-sync-delay", "0");
		started.servers.add(master);
		for (int i = 0; i < 2; i++) {
			started.servers.add(RedisServer.start("--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1",
					Integer.toString(master.port())));
		}
		master.awaitReplicas(2);
		for (int i = 0; i < 3; i++) {
			started.sentinels
				.add(RedisServer.startSentinel("sentinel monitor sessions 127.0.0.1 " + master.port() + " 2",
						"sentinel down-after-milliseconds sessions 1000", "sentinel failover-timeout sessions 5000"));
		}
		started.sentinels.forEach((sentinel) -> Await.until("a Sentinel knows all others", () -> {
			Map<String, String> seen = sentinel.ask((one) -> one.sentinelMaster(NAME));
			return "2".equals(seen.get("num-slaves")) && "2".equals(seen.get("num-other-sentinels"));
		}));
		return started;
	}

	/**
	 * Return what Spring Boot is told.
	 * @return its arguments
	 */
	public List<String> arguments() {
		return List.of("--spring.data.redis.sentinel.master=" + NAME,
				"--spring.data.redis.sentinel.nodes=" + this.sentinels.stream()
					.map((sentinel) -> "127.0.0.1:" + sentinel.port())
					.collect(Collectors.joining(",")));
	}

	private RedisSentinelConfiguration configuration() {
		RedisSentinelConfiguration configuration = new RedisSentinelConfiguration().master(NAME);
		this.sentinels.forEach((sentinel) -> configuration.sentinel("127.0.0.1", sentinel.port()));
		return configuration;
	}

	@Override
	public LettuceConnectionFactory lettuce(LettuceClientConfiguration client) {
		return new LettuceConnectionFactory(configuration(), client);
	}

	@Override
	public JedisConnectionFactory jedis() {
		return new JedisConnectionFactory(configuration());
	}

	@Override
	public List<RedisServer> servers() {
		return this.servers;
	}

	@Override
	public RedisServer master(String key) {
		List<String> address = this.sentinels.get(0).ask((sentinel) -> sentinel.sentinelGetMasterAddrByName(NAME));
		return this.servers.stream()
			.filter((server) -> Integer.toString(server.port()).equals(address.get(1)))
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void close() {
		this.sentinels.forEach(RedisServer::close);
		this.servers.forEach(RedisServer::close);
	}

}
