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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.mqttredis.session.MessageQueue;
import io.github.mqttredis.session.MqttVersion;
import io.github.mqttredis.session.QueuedMessage;
import io.github.mqttredis.session.SessionId;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.MachineClock;
import io.github.mqttredis.testing.Packets;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.RedisServer;
import io.github.mqttredis.testing.SharedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The clock of a machine that is set while messages with a time-to-live wait, as that of
 * a gateway is that finds its time server only with the network. The clock of a process
 * is set by libfaketime, with which a JVM takes ten seconds to start.
 */
@Tag("thorough")
class SteppedClockTests {

	private static final SessionId ID = new SessionId("stepped", "broker", MqttVersion.V5);

	private static final long LIFETIME = TimeUnit.HOURS.toMillis(1);

	/** Marks the lines that are answers: the others are the log. */
	private static final String ANSWER = "answer: ";

	/**
	 * A process whose clock is set is slow. Its lease is long enough not to be renewed in
	 * the time between.
	 */
	private static final StoreSettings SETTINGS = new StoreSettings("test", Load.seconds(20), Load.seconds(6),
			Load.seconds(20));

	@SharedServer
	private static RedisServer server;

	private MachineClock clock;

	private Process child;

	@BeforeEach
	void start(@TempDir Path directory) {
		assumeTrue(MachineClock.isAvailable(), "libfaketime is not installed: no clock can be set");
		this.clock = new MachineClock(directory);
		server.ask(Jedis::flushAll);
	}

	@AfterEach
	void endChild() {
		if (this.child != null) {
			this.child.destroyForcibly();
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, 3650", "3650, 0" })
	void whenClockIsSetAndTheProcessIsKilledThenNothingExpires(long before, long after) throws Exception {
		this.clock.set(Duration.ofDays(before));
		BufferedReader output = start("append");
		String set = answer(output);
		this.clock.set(Duration.ofDays(after));
		assertThat(answer(output)).isNotEqualTo(set);
		long begun = sequence();
		// The first may have been under way when the clock was set.
		Await.until("the lease is renewed twice", () -> sequence() >= begun + 2);
		this.child.destroyForcibly().waitFor();
		server.ask((redis) -> redis.del(only(redis, "*:lease")));
		assertThat(Long.parseLong(answer(start("look")))).isBetween(0L, LIFETIME - 1);
	}

	@Test
	void whenClockIsSetRightBeforeTheProcessStopsThenNothingExpires() throws Exception {
		BufferedReader output = start("append");
		String set = answer(output);
		this.clock.set(Duration.ofDays(3650));
		assertThat(answer(output)).isNotEqualTo(set);
		this.child.destroy();
		assertThat(this.child.waitFor(Await.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		assertThat(Long.parseLong(answer(start("look")))).isBetween(0L, LIFETIME - 1);
	}

	private static long sequence() {
		return server.ask((redis) -> Long.parseLong(redis.get(only(redis, "*:mark")).split(":")[1]));
	}

	private static String only(Jedis redis, String pattern) {
		return redis.keys(pattern).iterator().next();
	}

	private static String answer(BufferedReader output) throws IOException {
		String line = output.readLine();
		while (line != null && !line.startsWith(ANSWER)) {
			System.out.println("  child: " + line);
			line = output.readLine();
		}
		assertThat(line).as("what the process says before it ends").isNotNull();
		return line.substring(ANSWER.length());
	}

	private BufferedReader start(String task) throws IOException {
		this.child = new ProcessBuilder(this.clock
			.command(ChildJvm.command("-Xmx64m", Child.class.getName(), Integer.toString(server.port()), task)))
			.redirectErrorStream(true)
			.start();
		return this.child.inputReader();
	}

	/**
	 * Appends a message and tells each time that its clock is set, or tells how old the
	 * message is.
	 */
	static final class Child {

		private Child() {
		}

		public static void main(String[] args) throws Exception {
			LettuceConnectionFactory factory = RedisClient.lettuce(Integer.parseInt(args[0]));
			RedisSessionStore store = new RedisSessionStore(factory, SETTINGS);
			store.start();
			Runtime.getRuntime().addShutdownHook(new Thread(store::stop));
			MessageQueue queue = store.open(ID).queue();
			if ("append".equals(args[1])) {
				queue.awaitStored(queue.append(Packets.publish(0, 1, "a"), LIFETIME));
				long year = 0;
				while (true) {
					long now = System.currentTimeMillis() / Duration.ofDays(365).toMillis();
					if (now != year) {
						year = now;
						System.out.println(ANSWER + year);
					}
					TimeUnit.MILLISECONDS.sleep(10);
				}
			}
			QueuedMessage first = queue.first();
			System.out.println(ANSWER + (queue.now() - first.taken()));
			TimeUnit.MINUTES.sleep(2);
		}

	}

}
