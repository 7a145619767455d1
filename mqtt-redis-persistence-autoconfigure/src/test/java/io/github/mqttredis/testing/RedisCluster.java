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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import redis.clients.jedis.Jedis;

/**
 * A real Redis Cluster of three masters on the loopback interface.
 */
public final class RedisCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private final List<RedisServer> servers = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Start a cluster.
	 * @return the cluster, all of whose slots are served
	 */
	public static RedisCluster start() {
		RedisCluster cluster = new RedisCluster();
		List<Integer> ports = Stream.generate(RedisCluster::freePort).distinct().limit(3).toList();
		for (int i = 0; i < 3; i++) {
			RedisServer server = RedisServer.start("--cluster-enabled", "yes", "--cluster-port",
					ports.get(i).toString());
			cluster.servers.add(server);
			try (Jedis node = server.connect()) {
				node.clusterAddSlotsRange(SLOTS * i / 3, SLOTS * (i + 1) / 3 - 1);
			}
		}
		try (Jedis first = cluster.servers.get(0).connect()) {
			for (int i = 1; i < 3; i++) {
				first.sendCommand(redis.clients.jedis.Protocol.Command.CLUSTER, "MEET", "127.0.0.1",
						Integer.toString(cluster.servers.get(i).port()), ports.get(i).toString());
			}
		}
		cluster.servers.forEach((server) -> Await.until("the cluster serves all slots", () -> isComplete(server)));
		return cluster;
	}

	private static boolean isComplete(RedisServer server) {
		try (Jedis node = server.connect()) {
			String info = node.clusterInfo();
			return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
		}
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return where the cluster is.
	 * @return host and port of each node
	 */
	public List<String> nodes() {
		return this.servers.stream().map((server) -> "127.0.0.1:" + server.port()).toList();
	}

	public List<RedisServer> servers() {
		return this.servers;
	}

	@Override
	public void close() {
		this.servers.forEach(RedisServer::close);
	}

}
