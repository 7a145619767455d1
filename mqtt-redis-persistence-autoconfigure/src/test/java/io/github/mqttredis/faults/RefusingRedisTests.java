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

package io.github.mqttredis.faults;

import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.mqttredis.session.SessionState;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.RedisServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis answers, but not as asked.
 */
class RefusingRedisTests extends AbstractFaultTests {

	private static final int[] SLOTS = IntStream.range(0, 16384).toArray();

	@Test
	void whenRedisIsFullThenMessagesAreRefusedUntilThereIsRoom() throws Exception {
		start();
		redis((redis) -> redis.configSet("maxmemory", "1"));
		assertReported("maxmemory");
		watch();
		publisher().awaitThrown(20);
		// What was refused is removed, so nothing is missing; still nothing can be
		// stored.
		assertThat(seen()).containsOnly(SessionState.DEGRADED);
		redis((redis) -> redis.configSet("maxmemory", "0"));
		assertHealed();
	}

	@Test
	void whenRedisIsFullThenWhatIsAcknowledgedIsStillRemoved() throws Exception {
		start();
		publisher().awaitReturned(10);
		application().brokerLink().holdAnswers();
		publisher().awaitReturned(40);
		publisher().close();
		redis((redis) -> redis.configSet("maxmemory", "1"));
		application().brokerLink().release();
		Await.until("the session is empty", () -> length() == 0);
		redis((redis) -> redis.configSet("maxmemory", "0"));
		assertHealed();
	}

	@Test
	void whenRedisIsAReplicaOfADeadMasterThenMessagesAreRefusedUntilItIsAMaster() throws Exception {
		start();
		redis((redis) -> redis.replicaof("127.0.0.1", 1));
		assertReported("READONLY");
		publisher().awaitThrown(20);
		redis(Jedis::replicaofNoOne);
		assertHealed();
	}

	@Test
	void whenRedisLoadsItsDataThenMessagesAreRefusedUntilItHasThem() throws Exception {
		// While it loads Redis answers after every 2 MiB: after each tenth key.
		start("--key-load-delay", "15000", "--rdbcompression", "no");
		redis((redis) -> {
			try (Pipeline pipeline = redis.pipelined()) {
				for (int i = 0; i < 200; i++) {
					pipeline.set("other:" + i, "x".repeat(200_000));
				}
			}
			redis.save();
		});
		server().kill();
		CompletableFuture<Void> restarted = CompletableFuture.runAsync(server()::restart);
		assertReported("LOADING");
		publisher().awaitThrown(20);
		restarted.join();
		assertHealed();
	}

	@Test
	void whenUserMayNotWriteRecordsThenMessagesAreRefusedUntilItMay() throws Exception {
		start();
		redis((redis) -> redis.aclSetUser("default", "-hset"));
		assertReported("Redis refused");
		publisher().awaitThrown(20);
		redis((redis) -> redis.aclSetUser("default", "+hset"));
		assertHealed();
	}

	@Test
	void whenUserMayNotRunScriptsThenMessagesAreRefusedUntilItMay() throws Exception {
		start();
		redis((redis) -> redis.aclSetUser("default", "-evalsha", "-eval"));
		assertReported("NOPERM");
		publisher().awaitThrown(20);
		redis((redis) -> redis.aclSetUser("default", "+evalsha", "+eval"));
		assertHealed();
	}

	@Test
	void whenScriptsAreFlushedThenNobodyNotices() throws Exception {
		start();
		watch();
		for (int i = 0; i < 5; i++) {
			redis(Jedis::scriptFlush);
			publisher().awaitReturned(10);
		}
		assertHealed();
		assertThat(seen()).containsOnly(SessionState.OWNER);
	}

	@Test
	@Tag("thorough")
	void whenSlotIsServedByNobodyThenMessagesAreRefusedUntilItIs() throws Exception {
		startCluster();
		redis((redis) -> redis.clusterDelSlots(SLOTS));
		assertReported("CLUSTERDOWN");
		publisher().awaitThrown(20);
		redis((redis) -> redis.clusterAddSlots(SLOTS));
		assertHealed();
	}

	@Test
	void whenSlotIsServedByAnotherNodeThenMessagesAreRefusedUntilItIsBack() throws Exception {
		startCluster();
		try (RedisServer second = RedisServer.startNode();
				Jedis other = second.connect();
				Jedis redis = server().connect()) {
			redis.sendCommand(Protocol.Command.CLUSTER, "MEET", "127.0.0.1", Integer.toString(second.port()));
			Await.until("the nodes know each other", () -> redis.clusterInfo().contains("cluster_known_nodes:2")
					&& !redis.clusterNodes().contains("handshake") && !other.clusterNodes().contains("handshake"));
			int slot = (int) redis.clusterKeySlot(hash());
			redis.clusterDelSlots(slot);
			other.clusterAddSlots(slot);
			assertReported("MOVED");
			publisher().awaitThrown(20);
			other.clusterDelSlots(slot);
			redis.clusterDelSlots(slot);
			redis.clusterAddSlots(slot);
			awaitState(SessionState.OWNER);
		}
		redis((redis) -> redis.configSet("cluster-require-full-coverage", "no"));
		assertHealed();
	}

	/**
	 * Start a cluster of one node. The application takes it for a plain server, and sees
	 * the answers that a client of a cluster would follow.
	 */
	private void startCluster() throws Exception {
		startRedis(RedisServer.startNode());
		redis((redis) -> {
			redis.clusterAddSlots(SLOTS);
			Await.until("the cluster is up", () -> redis.clusterInfo().contains("cluster_state:ok"));
		});
		startTraffic(Application.SETTINGS);
	}

}
