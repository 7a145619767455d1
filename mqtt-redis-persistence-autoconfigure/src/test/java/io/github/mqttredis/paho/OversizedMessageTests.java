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

package io.github.mqttredis.paho;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.mqttredis.actuate.MqttPersistenceMetrics;
import io.github.mqttredis.redis.RedisSessionStore;
import io.github.mqttredis.testing.Application;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.ChildJvm;
import io.github.mqttredis.testing.FaultyLink;
import io.github.mqttredis.testing.RedisClient;
import io.github.mqttredis.testing.SharedRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Received messages for which the heap has no room. They are named, and what comes behind
 * them arrives.
 */
class OversizedMessageTests extends AbstractPoisonTests {

	private static final int MEBIBYTE = 1024 * 1024;

	@RegisterExtension
	static final SharedRedis redis = new SharedRedis();

	@TempDir
	private Path directory;

	/**
	 * Connect, and tell the length of whatever arrives.
	 * @param args the version, Redis' port, the broker's URI, and the client id
	 */
	public static void main(String[] args) throws Exception {
		RedisSessionStore store = new RedisSessionStore(RedisClient.lettuce(Integer.parseInt(args[1])),
				Application.SETTINGS);
		store.start();
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new MqttPersistenceMetrics(() -> store, false).bindTo(meters);
		PahoClient client = PahoClient.create(args[0], store, args[2], args[3]);
		client.call((topic, payload, packetId) -> {
			System.out.println("skipped: "
					+ meters.get("mqtt.persistence.undeliverable").tag("event", "skipped").functionCounter().count());
			client.publish("test/arrived", String.valueOf(payload.length), 1);
		});
		client.connect(60);
		client.subscribe("large/#");
		client.publish("test/subscribed", "subscribed", 1);
	}

	/**
	 * One of 40 MiB never fits into a heap of 64 MiB, of which it takes twice its length;
	 * one of 24 MiB is read, but not copied.
	 */
	@ParameterizedTest
	@CsvSource({ "v3, 1, 40", "v5, 2, 24" })
	void whenAMessageDoesNotFitIntoTheHeapThenItIsNamedAndTheRestArrives(String version, int qos, int mebibytes)
			throws Exception {
		start();
		Path log = this.directory.resolve("log");
		try (FaultyLink link = FaultyLink.to(uri())) {
			Process process = start(version, link.uri(), log);
			try {
				Await.until("the client has subscribed", () -> arrived().contains("subscribed"));
				subscriber().publish("large/a", new byte[mebibytes * MEBIBYTE], qos, false);
				subscriber().publish("large/a", new byte[1], 1, false);
				Await.until("the next one has arrived", () -> arrived().contains("1"));
				assertThat(read(log)).contains("skipped: 1.0");
				int links = (mebibytes == 40) ? 1 : 5;
				assertThat(link.connacks()).isEqualTo(links);
				assertThat(read(log)).containsOnlyOnce("that does not fit into the heap of")
					.containsPattern("MQTT session " + clientId() + "@broker \\(" + version
							+ "\\) received a PUBLISH .*QoS " + qos + ", packet id \\d+, topic 'large/a', \\d+ bytes");
				link.cut();
				subscriber().publish("large/a", new byte[2], 2, false);
				Await.until("the last one has arrived", () -> arrived().contains("2"));
				assertThat(link.connacks()).isEqualTo(links + 1);
				assertThat(read(log)).containsOnlyOnce("that does not fit into the heap of");
				assertThat(arrived()).containsExactlyInAnyOrder("subscribed", "1", "2");
			}
			finally {
				process.destroyForcibly();
			}
		}
	}

	@Tag("thorough")
	@ParameterizedTest
	@CsvSource({ "v3, 2, 40", "v5, 0, 40", "v5, 2, 40", "v3, 2, 24", "v5, 1, 24" })
	void whenAMessageOfAnyQosDoesNotFitThenTheRestArrives(String version, int qos, int mebibytes) throws Exception {
		whenAMessageDoesNotFitIntoTheHeapThenItIsNamedAndTheRestArrives(version, qos, mebibytes);
	}

	private Process start(String version, String uri, Path log) throws IOException {
		List<String> command = ChildJvm.command("-Xmx64m", OversizedMessageTests.class.getName(), version,
				String.valueOf(redis.port()), uri, clientId());
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
	}

	private static String read(Path log) {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
