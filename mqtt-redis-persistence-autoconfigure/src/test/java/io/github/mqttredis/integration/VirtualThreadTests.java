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

package io.github.mqttredis.integration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.mqttredis.autoconfigure.EmbeddedRedis;
import io.github.mqttredis.autoconfigure.MqttContexts;
import io.github.mqttredis.testing.ArtemisBroker;
import io.github.mqttredis.testing.Await;
import io.github.mqttredis.testing.Load;
import io.github.mqttredis.testing.SharedServer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationContext;
import org.springframework.integration.mqtt.core.ClientManager;
import org.springframework.integration.mqtt.core.Mqttv3ClientManager;
import org.springframework.integration.mqtt.core.Mqttv5ClientManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that virtual threads may publish: more of them than there are carriers come to an
 * end, and none keeps its carrier while it waits for Redis or the broker. Before JDK 24
 * each does so in Paho's synchronized methods.
 */
@EnabledForJreRange(minVersion = 24)
class VirtualThreadTests {

	@RegisterExtension
	static final EmbeddedRedis REDIS = new EmbeddedRedis();

	@SharedServer
	private static ArtemisBroker broker;

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(ints = { 3, 5 })
	void whenVirtualThreadsPublishThenNoneKeepsItsCarrier(int version) {
		MqttContexts.with(REDIS)
			.withPropertyValues("spring.threads.virtual.enabled=true", "mqtt.client.client-id=virtual-" + version,
					"mqtt.client.version=" + version, "mqtt.client.server-uris=" + broker.uri(),
					"mqtt.persistence.write-timeout=20s")
			.run((context) -> {
				ClientManager<?, ?> manager = context.getBean(ClientManager.class);
				Await.until("it is connected", manager::isConnected);
				try (Recording recording = new Recording()) {
					recording.enable("jdk.VirtualThreadPinned").withStackTrace().withThreshold(Duration.ofMillis(20));
					recording.start();
					publish(context);
					recording.stop();
					recording.dump(this.directory.resolve("pinned.jfr"));
				}
				assertThat(RecordingFile.readAllEvents(this.directory.resolve("pinned.jfr"))).isEmpty();
			});
	}

	private static void publish(ApplicationContext context) throws Exception {
		ExecutorService threads = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor")
			.invoke(null);
		try (AutoCloseable end = threads::shutdownNow) {
			var tasks = IntStream.range(0, 200)
				.mapToObj((number) -> threads.submit(() -> publish(context, number)))
				.toList();
			for (var task : tasks) {
				task.get(Load.seconds(60).toMillis(), TimeUnit.MILLISECONDS);
			}
		}
	}

	private static Void publish(ApplicationContext context, int number) throws Exception {
		byte[] payload = String.valueOf(number).getBytes();
		if (context.getBean(ClientManager.class) instanceof Mqttv3ClientManager manager) {
			manager.getClient().publish("virtual", payload, 1, false).waitForCompletion();
		}
		else {
			context.getBean(Mqttv5ClientManager.class)
				.getClient()
				.publish("virtual", payload, 1, false)
				.waitForCompletion();
		}
		return null;
	}

}
