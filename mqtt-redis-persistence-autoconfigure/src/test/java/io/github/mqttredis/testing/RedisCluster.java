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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.JedisClusterCRC16;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A real Redis Cluster of three masters on the loopback interface, with a replica each
 * where it shall survive one of them.
 */
public final class RedisCluster implements RedisTopology {

	private static final int SLOTS = 16384;

	private static final int MASTERS = 3;

	/** Where the slots begin in a line of CLUSTER NODES. */
	private static final int FIRST_RANGE = 8;

	private final List<RedisServer> servers = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Start a cluster without replicas.
	 * @return the cluster, all of whose slots are served
	 */
	public static RedisCluster start() {
		RedisCluster cluster = new RedisCluster();
		cluster.launch(MASTERS);
		return cluster;
	}

	/**
	 * Start a cluster with a replica for each master.
	 * @return the cluster, all of whose slots are served, and whose replicas are in sync
	 */
	public static RedisCluster startWithReplicas() {
		RedisCluster cluster = new RedisCluster();
		cluster.launch(2 * MASTERS);
		for (int i = 0; i < MASTERS; i++) {
			String master = cluster.servers.get(i).ask(Jedis::clusterMyId);
			cluster.servers.get(MASTERS + i).ask((replica) -> replica.clusterReplicate(master));
		}
		for (int i = 0; i < MASTERS; i++) {
			cluster.servers.get(i).awaitReplicas(1);
		}
		cluster.servers.forEach((server) -> Await.until("all know the replicas",
				() -> server.ask(Jedis::clusterNodes).lines().filter((line) -> line.contains("slave")).count() == 3));
		return cluster;
	}

	private void launch(int count) {
		for (int i = 0; i < count; i++) {
			RedisServer server = RedisServer.startNode("--cluster-node-timeout", "1000",
					"--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0");
			this.servers.add(server);
			if (i < MASTERS) {
				int first = SLOTS * i / MASTERS;
				int last = SLOTS * (i + 1) / MASTERS - 1;
				server.ask((node) -> node.clusterAddSlots(IntStream.rangeClosed(first, last).toArray()));
			}
		}
		for (int i = 1; i < count; i++) {
			String port = Integer.toString(this.servers.get(i).port());
			this.servers.get(0).ask((first) -> first.sendCommand(Protocol.Command.CLUSTER, "MEET", "127.0.0.1", port));
		}
		this.servers.forEach((server) -> Await.until("the cluster serves all slots", () -> isComplete(server, count)));
	}

	private static boolean isComplete(RedisServer server, int nodes) {
		String info = server.ask(Jedis::clusterInfo);
		return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + nodes);
	}

	/**
	 * Return where the cluster is.
	 * @return host and port of each node
	 */
	public List<String> nodes() {
		return this.servers.stream().map((server) -> "127.0.0.1:" + server.port()).toList();
	}

	@Override
	public List<RedisServer> servers() {
		return this.servers;
	}

	/**
	 * Return what a connection factory has to know.
	 * @return where the nodes are
	 */
	public RedisClusterConfiguration configuration() {
		return new RedisClusterConfiguration(nodes());
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
	public RedisServer master(String key) {
		int slot = JedisClusterCRC16.getSlot(key);
		for (RedisServer server : this.servers) {
			if (server.isAnswering()) {
				int port = owner(server, slot);
				return this.servers.stream().filter((one) -> one.port() == port).findFirst().orElseThrow();
			}
		}
		throw new IllegalStateException("No node is alive");
	}

	private static int owner(RedisServer server, int slot) {
		return server.ask(Jedis::clusterNodes)
			.lines()
			.map((line) -> line.split(" "))
			.filter((fields) -> Arrays.stream(fields).skip(FIRST_RANGE).anyMatch((range) -> holds(range, slot)))
			.map((fields) -> Integer.parseInt(fields[1].replaceFirst(".*:(\\d+)@.*", "$1")))
			.findFirst()
			.orElseThrow();
	}

	private static boolean holds(String range, int slot) {
		if (range.startsWith("[")) {
			// A slot that is on its way is also listed where it is.
			return false;
		}
		String[] ends = range.split("-");
		return Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
	}

	/**
	 * Move a slot, with its keys, to another master, as the tools of Redis do it.
	 * @param key a key of the slot
	 * @param between run between any two steps
	 */
	public void move(String key, Runnable between) {
		int slot = JedisClusterCRC16.getSlot(key);
		RedisServer from = master(key);
		RedisServer to = this.servers.stream()
			.filter((server) -> server != from && server.ask(Jedis::info).contains("role:master"))
			.findFirst()
			.orElseThrow();
		String source = from.ask(Jedis::clusterMyId);
		String target = to.ask(Jedis::clusterMyId);
		to.ask((node) -> node.clusterSetSlotImporting(slot, source));
		between.run();
		from.ask((node) -> node.clusterSetSlotMigrating(slot, target));
		between.run();
		Await.until("slot " + slot + " is empty", () -> {
			List<String> keys = from.ask((node) -> node.clusterGetKeysInSlot(slot, 100));
			for (String one : keys) {
				from.ask((node) -> node.migrate("127.0.0.1", to.port(), one, 0, 5000));
				between.run();
			}
			return keys.isEmpty();
		});
		to.ask((node) -> node.clusterSetSlotNode(slot, target));
		between.run();
		from.ask((node) -> node.clusterSetSlotNode(slot, target));
	}

	@Override
	public void close() {
		this.servers.forEach(RedisServer::close);
	}

}
