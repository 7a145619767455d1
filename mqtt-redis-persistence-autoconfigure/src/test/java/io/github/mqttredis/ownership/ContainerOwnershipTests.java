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

package io.github.mqttredis.ownership;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import redis.clients.jedis.Jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * One owner of a session where the processes are in containers on one kernel: in process
 * namespaces of their own, where each may have the id 1 and all see the same boot. Needs
 * root and {@code unshare}.
 */
@Tag("thorough")
class ContainerOwnershipTests {

	private static final Duration LONG = Load.seconds(60);

	private static final List<String> CONTAINER = List.of("unshare", "--pid", "--fork", "--kill-child");

	@SharedServer
	private static ArtemisBroker broker;

	@SharedServer
	private static RedisServer server;

	private String clientId;

	@BeforeAll
	static void needNamespaces() throws Exception {
		assumeTrue(canMakeNamespaces(), "unshare is not there or may not be used");
	}

	private static boolean canMakeNamespaces() throws InterruptedException {
		try {
			List<String> command = new ArrayList<>(CONTAINER);
			command.addAll(List.of("--mount-proc", "--uts", "sh", "-c", "hostname probe && nsenter --version"));
			return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@BeforeEach
	void name(TestInfo test) {
		this.clientId = test.getTestMethod().orElseThrow().getName();
	}

	private OwnerChild launch(List<String> prefix) throws IOException {
		return OwnerChild.launch(prefix, server.port(), broker.uri(), this.clientId, LONG);
	}

	/**
	 * A container: its process has the id 1, and sees only what is in the container.
	 */
	private OwnerChild container(String hostName) throws IOException {
		List<String> prefix = new ArrayList<>(CONTAINER);
		prefix.addAll(List.of("--mount-proc", "--uts", "sh", "-c", "hostname " + hostName + "; exec \"$@\"", "sh"));
		return launch(prefix);
	}

	private String lease() {
		try (Jedis redis = server.connect()) {
			return redis.get(Application.hash(this.clientId) + ":lease");
		}
	}

	@Test
	void whenTwoContainersOfOneHostNameBothHaveProcess1ThenTheSecondDoesNotTakeTheSession() throws Exception {
		try (OwnerChild first = container("pod-0")) {
			assertThat(first.answer()).isEqualTo("opened");
			String lease = lease();
			assertThat(lease).startsWith("pod-0|1|");
			try (OwnerChild second = container("pod-0")) {
				assertThat(second.answer()).isEqualTo("ended");
			}
			assertThat(lease()).isEqualTo(lease);
			assertThat(first.ask("publish still-owned-q1 1")).startsWith("failed with 32104");
			assertThat(first.ask("state")).isEqualTo("OWNER");
		}
	}

	@Test
	void whenTwoContainersHaveNamesOfTheirOwnThenTheSecondDoesNotTakeTheSession() throws Exception {
		try (OwnerChild first = container("pod-0")) {
			assertThat(first.answer()).isEqualTo("opened");
			try (OwnerChild second = container("pod-1")) {
				assertThat(second.answer()).isEqualTo("ended");
			}
			assertThat(lease()).startsWith("pod-0|1|");
			assertThat(first.ask("state")).isEqualTo("OWNER");
		}
	}

	@Test
	void whenProcShowsAnotherNamespaceThenALivingOwnerIsNotTakenForDead() throws Exception {
		// The owner's id is one that no process has in the namespace that /proc shows.
		List<String> prefix = new ArrayList<>(CONTAINER);
		prefix.addAll(
				List.of("sh", "-c", "echo 299999 > /proc/sys/kernel/ns_last_pid; exec 3<&0; \"$@\" <&3 & wait", "sh"));
		try (OwnerChild first = launch(prefix)) {
			assertThat(first.answer()).isEqualTo("opened");
			assertThat(lease()).contains("|300000|");
			long shell = ProcessHandle.of(first.pid()).orElseThrow().children().findFirst().orElseThrow().pid();
			try (OwnerChild second = launch(List.of("nsenter", "--target", Long.toString(shell), "--pid"))) {
				assertThat(second.answer()).isEqualTo("ended");
			}
			assertThat(lease()).contains("|300000|");
			assertThat(first.ask("state")).isEqualTo("OWNER");
		}
	}

	@Test
	void whenAContainerWasKilledThenItsSuccessorInAnotherOneGetsTheSessionWhenTheLeaseHasEnded() throws Exception {
		try (OwnerChild first = OwnerChild.launch(List.of(), server.port(), broker.uri(), this.clientId,
				Load.millis(1500))) {
			assertThat(first.answer()).isEqualTo("opened");
			first.kill();
			try (OwnerChild second = container("pod-0")) {
				assertThat(second.answer()).isEqualTo("opened");
				assertThat(lease()).startsWith("pod-0|1|");
			}
		}
	}

}
